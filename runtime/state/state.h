// SPDX-License-Identifier: Apache-2.0
// State: between a match and a detection, all that recipes remember of earlier events. The engine and the tests of recipes go
// through it alike.
//
//   match ─► sequence, count ─► marks ─► unless seen ─► throttle ─► detection
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "runtime/match.h"
#include "runtime/match/marks.h"
#include "runtime/state/counts.h"
#include "runtime/state/seen.h"
#include "runtime/state/sequences.h"
#include "runtime/state/throttles.h"

namespace recipe {

class State {
 public:
  // Makes the detection of a match of the event that is judged.
  using Maker = std::function<Detection(const Match&)>;

  // artefact and marks must outlive it.
  State(const Artefact& artefact, Marks& marks, uint64_t seed);

  struct Told {
    Match match;
    std::vector<Detection> events;  // as in Detection; where the time is over, the last one is the match's own
    std::optional<Detection::Tally> counted{};
    std::optional<int64_t> over_unix_ns{};  // of a sequence that ends with what did not come: when its time was over
  };
  struct Verdict {
    std::vector<Told> told;                   // what becomes a detection
    std::vector<TriggerId> marking;           // what marks: by an event once all of it has been judged, see mark()
    std::vector<TriggerId> known, throttled;  // held back by `unless seen` and `throttle`
  };
  // What becomes of the matches of one event, exceptions taken out. A recipe tells of it once, whatever number of its triggers
  // it matches: by the one of the greatest importance, the first of these. A match that a
  // cut field leaves open is told beside a certain one that matters less. Each of them marks.
  [[nodiscard]] Verdict judge(const std::vector<Match>& matches, const Event& event, Context& context, const Maker& maker);
  // An event is judged by what events before it have marked, so its own marks are set last.
  void mark(const std::vector<TriggerId>& marking, const Event& event);

  // What the passing of time makes of it, of whatever is over before that moment (ns from boot): sequences that end with what
  // did not come, whose marks are set; windows of throttles, one a call until there is none.
  [[nodiscard]] Verdict close_sequences(uint64_t now, Context& context);
  [[nodiscard]] std::optional<Detection> take_closed_throttle(uint64_t now) { return throttles_.take_closed(now); }
  [[nodiscard]] std::optional<uint64_t> next_close() const;

  // Throttles say when something is told again, not what is seen: the tests of recipes go without.
  void leave_throttles_out() { throttling_ = false; }
  [[nodiscard]] Seen& seen() { return seen_; }
  [[nodiscard]] uint64_t evicted() const { return sequences_.evicted() + counts_.evicted() + seen_.evicted(); }
  void clear();

 private:
  [[nodiscard]] bool holds_back(TriggerId trigger, const Event& event, Context& context, Verdict& verdict,
                                const std::function<Detection()>& sample);

  const Artefact& artefact_;
  Marks& marks_;
  Sequences sequences_;
  Counts counts_;
  Seen seen_;
  Throttles throttles_;
  Event closed_;  // the last one of a sequence whose time is over
  uint64_t serial_ = 0;
  uint64_t seed_;
  bool throttling_ = true;
};

}  // namespace recipe
