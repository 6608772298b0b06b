// SPDX-License-Identifier: Apache-2.0
// catalogue.def as tables, with hashed look-up by name for the compiler and replay.
#include "runtime/catalogue/catalogue.h"

#include <array>
#include <cassert>
#include <unordered_map>

namespace recipe {
namespace {

using enum Type;
using enum Origin;

constexpr EventInfo kEvents[] = {
#define EVENT(id, name, number, doc) {EventId::id, name, doc},
#include "bpf/abi/catalogue.def"
};

constexpr FieldInfo kFields[] = {
#define FIELD(id, name, number, type, origin, lane, doc, example) \
  {FieldId::id, name, type, origin, Lane::lane, FieldId::kNone, doc, example},
#define ELEMENT(list, id, name, number, type, doc, example) \
  {FieldId::id, name, type, Origin::kRecord, Lane::kNone, FieldId::list, doc, example},
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
    }
    for (const FieldInfo& field : kFields) {
      add(field.name);
      for (const int number : {static_cast<int>(field.id), static_cast<int>(field.type), static_cast<int>(field.origin),
                               static_cast<int>(field.lane), static_cast<int>(field.list)}) {
        add(std::to_string(number));
      }
    }
    return hash;
  }();
  return kHash;
}

}  // namespace recipe
