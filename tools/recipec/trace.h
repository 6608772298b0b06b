// SPDX-License-Identifier: Apache-2.0
// Why a condition held or did not: each term of a clause put to the event alone, with the event's value beside it.
#pragma once
#include <memory>

#include "runtime/match/matcher.h"
#include "tools/recipec/run_tests.h"

namespace recipe::recipec {

struct ClauseReport {
  std::string file;  // of its first term
  uint32_t line = 0;
  std::vector<TermReport> terms;

  [[nodiscard]] size_t failures() const;
};

class Tracer {
 public:
  // artefact, and what is marked, must outlive it.
  Tracer(const Artefact& artefact, const Marks& marks) : artefact_(artefact), marks_(marks) {}

  // Every clause of these triggers with its terms judged, in the order of the artefact.
  [[nodiscard]] Result<std::vector<ClauseReport>> clauses(const std::vector<TriggerId>& triggers, const Event& event,
                                                          Context& context) const;
  // The terms of the one with the fewest that fail.
  [[nodiscard]] Result<std::vector<TermReport>> nearest(const std::vector<TriggerId>& triggers, const Event& event,
                                                        Context& context) const;

 private:
  const Artefact& artefact_;
  const Marks& marks_;
};

// ✓, ✗ or ?
[[nodiscard]] std::string_view mark(Truth truth);
[[nodiscard]] std::string_view truth_name(Truth truth);

// The event's value that a term asks about, for people.
[[nodiscard]] std::string describe(const Program& program, uint32_t node, const Event& event, Context& context,
                                   const Marks& marks);

}  // namespace recipe::recipec
