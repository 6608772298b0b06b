// SPDX-License-Identifier: Apache-2.0
// Paths as texts; no file is asked.
#pragma once
#include <string_view>

namespace recipe {

// perl of /usr/bin/perl; all of a text without a slash. A view into `path`.
[[nodiscard]] constexpr std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace recipe
