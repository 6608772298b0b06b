// SPDX-License-Identifier: Apache-2.0
// untested_exception: none of the recipe's `nothing` tests is an event that the exception holds back. A recipe without any such
// test is missing_test's.
#include <algorithm>

#include "compiler/lint/lint.h"
#include "compiler/prove/judge.h"

namespace recipe {

void lint_untested_exception(const Compilation& compilation, Diagnostics& out) {
  for (const Recipe& recipe : compilation.set.recipes) {
    std::vector<const EventValues*> quiet;
    for (const RecipeTest& test : recipe.tests) {
      if (test.expectation == TestExpectation::kNothing && !test.steps.empty()) quiet.push_back(&test.steps.back());
    }
    if (quiet.empty()) continue;
    for (const Except& except : recipe.exceptions) {
      const bool tested = std::any_of(quiet.begin(), quiet.end(), [&](const EventValues* event) {
        const bool asked = std::find(except.events.begin(), except.events.end(), event->event) != except.events.end();
        return asked && prove::judge(except.when, 0, *event) != Truth::kFalse;
      });
      if (tested) continue;
      out.add(Code::kUntestedException, except.span, "no `nothing` test shows what this exception holds back",
              "nobody sees when it stops doing so, or does too much")
          .hints.push_back("add one: `test \"...\" nothing exec { ... }`, an event that matches the recipe and the exception");
    }
  }
}

}  // namespace recipe
