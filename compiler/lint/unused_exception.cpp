// SPDX-License-Identifier: Apache-2.0
// unused_exception: an exception that never meets what the recipe matches: proved, clause against clause.
#include <algorithm>
#include <unordered_map>

#include "compiler/lint/exceptions.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/lower/lower.h"
#include "compiler/prove/prove.h"

namespace recipe {

void lint_unused_exception(const Compilation& compilation, Diagnostics& out) {
  std::unordered_map<const Recipe*, std::vector<TriggerView>> triggers;
  for_each_trigger(compilation, [&](const TriggerView& trigger) { triggers[&trigger.recipe].push_back(trigger); });
  const ExceptionWords words = {Code::kUnusedException, "no event that the recipe matches meets this exception",
                                "holds nothing back", "remove it, or see which term of it the recipe's condition contradicts"};
  report_exceptions(
      compilation, words,
      [&](const Recipe& recipe, const Except& except) {
        const Predicate simplified = simplify(except.when);
        const Clauses clauses = split_clauses(simplified);
        const std::vector<TriggerView>& all = triggers[&recipe];
        const bool meets_none = std::all_of(all.begin(), all.end(), [&](const TriggerView& trigger) {
          const bool asked = std::find(except.events.begin(), except.events.end(), trigger.on.event) != except.events.end();
          return !asked || prove::is_disjoint({&trigger.predicate, &trigger.clauses}, {&simplified, &clauses});
        });
        return meets_none ? InRecipe::kFound : InRecipe::kFine;
      },
      out);
}

}  // namespace recipe
