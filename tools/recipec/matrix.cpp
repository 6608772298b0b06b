// SPDX-License-Identifier: Apache-2.0
#include "tools/recipec/matrix.h"

#include <algorithm>
#include <map>
#include <set>

#include "tools/recipec/test_runner.h"

namespace recipe::recipec {

Result<std::vector<MatrixRow>> matrix(const Compilation& compilation,
                                      const std::function<bool(const std::string& path)>& wanted) {
  Result<Harness> harness = Harness::build(compilation.artefact);
  if (!harness.ok()) return harness.error();
  TestRunner runner(std::move(*harness));
  std::vector<MatrixRow> rows;
  for (uint32_t i = 0; i < compilation.set.recipes.size(); ++i) {
    const Recipe& recipe = compilation.set.recipes[i];
    if (!wanted(compilation.sources[recipe.span.source].path)) continue;
    MatrixRow row{recipe.info.name};
    std::map<uint32_t, size_t> told;
    for (const RecipeTest& test : recipe.tests) {
      if (test.expectation != TestExpectation::kMatch) continue;
      ++row.events;
      for (const RecipeId other : runner.told_by(test)) {
        if (other.value != i) ++told[other.value];
      }
    }
    for (const auto& [other, count] : told) row.others.emplace_back(compilation.set.recipes[other].info.name, count);
    std::stable_sort(row.others.begin(), row.others.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace recipe::recipec
