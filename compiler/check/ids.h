// SPDX-License-Identifier: Apache-2.0
// Ids of processes, users and groups have 32 bits.
#pragma once
#include <string_view>

#include "runtime/catalogue/catalogue.h"

namespace recipe {

[[nodiscard]] inline bool is_id(const FieldInfo& field) {
  const std::string_view last = field.name.substr(field.name.rfind('.') + 1);
  return last == "pid" || last == "tid" || last == "uid" || last == "gid" || last == "euid";
}

}  // namespace recipe
