// SPDX-License-Identifier: Apache-2.0
#include "runtime/state/state.h"

#include <algorithm>
#include <span>

#include "runtime/state/evidence.h"

namespace recipe {

State::State(const Artefact& artefact, Marks& marks, uint64_t seed)
    : artefact_(artefact),
      marks_(marks),
      sequences_(artefact, seed),
      counts_(artefact.counts, seed),
      throttles_(seed),
      seed_(seed) {}

State::Verdict State::judge(const std::vector<Match>& matches, const Event& event, Context& context, const Maker& maker) {
  Verdict verdict;
  ++serial_;
  const auto trigger_of = [&](const Match& match) -> const Trigger& { return artefact_.triggers[match.trigger.index()]; };
  const auto matters_more = [&](const Match& one, const Match& other) {
    const Importance its = trigger_of(one).importance, known = trigger_of(other).importance;
    return its != known ? its > known : one.trigger < other.trigger;
  };
  // One event does one step of a sequence: the later steps are asked first.
  std::vector<const Match*> order;
  for (const Match& match : matches) order.push_back(&match);
  std::stable_sort(order.begin(), order.end(), [&](const Match* a, const Match* b) {
    const Trigger &one = trigger_of(*a), &other = trigger_of(*b);
    return one.recipe != other.recipe ? one.recipe < other.recipe : one.step > other.step;
  });
  const auto witness_of = [&](const Match& match) {
    return [&] {
      Detection made = maker(match);
      make_evidence(made);
      return made;
    };
  };
  std::vector<Told> best;  // a recipe tells of an event once: by the trigger that matters most, the first of equals
  for (const Match* match : order) {
    const Trigger& trigger = trigger_of(*match);
    const auto witness = witness_of(*match);
    Told told;
    if (trigger.step != 0) {
      auto complete = sequences_.take(*match, event, serial_, context, witness);
      if (!complete) continue;
      told.events = std::move(*complete);
    } else if (trigger.count != 0) {
      auto reached = counts_.add(trigger.count, event, context, witness);
      if (!reached) continue;
      told.events = std::move(reached->samples);
      told.counted = reached->tally;
    }
    if (!trigger.marks.empty()) verdict.marking.push_back(match->trigger);
    if (!trigger.report) continue;
    told.match = *match;
    const auto same = std::find_if(best.begin(), best.end(), [&](const Told& other) {
      return trigger_of(other.match).recipe == trigger.recipe && other.match.open == match->open;
    });
    if (same == best.end()) {
      best.push_back(std::move(told));
    } else if (matters_more(*match, same->match)) {
      *same = std::move(told);
    }
  }
  // What a cut field leaves open takes the place of nothing certain, and is told beside it only where it matters more.
  std::erase_if(best, [&](const Told& perhaps) {
    return perhaps.match.open && std::any_of(best.begin(), best.end(), [&](const Told& certain) {
             return !certain.match.open && trigger_of(certain.match).recipe == trigger_of(perhaps.match).recipe &&
                    !matters_more(perhaps.match, certain.match);
           });
  });
  for (Told& told : best) {
    if (holds_back(told.match.trigger, event, context, verdict, witness_of(told.match))) continue;
    verdict.told.push_back(std::move(told));
  }
  return verdict;
}

void State::mark(const std::vector<TriggerId>& marking, const Event& event) {
  for (const TriggerId trigger : marking) marks_.set(artefact_.triggers[trigger.index()], event);
}

State::Verdict State::close_sequences(uint64_t now, Context& context) {
  Verdict verdict;
  while (auto closed = sequences_.take_closed(now)) {
    const Trigger& trigger = artefact_.triggers[closed->match.trigger.index()];
    // It was decoded before.
    if (!closed_.decode(std::as_bytes(std::span(closed->record)).first(closed->record_bytes)).ok()) continue;
    if (!trigger.marks.empty()) {
      verdict.marking.push_back(closed->match.trigger);
      marks_.set(trigger, closed_);
    }
    const auto sample = [&] { return closed->events.back(); };
    if (!trigger.report || holds_back(closed->match.trigger, closed_, context, verdict, sample)) continue;
    verdict.told.push_back({std::move(closed->match), std::move(closed->events), {}, closed->time_unix_ns});
  }
  return verdict;
}

bool State::holds_back(TriggerId id, const Event& event, Context& context, Verdict& verdict,
                       const std::function<Detection()>& sample) {
  const RecipeId owner = artefact_.triggers[id.index()].recipe;
  const RecipeInfo& recipe = artefact_.recipes[owner.index()];
  if (recipe.unless_seen && seen_.seen_before(recipe, event, context)) {
    verdict.known.push_back(id);
    return true;
  }
  if (recipe.throttle && throttling_ && !throttles_.admit(owner, *recipe.throttle, event, context, sample)) {
    verdict.throttled.push_back(id);
    return true;
  }
  return false;
}

std::optional<uint64_t> State::next_close() const {
  const auto sequence = sequences_.next_close(), throttle = throttles_.next_close();
  if (!sequence || !throttle) return sequence ? sequence : throttle;
  return std::min(*sequence, *throttle);
}

void State::clear() {
  sequences_.clear();
  counts_.clear();
  seen_.clear();
  throttles_ = Throttles(seed_);
  marks_.clear();
}

}  // namespace recipe
