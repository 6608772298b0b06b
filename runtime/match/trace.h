// SPDX-License-Identifier: Apache-2.0
// Why a condition held or did not: each term of a clause put to the event alone, with the event's value beside it.
#pragma once
#include <memory>

#include "runtime/match/matcher.h"

namespace recipe {

// One term of the clause that came nearest, or that matched.
struct TermReport {
  Truth truth = Truth::kFalse;
  std::string words;    // of the recipe
  std::string value;    // the event's: `process.name is "perl"`
  bool kernel = false;  // the kernel decides it too
};

struct ClauseReport {
  std::string file;  // of its first term
  uint32_t line = 0;
  std::vector<TermReport> terms;

  [[nodiscard]] size_t failures() const;
};

class Tracer {
 public:
  // Of the clauses of some triggers. artefact, and what is marked, must outlive it.
  [[nodiscard]] static Result<Tracer> build(const Artefact& artefact, const Marks& marks,
                                            const std::vector<TriggerId>& triggers);

  struct Term {
    const ClauseInfo* clause = nullptr;
    TriggerId trigger;
    uint32_t node = 0;
    bool kernel = false;
  };
  // In the order of the artefact; those of one clause stand together.
  [[nodiscard]] const std::vector<Term>& terms() const { return terms_; }
  [[nodiscard]] const Passage& passage(const Term& term) const;
  [[nodiscard]] std::string words(const Term& term) const;  // of the recipe
  [[nodiscard]] Truth judge(size_t term, const Event& event, Context& context);

  // Every clause with its terms judged; and the terms of the one with the fewest that fail.
  [[nodiscard]] std::vector<ClauseReport> clauses(const Event& event, Context& context);
  [[nodiscard]] std::vector<TermReport> nearest(const Event& event, Context& context);

 private:
  Tracer(const Artefact& artefact, const Marks& marks) : artefact_(&artefact), marks_(&marks) {}

  const Artefact* artefact_;
  const Marks* marks_;
  std::vector<Term> terms_;
  std::unique_ptr<Artefact> small_;  // each term as a trigger of its own
  std::unique_ptr<Matcher> matcher_;
};

// ✓, ✗ or ?
[[nodiscard]] std::string_view mark(Truth truth);
[[nodiscard]] std::string_view truth_name(Truth truth);

// The event's value that a term asks about, for people.
[[nodiscard]] std::string describe(const Program& program, uint32_t node, const Event& event, Context& context,
                                   const Marks& marks);

}  // namespace recipe
