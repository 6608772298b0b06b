// SPDX-License-Identifier: Apache-2.0
// impossible_clause: a clause that no event can satisfy, because one field would need two values at once:
// `process.name == a and process.name == b`, `process.uid < 5 and process.uid > 9`. A term and its negation are
// contradictory_clauses'.
//
// Of `(a or b) and (c or d)` the clause `a and c` may be impossible, and nobody has written anything wrong: a term is reported
// only where no clause that holds its words is possible. A macro's words have other clauses with other arguments, and those of
// another file other users.
#include <algorithm>
#include <set>
#include <tuple>

#include "compiler/lint/contradiction.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/prove/prove.h"

namespace recipe {
namespace {

using Place = std::tuple<SourceId, uint32_t, uint32_t>;

Place place_of(const PredicateNode& node) {
  return {node.span.source, node.span.begin, node.span.end};
}

// Nodes of the clause that cannot hold together; empty: it is possible, as far as is known.
std::vector<uint32_t> clash_of(const Predicate& predicate, const Clause& clause) {
  std::vector<uint32_t> nodes;
  for (const size_t term : prove::find_impossible(prove::conjunction(predicate, clause))) nodes.push_back(clause.terms[term]);
  return nodes;
}

// The words of clauses that are possible.
std::set<Place> of_use(const Compilation& compilation) {
  std::set<Place> words;
  for_each_trigger(compilation, [&](const TriggerView& trigger) {
    for (const Clause& clause : trigger.clauses.clauses) {
      if (find_contradiction(trigger.predicate, clause) || !clash_of(trigger.predicate, clause).empty()) continue;
      for (const uint32_t term : clause.terms) words.insert(place_of(trigger.predicate.nodes[term]));
    }
  });
  return words;
}

}  // namespace

void lint_impossible_clause(const Compilation& compilation, Witness& witness, Diagnostics& out) {
  const std::set<Place> useful = of_use(compilation);
  for_each_trigger(compilation, [&](const TriggerView& trigger) {
    if (trigger.clauses.clauses.empty()) {
      out.add(Code::kImpossibleClause, trigger.on.span, "this condition can never hold", "false for every event");
      return;
    }
    const auto& nodes = trigger.predicate.nodes;
    for (const Clause& clause : trigger.clauses.clauses) {
      if (find_contradiction(trigger.predicate, clause)) continue;
      const std::vector<uint32_t> clash = clash_of(trigger.predicate, clause);
      const auto dead = std::find_if(clash.rbegin(), clash.rend(), [&](uint32_t node) {
        return nodes[node].span.source == trigger.on.span.source && !useful.contains(place_of(nodes[node]));
      });
      if (dead == clash.rend()) continue;
      Diagnostic& diagnostic = out.add(Code::kImpossibleClause, place(nodes[*dead].span, trigger.on.span),
                                       "this clause can never hold: `" + words(compilation, trigger.predicate, clause) + "`",
                                       "never true together with the other");
      const auto other = std::find_if(clash.begin(), clash.end(), [&](uint32_t node) { return node != *dead; });
      if (other != clash.end()) diagnostic.secondary.push_back({nodes[*other].span, "the other"});
      witness.show_rest(trigger, clause, *dead, "all but this is met by", diagnostic);
      diagnostic.hints.push_back("either value is enough: `in [a, b]`, or join the conditions with `or`");
    }
  });
}

}  // namespace recipe
