// SPDX-License-Identifier: Apache-2.0
// Recipes as replay runs them, for questions about one event: the artefact encoded and decoded, the kernel's classifier over
// the laid-out filter, the matcher. No root, no kernel.
#pragma once
#include <memory>
#include <vector>

#include "runtime/artefact/lay_out.h"
#include "runtime/classify/classify.h"
#include "runtime/context/context.h"
#include "runtime/match/matcher.h"
#include "runtime/state/state.h"

namespace recipe::recipec {

class Harness {
 public:
  // Error: ours, for every artefact that compiles can be written, read and laid out.
  [[nodiscard]] static Result<Harness> build(const Artefact& compiled);

  [[nodiscard]] const Artefact& artefact() const { return *artefact_; }
  [[nodiscard]] Matcher& matcher() { return *matcher_; }
  [[nodiscard]] Marks& marks() { return *marks_; }
  [[nodiscard]] State& state() { return *state_; }
  [[nodiscard]] Context& context() { return *context_; }

  // A recipe's triggers on this event.
  [[nodiscard]] std::vector<TriggerId> triggers_of(RecipeId recipe, EventId event) const;
  // Classifies and matches, as the engine does; exceptions are not asked.
  void match(const Event& event, std::vector<Match>& matches);
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
  std::unique_ptr<State> state_;  // without throttles
  std::unique_ptr<Context> context_;
  std::vector<std::vector<TriggerId>> triggers_;  // by RecipeId
  std::vector<candidate_word> candidates_;
};

}  // namespace recipe::recipec
