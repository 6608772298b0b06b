// SPDX-License-Identifier: Apache-2.0
// See walk.h: parts of one `and` or `or` of which one implies the other. Parts with equal words are duplicated_condition's.
#include <set>

#include "compiler/lint/walk.h"
#include "compiler/lower/lower.h"
#include "compiler/prove/prove.h"

namespace recipe {
namespace {

constexpr size_t kMostParts = 200;  // of one `and` or `or`: above, pairs are too many

}  // namespace

void for_each_implied(const Compilation& compilation, PredicateKind kind, const ImpliedVisitor& visit) {
  std::set<std::pair<SourceId, std::pair<uint32_t, uint32_t>>> said;  // a macro is expanded many times
  const auto look = [&](const Predicate& predicate, EventId event, Span otherwise) {
    for (uint32_t at = 0; at < predicate.nodes.size(); ++at) {
      if (predicate.nodes[at].kind != kind) continue;
      std::vector<uint32_t> parts;
      for (uint32_t part = at + 1; part < predicate.nodes[at].end; part = predicate.nodes[part].end) parts.push_back(part);
      if (parts.size() > kMostParts) continue;
      for (const uint32_t narrow : parts) {
        for (const uint32_t wide : parts) {
          if (narrow == wide || !prove::implies(prove::Term{&predicate, narrow}, prove::Term{&predicate, wide})) continue;
          // Of two that say the same, the later is too much.
          const bool mutual = prove::implies(prove::Term{&predicate, wide}, prove::Term{&predicate, narrow});
          const uint32_t needless = kind == PredicateKind::kOr ? narrow : wide;
          if (mutual && needless == std::min(narrow, wide)) continue;
          const Span span = predicate.nodes[needless].span;
          if (span == predicate.nodes[needless == narrow ? wide : narrow].span) continue;  // entries of one list
          if (!said.insert({span.source, {span.begin, span.end}}).second) continue;
          visit({predicate, event, otherwise, narrow, wide});
        }
      }
    }
  };
  for_each_trigger(compilation,
                   [&](const TriggerView& trigger) { look(trigger.predicate, trigger.on.event, trigger.on.span); });
  for (const Recipe& recipe : compilation.set.recipes) {
    for (const Except& except : recipe.exceptions) {
      const EventId event = except.events.empty() ? recipe.ons[0].event : except.events[0];
      look(simplify(except.when), event, except.span);
    }
  }
}

}  // namespace recipe
