// SPDX-License-Identifier: Apache-2.0
// Types decide how a value is written; the catalogue knows the types.
#include "runtime/report/value.h"

#include "runtime/base/address.h"

namespace recipe {

std::optional<std::string> value_text(const Event& event, FieldId field, Context& context) {
  switch (info(field).type) {
    case Type::kBool: {
      const auto value = event.number(field);
      return value ? std::optional<std::string>(*value != 0 ? "true" : "false") : std::nullopt;
    }
    case Type::kFlags: {
      const auto value = event.number(field);
      return value ? std::optional<std::string>(flag_names(field, *value)) : std::nullopt;
    }
    case Type::kIp: {
      const auto value = event.text(field);
      return value ? std::optional<std::string>(format_address(*value)) : std::nullopt;
    }
    case Type::kPort:
    case Type::kInt: {
      const auto value = event.number(field);
      return value ? std::optional<std::string>(std::to_string(*value)) : std::nullopt;
    }
    case Type::kString:
    case Type::kPath:
    case Type::kDomain: {
      const auto value = event.text(field);
      if (!value || event.truncated(field)) {
        if (auto asked = context.text(event, field)) return asked;
      }
      return value ? std::optional<std::string>(*value) : std::nullopt;
    }
    case Type::kStringList: {
      if (!event.has(field)) return std::nullopt;
      std::string joined;
      for (const std::string_view element : event.texts(field)) joined.append(joined.empty() ? "" : " ").append(element);
      return joined;
    }
    case Type::kRecordList:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace recipe
