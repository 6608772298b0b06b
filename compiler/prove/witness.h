// SPDX-License-Identifier: Apache-2.0
// Witnesses: events that show what a proof says, or that none can be given. They are built of what conditions ask
// (build_event.h) and then judged; the compiler does not include the matcher, so whoever asks brings the judge.
#pragma once
#include <functional>

#include "compiler/prove/across.h"
#include "compiler/prove/build_event.h"

namespace recipe::prove {

// The matcher over the artefact of one compilation.
class EventJudge {
 public:
  virtual ~EventJudge() = default;
  // Of a condition as simplify leaves it. kFalse too of what no record can hold.
  [[nodiscard]] virtual Truth evaluate(const Predicate& simplified, const EventValues& event) = 0;
  // A trigger that is reported holds, and no exception of the recipe does. Whether the recipe is on is not asked.
  [[nodiscard]] virtual bool detects(RecipeId recipe, const EventValues& event) = 0;
};

// Whether the event shows what is wanted; the search then ends.
using Shows = std::function<bool(const EventValues& event)>;

// Of the events that are likely to meet the wishes. true: `shows` has said so of one.
[[nodiscard]] bool find_event(EventId event, const std::vector<Wish>& wishes, const World& world, const Shows& shows);

// Of the events that `mine` is likely to report and `its` not: each meets a clause of `mine`, and leaves a term of each clause
// of `its` unmet or meets an exception of `its`. left: sets of wishes that may still be tried, counted down. true: as above.
[[nodiscard]] bool find_difference(const Reported& mine, const Reported& its, const World& world, size_t& left,
                                   const Shows& shows);

}  // namespace recipe::prove
