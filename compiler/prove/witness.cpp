// SPDX-License-Identifier: Apache-2.0
// See witness.h.
#include "compiler/prove/witness.h"

#include <algorithm>

namespace recipe::prove {
namespace {

constexpr size_t kMostClauses = 64;  // of one side that events are built for
constexpr size_t kMostEvents = 4;    // built for one set of wishes
constexpr size_t kMostTries = 12;    // sets of wishes for one clause

// Of each clause of `its` one term that `terms` do not imply, to be false; `turn` chooses which. false: there is none to
// choose.
bool unmet(const Conjunction& terms, EventId event, const Reported& its, size_t turn, std::vector<Wish>& wishes) {
  bool some = false;
  for (const Reported::Part& part : its.triggers) {
    if (part.event != event) continue;
    for (const Clause& clause : part.condition.clauses->clauses) {
      std::vector<Term> open;
      for (const Term& term : conjunction(*part.condition.predicate, clause)) {
        if (!implies(terms, term)) open.push_back(term);
      }
      if (open.empty()) continue;
      wishes.push_back({open[turn % open.size()], false});
      some = true;
    }
  }
  return some;
}

}  // namespace

bool find_event(EventId event, const std::vector<Wish>& wishes, const World& world, const Shows& shows) {
  const auto events = build_events(event, wishes, world, kMostEvents);
  return std::any_of(events.begin(), events.end(), shows);
}

bool find_difference(const Reported& mine, const Reported& its, const World& world, size_t& left, const Shows& shows) {
  const auto shown = [&](EventId event, const std::vector<Wish>& wishes) {
    if (left == 0) return false;
    --left;
    return find_event(event, wishes, world, shows);
  };
  size_t clauses = 0;
  for (const Reported::Part& part : mine.triggers) {
    for (const Clause& clause : part.condition.clauses->clauses) {
      if (++clauses > kMostClauses || left == 0) return false;
      const Conjunction terms = conjunction(*part.condition.predicate, clause);
      std::vector<Wish> wishes;
      for (const Term& term : terms) wishes.push_back({term, true});
      if (shown(part.event, wishes)) return true;
      for (size_t turn = 0; turn < kMostTries; ++turn) {
        std::vector<Wish> more = wishes;
        if (!unmet(terms, part.event, its, turn, more)) break;
        if (shown(part.event, more)) return true;
      }
      for (const Reported::Exception& exception : its.exceptions) {
        for (const Clause& held : exception.clauses.clauses) {
          std::vector<Wish> more = wishes;
          for (const Term& term : conjunction(exception.predicate, held)) more.push_back({term, true});
          if (shown(part.event, more)) return true;
        }
      }
    }
  }
  return false;
}

}  // namespace recipe::prove
