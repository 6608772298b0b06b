// SPDX-License-Identifier: Apache-2.0
// catalogue.def as tables, with hashed look-up by name for the compiler and replay.
#include "runtime/catalogue/catalogue.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <unordered_map>

namespace recipe {
namespace {

using enum Type;
using enum Origin;

constexpr EventInfo kEvents[] = {
#define EVENT(id, name, number, families, doc) {EventId::id, name, families, doc},
#include "bpf/abi/catalogue.def"
};

constexpr FieldInfo kFields[] = {
#define FIELD(id, name, number, type, origin, lane, on, doc, example) \
  {FieldId::id, name, type, origin, Lane::lane, on, FieldId::kNone, doc, example},
#define ELEMENT(list, id, name, number, type, doc, example) \
  {FieldId::id, name, type, Origin::kRecord, Lane::kNone, kAllEvents, FieldId::list, doc, example},
#include "bpf/abi/catalogue.def"
};

constexpr GroupMember kGroups[] = {
#define GROUP(id, name, event, access, doc) {name, EventId::event, access, doc},
#include "bpf/abi/catalogue.def"
};

constexpr FlagInfo kFlagNames[] = {
#define FLAG(field, name, bit, doc) {FieldId::field, #name, bit, doc},
#include "bpf/abi/catalogue.def"
};

constexpr size_t kNumbers = 256;

constexpr std::array<int16_t, kNumbers> by_number() {
  std::array<int16_t, kNumbers> rows{};
  for (auto& row : rows) row = -1;
  int16_t row = 0;
  for (const FieldInfo& field : kFields) rows[static_cast<size_t>(field.id)] = row++;
  return rows;
}
constexpr auto kByNumber = by_number();

}  // namespace

std::span<const EventInfo> all_events() {
  return kEvents;
}
std::span<const FieldInfo> all_fields() {
  return kFields;
}

std::span<const GroupMember> all_group_members() {
  return kGroups;
}
std::span<const FlagInfo> all_flags() {
  return kFlagNames;
}

const EventInfo* find_event(std::string_view name) {
  for (const EventInfo& event : kEvents) {
    if (event.name == name) return &event;
  }
  return nullptr;
}

const FieldInfo* find_field(std::string_view dotted_name) {
  static const auto* const kByName = [] {
    auto* map = new std::unordered_map<std::string_view, const FieldInfo*>;
    for (const FieldInfo& field : kFields) {
      if (field.list == FieldId::kNone) map->emplace(field.name, &field);
    }
    return map;
  }();
  const auto found = kByName->find(dotted_name);
  return found == kByName->end() ? nullptr : found->second;
}

const FieldInfo* find_element(FieldId list, std::string_view name) {
  for (const FieldInfo& field : kFields) {
    if (field.list == list && list != FieldId::kNone && field.name == name) return &field;
  }
  return nullptr;
}

bool is_event(uint16_t number) {
  for (const EventInfo& event : kEvents) {
    if (static_cast<uint16_t>(event.id) == number) return true;
  }
  return false;
}

bool is_field(uint16_t number) {
  return number < kNumbers && kByNumber[number] >= 0;
}

const FieldInfo& info(FieldId id) {
  assert(is_field(static_cast<uint16_t>(id)));
  return kFields[kByNumber[static_cast<size_t>(id)]];
}

const EventInfo& info(EventId id) {
  for (const EventInfo& event : kEvents) {
    if (event.id == id) return event;
  }
  assert(false);
  return kEvents[0];
}

bool has_field(EventId event, FieldId field) {
  const FieldInfo& row = info(field);
  const uint32_t on = row.list == FieldId::kNone ? row.on : info(row.list).on;
  return (info(event).families & on) != 0;
}

const FlagInfo* find_flag(FieldId field, std::string_view name) {
  for (const FlagInfo& flag : kFlagNames) {
    if (flag.field == field && flag.name == name) return &flag;
  }
  return nullptr;
}

std::string flag_names(FieldId field, int64_t bits) {
  std::string names;
  for (uint32_t bit = 0; bit < 64; ++bit) {
    if (((static_cast<uint64_t>(bits) >> bit) & 1) == 0) continue;
    if (!names.empty()) names += ", ";
    const auto* const found = std::find_if(std::begin(kFlagNames), std::end(kFlagNames),
                                           [&](const FlagInfo& flag) { return flag.field == field && flag.bit == bit; });
    names += found != std::end(kFlagNames) ? std::string(found->name) : std::to_string(bit);
  }
  return names;
}

std::string_view type_name(Type type) {
  switch (type) {
    case kBool:
      return "bool";
    case kInt:
      return "int";
    case kString:
      return "string";
    case kPath:
      return "path";
    case kStringList:
      return "list of string";
    case kRecordList:
      return "list of record";
    case kFlags:
      return "flags";
    case Type::kIp:
      return "ip";
    case Type::kPort:
      return "port";
    case Type::kDomain:
      return "domain";
    case Type::kMap:
      return "map of string";
  }
  return "";
}

uint64_t catalogue_hash() {
  // FNV-1a over every column that changes what bytes or conditions mean; documentation is left out.
  static const uint64_t kHash = [] {
    uint64_t hash = 0xcbf29ce484222325u;
    const auto add = [&](std::string_view text) {
      for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
      hash = (hash ^ 0xff) * 0x100000001b3u;
    };
    for (const EventInfo& event : kEvents) {
      add(event.name);
      add(std::to_string(static_cast<int>(event.id)));
      add(std::to_string(event.families));
    }
    for (const FieldInfo& field : kFields) {
      add(field.name);
      for (const int number : {static_cast<int>(field.id), static_cast<int>(field.type), static_cast<int>(field.origin),
                               static_cast<int>(field.lane), static_cast<int>(field.list), static_cast<int>(field.on)}) {
        add(std::to_string(number));
      }
    }
    for (const FlagInfo& flag : kFlagNames) {
      add(flag.name);
      add(std::to_string(flag.bit));
    }
    return hash;
  }();
  return kHash;
}

std::string_view text_of_number(FieldId field, uint64_t number) {
  struct Row {
    FieldId field;
    uint64_t number;
    std::string_view text;
  };
  static constexpr Row kRows[] = {
#define NUMBER(field, number, text) {FieldId::field, number, text},
#include "runtime/catalogue/numbers.def"
  };
  for (const Row& row : kRows) {
    if (row.field == field && row.number == number) return row.text;
  }
  return {};
}

}  // namespace recipe
