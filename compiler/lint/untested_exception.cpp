// SPDX-License-Identifier: Apache-2.0
// untested_exception: none of the recipe's `nothing` tests is an event that the exception holds back. A recipe without any such
// test is missing_test's.
#include <algorithm>

#include "compiler/lint/exceptions.h"
#include "compiler/lint/lint.h"
#include "compiler/prove/judge.h"

namespace recipe {

void lint_untested_exception(const Compilation& compilation, Diagnostics& out) {
  const ExceptionWords words = {
      Code::kUntestedException, "no `nothing` test shows what this exception holds back",
      "nobody sees when it stops doing so, or does too much",
      "add one: `test \"...\" nothing exec { ... }`, an event that matches the recipe and the exception"};
  report_exceptions(
      compilation, words,
      [](const Recipe& recipe, const Except& except) {
        bool quiet = false, shown = false;
        for (const RecipeTest& test : recipe.tests) {
          if (test.expectation != TestExpectation::kNothing || test.steps.empty()) continue;
          const EventValues& event = test.steps.back();
          const bool asked = std::find(except.events.begin(), except.events.end(), event.event) != except.events.end();
          quiet = true;
          shown = shown || (asked && prove::judge(except.when, 0, event) != Truth::kFalse);
        }
        return !quiet ? InRecipe::kNotAsked : shown ? InRecipe::kFine : InRecipe::kFound;
      },
      out);
}

}  // namespace recipe
