// SPDX-License-Identifier: Apache-2.0
// See run_tests.h.
#include "tools/recipec/run_tests.h"

#include <utility>

#include "compiler/lower/lower.h"
#include "tools/recipec/test_runner.h"

namespace recipe::recipec {
Result<std::vector<RecipeReport>> run_tests(Compilation& compilation,
                                            const std::function<bool(const std::string& path)>& wanted,
                                            const std::function<void(size_t done, size_t total)>& progress,
                                            bool with_coverage) {
  assert(compilation.ok);
  // A recipe that is switched off has no clauses, and its tests are to hold all the same.
  bool switched_off = false;
  for (Recipe& recipe : compilation.set.recipes) switched_off |= !std::exchange(recipe.info.enabled, true);
  if (switched_off) lower(compilation);
  Result<Harness> harness = Harness::build(compilation.artefact);
  if (!harness.ok()) return harness.error();
  TestRunner runner(std::move(*harness));
  std::vector<RecipeReport> reports;
  const size_t total = compilation.set.recipes.size();
  for (uint32_t i = 0; i < total; ++i) {
    const Recipe& recipe = compilation.set.recipes[i];
    const auto line_of = [&](Span span) { return compilation.sources.position(span.source, span.begin).line; };
    const std::string& file = compilation.sources[recipe.span.source].path;
    if (wanted(file)) {
      RecipeReport report{recipe.info.name, file, line_of(recipe.name_span), {}, {}};
      std::optional<Coverage> coverage;
      if (with_coverage) {
        Result<Coverage> built = Coverage::build(runner.harness(), RecipeId{i});
        if (!built.ok()) return built.error();
        coverage.emplace(std::move(*built));
      }
      for (const RecipeTest& test : recipe.tests) {
        report.tests.push_back(runner.run(RecipeId{i}, test, coverage ? &*coverage : nullptr));
        report.tests.back().line = line_of(test.span);
      }
      if (coverage) report.coverage = coverage->report();
      reports.push_back(std::move(report));
    }
    if (progress) progress(i + 1, total);
  }
  return reports;
}

}  // namespace recipe::recipec
