// SPDX-License-Identifier: Apache-2.0
// Why a condition held or did not: each term of a clause put to the event alone, with the event's value beside it.
#pragma once
#include <memory>

#include "runtime/match/matcher.h"
#include "tools/recipec/run_tests.h"

namespace recipe::recipec {

class Tracer {
 public:
  // artefact, and what is marked, must outlive it.
  Tracer(const Artefact& artefact, const Marks& marks) : artefact_(artefact), marks_(marks) {}

  // The clause of these triggers with the fewest terms that fail, its terms judged.
  [[nodiscard]] Result<std::vector<TermReport>> nearest(const std::vector<TriggerId>& triggers, const Event& event,
                                                        Context& context) const;

 private:
  const Artefact& artefact_;
  const Marks& marks_;
};

// The event's value that a term asks about, for people.
[[nodiscard]] std::string describe(const Program& program, uint32_t node, const Event& event, Context& context,
                                   const Marks& marks);

}  // namespace recipe::recipec
