// SPDX-License-Identifier: Apache-2.0
// Recipes as replay runs them, for questions about events: the artefact encoded and decoded, the kernel's classifier over the
// laid-out filter, the matcher, the state. No root, no kernel.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include "runtime/artefact/lay_out.h"
#include "runtime/classify/classify.h"
#include "runtime/context/context.h"
#include "runtime/match/matcher.h"
#include "runtime/state/state.h"

namespace recipe::recipec {

class Harness {
 public:
  // Throttles say when something is told again, not what is seen: questions about one event go without.
  enum class Throttling { kOff, kOn };
  // Error: ours, for every artefact that compiles can be written, read and laid out.
  [[nodiscard]] static Result<Harness> build(const Artefact& compiled, Throttling throttling = Throttling::kOff);

  [[nodiscard]] const Artefact& artefact() const { return *artefact_; }
  [[nodiscard]] Matcher& matcher() { return *matcher_; }
  [[nodiscard]] Marks& marks() { return *marks_; }
  [[nodiscard]] State& state() { return *state_; }
  [[nodiscard]] Context& context() { return *context_; }

  // A recipe's triggers on this event.
  [[nodiscard]] std::vector<TriggerId> triggers_of(RecipeId recipe, EventId event) const;
  // Would the recipe, were it alone, report the event? A trigger that is reported is not false, and no exception holds. Whether
  // it is enabled is not asked.
  [[nodiscard]] bool detects(RecipeId recipe, const Event& event);
  [[nodiscard]] bool detects(RecipeId recipe, const EventValues& event);  // false too of what no record can hold
  // Classifies and matches, as the engine does; exceptions are not asked.
  void match(const Event& event, std::vector<Match>& matches);
  // Whether the event that was matched last leaves the kernel, and the clauses that it leaves it for.
  [[nodiscard]] bool passed() const { return undecided_ || !candidates_.empty(); }
  [[nodiscard]] std::vector<ClauseId> candidates(EventId event) const;
  // What becomes of the matches of an event, as the engine does it: exceptions, state, marks. excepted: a match that was held
  // back and the exception of its recipe that did it; may be nullptr.
  using Excepted = std::vector<std::pair<TriggerId, size_t>>;
  [[nodiscard]] State::Verdict settle(const Event& event, std::vector<Match> matches, const State::Maker& maker,
                                      Excepted* excepted = nullptr);
  // Does the filter let the event through for one of these triggers?
  [[nodiscard]] bool passes(const Event& event, const std::vector<TriggerId>& triggers);

 private:
  Harness() = default;

  // What points into another part has an address of its own.
  std::unique_ptr<Artefact> artefact_;
  std::unique_ptr<FilterImage> image_;
  std::unique_ptr<Marks> marks_;
  std::unique_ptr<Classifier> classifier_;
  std::unique_ptr<Matcher> matcher_;
  std::unique_ptr<State> state_;
  std::unique_ptr<Context> context_;
  std::vector<std::vector<TriggerId>> triggers_;  // by RecipeId
  std::vector<candidate_word> candidates_;
  bool undecided_ = false;  // every trigger is a candidate
};

}  // namespace recipe::recipec
