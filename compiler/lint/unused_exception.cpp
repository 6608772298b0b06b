// SPDX-License-Identifier: Apache-2.0
// unused_exception: an exception that never meets what the recipe matches: proved, clause against clause.
#include <algorithm>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/lower/lower.h"
#include "compiler/prove/prove.h"

namespace recipe {

void lint_unused_exception(const Compilation& compilation, Diagnostics& out) {
  std::vector<std::vector<TriggerView>> triggers;  // by recipe
  for_each_trigger(compilation, [&](const TriggerView& trigger) {
    if (triggers.empty() || &triggers.back().front().recipe != &trigger.recipe) triggers.emplace_back();
    triggers.back().push_back(trigger);
  });
  for (const std::vector<TriggerView>& of_recipe : triggers) {
    for (const Except& except : of_recipe.front().recipe.exceptions) {
      const Predicate simplified = simplify(except.when);
      const Clauses clauses = split_clauses(simplified);
      const bool meets_none = std::all_of(of_recipe.begin(), of_recipe.end(), [&](const TriggerView& trigger) {
        const bool asked = std::find(except.events.begin(), except.events.end(), trigger.on.event) != except.events.end();
        return !asked || prove::is_disjoint({&trigger.predicate, &trigger.clauses}, {&simplified, &clauses});
      });
      if (!meets_none) continue;
      out.add(Code::kUnusedException, except.span, "no event that the recipe matches meets this exception",
              "holds nothing back")
          .hints.push_back("remove it, or see which term of it the recipe's condition contradicts");
    }
  }
}

}  // namespace recipe
