// SPDX-License-Identifier: Apache-2.0
// Notes with an event, as a test gives it. For findings that say "whatever meets this meets that": one that meets both, and one
// that meets the wider alone; of what cannot hold: one that all but a term hold for. Each is judged by the matcher before it is
// shown; where none is found there is no note.
#pragma once
#include <string_view>
#include <vector>

#include "compiler/diagnostic/diagnostic.h"
#include "compiler/lint/walk.h"
#include "compiler/prove/witness.h"

namespace recipe {

class Witness {
 public:
  // judge: of this compilation; nullptr: no note is made. Both must outlive it.
  Witness(const Compilation& compilation, prove::EventJudge* judge) : compilation_(compilation), judge_(judge) {}

  // What the events show, in words before them: "meets both".
  struct Words {
    std::string_view both, wider;
  };
  // The event meets the whole condition around the two parts, too.
  void show(const Implied& parts, const Words& words, Diagnostic& out);
  void show(const prove::Subsumed& pair, Diagnostic& out);
  // Of a clause that cannot hold: an event that all of it but one term holds for. Words: what it shows.
  void show_rest(const TriggerView& trigger, const Clause& clause, uint32_t without, std::string_view words, Diagnostic& out);

 private:
  void add(std::string_view words, const EventValues& event, Diagnostic& out) const;
  // The event can be shown: a test can say it, in a line that is not too long.
  [[nodiscard]] static bool is_short(const EventValues& event);
  [[nodiscard]] prove::World world() const;
  // Sets of wishes for the next search, taken off what is left of this run.
  [[nodiscard]] size_t take_steps();
  void give_back(size_t steps) { steps_left_ += steps; }

  const Compilation& compilation_;
  prove::EventJudge* judge_;
  std::vector<prove::Reported> reported_;  // made when first asked
  size_t steps_left_ = 4096;               // so that a run of 10,000 findings does not last
};

}  // namespace recipe
