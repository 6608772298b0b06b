// SPDX-License-Identifier: Apache-2.0
// contradictory_clauses: a clause that holds a term and its negation: `x and not x`.
#include <algorithm>

#include "compiler/lint/contradiction.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

// Everything but the literals is equal, and each literal of a is one of b's: a true makes b true.
bool implies(const Test& a, const Test& b) {
  if (!(a.subject == b.subject) || a.over != b.over || a.op != b.op || a.nocase != b.nocase) return false;
  return std::all_of(a.literals.begin(), a.literals.end(), [&](const Literal& literal) {
    return std::find(b.literals.begin(), b.literals.end(), literal) != b.literals.end();
  });
}

}  // namespace

std::optional<std::pair<uint32_t, uint32_t>> find_contradiction(const Predicate& predicate, const Clause& clause) {
  for (const uint32_t holds : clause.terms) {
    const PredicateNode& positive = predicate.nodes[holds];
    if (positive.negated) continue;
    for (const uint32_t fails : clause.terms) {
      const PredicateNode& negative = predicate.nodes[fails];
      if (!negative.negated || negative.kind != positive.kind) continue;
      const bool clash = positive.kind == PredicateKind::kTest
                             ? implies(predicate.tests[positive.test], predicate.tests[negative.test])
                             : same_question(predicate, holds, fails);
      if (clash) return std::pair{holds, fails};
    }
  }
  return std::nullopt;
}

void lint_contradictory_clauses(const Compilation& compilation, Diagnostics& out) {
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
    }
  });
}

}  // namespace recipe
