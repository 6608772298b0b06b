// SPDX-License-Identifier: Apache-2.0
// Matcher: candidates → programs → matches. Built once an artefact: literals hashed, regexes and globs compiled.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "runtime/context/context.h"
#include "runtime/event.h"
#include "runtime/match.h"
#include "runtime/match/marks.h"

namespace recipe {

class Matcher {
 public:
  // artefact and marks must outlive it. marks: what `process.marked` and `file.marked` ask; nullptr: nothing is ever marked.
  // Error: a pattern that RE2 refuses (the compiler has said so before), with the pattern.
  [[nodiscard]] static Result<std::unique_ptr<Matcher>> build(const Artefact& artefact, const Marks* marks = nullptr);
  ~Matcher();

  // Every enabled trigger that holds for the event, once each, exceptions not yet asked. `everything`: all triggers are
  // candidates. Appends to `out`. The work is bounded by the candidates, not by the number of recipes.
  void match(const Event& event, Context& context, std::span<const candidate_word> candidates, bool everything,
             std::vector<Match>& out);

  // One program alone: for exceptions, tests and `why`.
  [[nodiscard]] Truth evaluate_trigger(TriggerId trigger, const Event& event, Context& context);
  // The exception that holds the match back, or -1. Unknown does not hold back: law 5.
  [[nodiscard]] int find_exception(RecipeId recipe, const Event& event, Context& context);

 private:
  struct State;
  explicit Matcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace recipe
