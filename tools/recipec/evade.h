// SPDX-License-Identifier: Apache-2.0
// Evasions: the last event of each `match` test, written as someone would who knows the recipe. Which forms still match? What
// gets away is to be named in the recipe: `evasions ["renamed program, versioned name: why"]`.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/compile.h"

namespace recipe::recipec {

struct EvasionRow {
  std::string_view trick;  // a row of evasions.def
  size_t tried = 0, matched = 0;
  size_t elsewhere = 0;             // that other recipes alone tell of
  std::set<std::string> tellers{};  // these recipes
  std::string escaped{};            // the title of the first test whose event nobody tells of
  bool named = false;               // by the recipe's `evasions`
  [[nodiscard]] bool open() const { return !escaped.empty() && !named; }
};

struct EvasionReport {
  std::string recipe;
  std::vector<EvasionRow> rows;    // the tricks that fit some event
  std::vector<std::string> wrong;  // names in `evasions`: of a trick by which no event gets away, or misspelt; in words
};

// Error: ours.
[[nodiscard]] Result<std::vector<EvasionReport>> evade(const Compilation& compilation,
                                                       const std::function<bool(const std::string& path)>& wanted);

struct TrickInfo {
  std::string_view name, doc;
};
[[nodiscard]] const std::vector<TrickInfo>& all_tricks();

}  // namespace recipe::recipec
