// SPDX-License-Identifier: Apache-2.0
// What a field's value can be: events that are shown hold nothing that no machine and no test could say.
#pragma once
#include <cstdint>
#include <limits>
#include <string>

#include "compiler/check/ids.h"

namespace recipe::prove {

// A name of a host that a test can say: labels of 1 to 63 letters, digits, `-` and `_`.
[[nodiscard]] inline bool is_domain(const std::string& text) {
  constexpr size_t kLabel = 63;
  size_t label = 0;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (c == '.' ? label == 0 : !letter || label == kLabel) return false;
    label = c == '.' ? 0 : label + 1;
  }
  return label > 0;
}

// What a record of such a field may hold.
[[nodiscard]] inline bool is_possible(FieldId field, int64_t number) {
  constexpr int64_t kPorts = 65535;
  if (field == FieldId::kNone) return true;
  const FieldInfo& known = info(field);
  if (number < 0) return false;
  if (known.type == Type::kBool) return number <= 1;
  if (known.type == Type::kPort) return number <= kPorts;
  if (known.type == Type::kFlags) {
    uint64_t bits = 0;
    for (const FlagInfo& flag : all_flags()) bits |= flag.field == field ? uint64_t{1} << flag.bit : 0;
    return (static_cast<uint64_t>(number) & ~bits) == 0;
  }
  return !is_id(known) || number <= std::numeric_limits<uint32_t>::max();
}

}  // namespace recipe::prove
