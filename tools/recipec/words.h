// SPDX-License-Identifier: Apache-2.0
// Words of messages.
#pragma once
#include <string>

namespace recipe::recipec {

// "1 recipe", "2 recipes"
[[nodiscard]] inline std::string counted(size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

}  // namespace recipe::recipec
