// SPDX-License-Identifier: Apache-2.0
// missing_test: a recipe without a test that must match, or without a look-alike that must not.
#include <algorithm>

#include "compiler/lint/lint.h"

namespace recipe {

void lint_missing_test(const Compilation& compilation, Diagnostics& out) {
  for (const Recipe& recipe : compilation.set.recipes) {
    const auto has = [&](TestExpectation expectation) {
      return std::any_of(recipe.tests.begin(), recipe.tests.end(),
                         [&](const RecipeTest& test) { return test.expectation == expectation; });
    };
    // What only marks for others is never reported.
    const bool reports = std::any_of(recipe.ons.begin(), recipe.ons.end(), [](const On& on) { return on.report; });
    const bool match = has(reports ? TestExpectation::kMatch : TestExpectation::kMark);
    const bool nothing = has(TestExpectation::kNothing);
    if (match && nothing) continue;
    const std::string what = !match && !nothing ? "has no tests"
                             : match            ? "has no test that must match nothing"
                             : reports          ? "has no test that must match"
                                                : "has no test that must mark";
    Diagnostic& diagnostic = out.add(Code::kMissingTest, recipe.name_span, "`" + recipe.info.name + "` " + what);
    if (!match)
      diagnostic.hints.push_back(std::string("show what it is for: `test \"...\" ") + (reports ? "match" : "mark") +
                                 " exec { process.name: ..., argv: [...] }`");
    if (!nothing)
      diagnostic.hints.push_back("show a look-alike: `test \"...\" nothing exec { process.name: ..., argv: [...] }`");
  }
}

}  // namespace recipe
