// SPDX-License-Identifier: Apache-2.0
// Types decide how a value is written; the catalogue knows the types.
#include "runtime/report/value.h"

#include <algorithm>

#include "runtime/base/address.h"
#include "runtime/report/process_members.h"

namespace recipe {

namespace {

std::optional<std::vector<std::string>> list_of(const Event& event, FieldId field, Context& context) {
  if (!event.has(field)) return context.texts(event, field);
  return std::vector<std::string>(event.texts(field).begin(), event.texts(field).end());
}

std::optional<int64_t> number_of(const Event& event, FieldId field, Context& context) {
  const auto number = event.number(field);
  return number || info(field).origin != Origin::kContext ? number : context.number(event, field);
}

// The elements of a map with one of these names, and no others: variables hold secrets.
std::vector<std::string> pairs_of(const Event& event, FieldId field, std::span<const std::string> names) {
  std::vector<std::string> pairs;
  for (const std::string_view element : event.texts(field)) {
    const std::string_view name = element.substr(0, element.find('='));
    if (std::find(names.begin(), names.end(), name) != names.end()) pairs.emplace_back(element);
  }
  return pairs;
}

std::vector<std::string> names_of(FieldId field, int64_t bits) {
  std::vector<std::string> names;
  for (const FlagInfo& flag : all_flags()) {
    if (flag.field == field && ((static_cast<uint64_t>(bits) >> flag.bit) & 1) != 0) names.emplace_back(flag.name);
  }
  return names;
}

}  // namespace

std::vector<EventValue> event_values(const Event& event, Context& context, std::span<const std::string> names) {
  std::vector<EventValue> values;
  for (const FieldInfo& field : all_fields()) {
    if (!is_value(field) || !has_field(event.id(), field.id)) continue;
    EventValue value;
    value.field = field.id;
    if (field.type == Type::kMap) {
      auto read = pairs_of(event, field.id, names);
      if (read.empty()) continue;
      value.value.emplace<2>(std::move(read));
    } else if (field.type == Type::kStringList) {
      auto list = list_of(event, field.id, context);
      if (!list) continue;
      value.value.emplace<2>(std::move(*list));
    } else if (storage_of(field.type) == Storage::kNumber) {
      const auto number = number_of(event, field.id, context);
      if (!number) continue;
      if (field.type == Type::kFlags) {
        value.value.emplace<2>(names_of(field.id, *number));
      } else {
        value.value.emplace<0>(*number);
      }
    } else {
      auto text = value_text(event, field.id, context);
      if (!text) continue;
      value.value.emplace<1>(std::move(*text));
    }
    values.push_back(std::move(value));
  }
  return values;
}

std::optional<std::string> value_text(const Event& event, FieldId field, Context& context) {
  switch (info(field).type) {
    case Type::kBool: {
      const auto value = number_of(event, field, context);
      return value ? std::optional<std::string>(*value != 0 ? "true" : "false") : std::nullopt;
    }
    case Type::kFlags: {
      const auto value = number_of(event, field, context);
      return value ? std::optional<std::string>(flag_names(field, *value)) : std::nullopt;
    }
    case Type::kIp: {
      const auto value = event.text(field);
      const auto asked = value ? std::nullopt : context.text(event, field);
      if (!value && !asked) return std::nullopt;
      return format_address(value ? *value : std::string_view(*asked));
    }
    case Type::kPort:
    case Type::kInt: {
      const auto value = number_of(event, field, context);
      return value ? std::optional<std::string>(std::to_string(*value)) : std::nullopt;
    }
    case Type::kString:
    case Type::kPath:
    case Type::kDomain: {
      const auto value = event.text(field);
      if (!value || event.truncated(field)) {
        if (auto asked = context.text(event, field)) return asked;
      }
      // Cut to nothing: the kernel knew only that there is one.
      if (value && value->empty() && event.truncated(field)) return std::nullopt;
      return value ? std::optional<std::string>(*value) : std::nullopt;
    }
    case Type::kStringList: {
      const auto list = list_of(event, field, context);
      if (!list) return std::nullopt;
      std::string joined;
      for (const std::string& element : *list) joined.append(&element == list->data() ? "" : " ").append(element);
      return joined;
    }
    case Type::kRecordList:
    case Type::kMap:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace recipe
