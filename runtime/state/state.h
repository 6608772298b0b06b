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
    const Match* match = nullptr;
    std::vector<Detection> events;  // as in Detection
    std::optional<Detection::Tally> counted;
  };
  struct Verdict {
    std::vector<Told> told;             // what becomes a detection, in the order of the triggers
    std::vector<TriggerId> marking;     // what marks, once all of the event has been judged
    uint64_t known = 0, throttled = 0;  // held back by `unless seen` and `throttle`
  };
  // What becomes of the matches of one event, exceptions taken out.
  [[nodiscard]] Verdict judge(const std::vector<Match>& matches, const Event& event, Context& context, const Maker& maker);

  // What the passing of time makes of it: sequences that end with what did not come, windows of throttles. Whatever ends before
  // that moment (ns from boot). One a call, until there is none.
  [[nodiscard]] std::optional<Sequences::Closed> take_closed_sequence(uint64_t now) { return sequences_.take_closed(now); }
  [[nodiscard]] std::optional<Detection> take_closed_throttle(uint64_t now) { return throttles_.take_closed(now); }
  [[nodiscard]] std::optional<uint64_t> next_close() const;
  // Is the end of a sequence held back, by `unless seen` or `throttle`? event: its last one.
  [[nodiscard]] bool holds_back(const Trigger& trigger, const Event& event, Context& context, Verdict& verdict,
                                const std::function<Detection()>& sample);

  // Throttles say when something is told again, not what is seen: the tests of recipes go without.
  void leave_throttles_out() { throttling_ = false; }
  [[nodiscard]] Seen& seen() { return seen_; }
  [[nodiscard]] uint64_t evicted() const { return sequences_.evicted() + counts_.evicted() + seen_.evicted(); }
  void clear();

 private:
  const Artefact& artefact_;
  Marks& marks_;
  Sequences sequences_;
  Counts counts_;
  Seen seen_;
  Throttles throttles_;
  uint64_t serial_ = 0;
  uint64_t seed_;
  bool throttling_ = true;
};

}  // namespace recipe
