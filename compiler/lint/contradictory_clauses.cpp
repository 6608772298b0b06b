// SPDX-License-Identifier: Apache-2.0
// contradictory_clauses: a clause that holds a term and its negation: `x and not x`.
#include "compiler/lint/contradiction.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/prove/tests.h"

namespace recipe {

std::optional<std::pair<uint32_t, uint32_t>> find_contradiction(const Predicate& predicate, const Clause& clause) {
  for (const uint32_t holds : clause.terms) {
    const PredicateNode& positive = predicate.nodes[holds];
    if (positive.negated) continue;
    for (const uint32_t fails : clause.terms) {
      const PredicateNode& negative = predicate.nodes[fails];
      if (!negative.negated || negative.kind != positive.kind) continue;
      // Of one operator; what two of them leave nothing of is impossible_clause's.
      const auto clash_of_tests = [&](const Test& one, const Test& other) {
        return one.op == other.op && prove::implies(one, other);
      };
      const bool clash = positive.kind == PredicateKind::kTest
                             ? clash_of_tests(predicate.tests[positive.test], predicate.tests[negative.test])
                             : same_question(predicate, holds, fails);
      if (clash) return std::pair{holds, fails};
    }
  }
  return std::nullopt;
}

void lint_contradictory_clauses(const Compilation& compilation, Witness& witness, Diagnostics& out) {
  for_each_trigger(compilation, [&](const TriggerView& trigger) {
    for (const Clause& clause : trigger.clauses.clauses) {
      const auto clash = find_contradiction(trigger.predicate, clause);
      if (!clash) continue;
      const Span holds = trigger.predicate.nodes[clash->first].span;
      const Span fails = trigger.predicate.nodes[clash->second].span;
      Diagnostic& diagnostic =
          out.add(Code::kContradictoryClauses, place(fails, trigger.on.span),
                  "this clause can never hold: `" + words(compilation, trigger.predicate, {{clash->first}}) + "` and `" +
                      words(compilation, trigger.predicate, {{clash->second}}) + "` contradict each other",
                  "never true together with the other");
      diagnostic.secondary.push_back({holds, "the other"});
      witness.show_rest(trigger, clause, clash->second, "all but this is met by", diagnostic);
    }
  });
}

}  // namespace recipe
