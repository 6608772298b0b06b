// SPDX-License-Identifier: Apache-2.0
// Every recipe's events through all recipes: who else tells of them, who is told of twice, whose events are caught by nobody.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/compile.h"

namespace recipe::recipec {

struct MatrixRow {
  std::string recipe;
  size_t events = 0;                                     // the last ones of its `match` tests
  std::vector<std::pair<std::string, size_t>> others{};  // recipes that tell of some of them too, the most first
};

// Error: ours.
[[nodiscard]] Result<std::vector<MatrixRow>> matrix(const Compilation& compilation,
                                                    const std::function<bool(const std::string& path)>& wanted);

}  // namespace recipe::recipec
