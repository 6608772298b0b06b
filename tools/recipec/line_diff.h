// SPDX-License-Identifier: Apache-2.0
// What a formatter has changed, as a unified diff.
#pragma once
#include <string>
#include <string_view>

namespace recipe::recipec {

// before and after hold the same lines but for white space and empty lines, in the same order: so that the diff needs no
// search. Three lines of context. Empty where nothing differs.
[[nodiscard]] std::string unified_diff(const std::string& path, std::string_view before, std::string_view after, bool colour);

}  // namespace recipe::recipec
