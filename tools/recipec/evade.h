// SPDX-License-Identifier: Apache-2.0
// Evasions: the last event of each `match` test, written as someone would who knows the recipe. Which forms still match?
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/compile.h"

namespace recipe::recipec {

struct EvasionRow {
  std::string_view trick;  // a row of evasions.def
  size_t tried = 0, matched = 0;
  std::string escaped{};  // the title of the first test whose event gets away
};

struct EvasionReport {
  std::string recipe;
  std::vector<EvasionRow> rows;  // the tricks that fit some event
};

// Error: ours.
[[nodiscard]] Result<std::vector<EvasionReport>> evade(const Compilation& compilation,
                                                       const std::function<bool(const std::string& path)>& wanted);

struct TrickInfo {
  std::string_view name, doc;
};
[[nodiscard]] const std::vector<TrickInfo>& all_tricks();

}  // namespace recipe::recipec
