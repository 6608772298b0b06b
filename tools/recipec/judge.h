// SPDX-License-Identifier: Apache-2.0
// The matcher as compiler/prove asks it: of the events that findings show.
#pragma once
#include <optional>
#include <vector>

#include "compiler/compile.h"
#include "compiler/prove/witness.h"
#include "runtime/match/evaluator.h"
#include "tools/recipec/harness.h"

namespace recipe::recipec {

// Nothing is built before the first question: most runs have none. Where the matcher cannot be built, which is a fault of
// ours, every answer is no.
class Judge final : public prove::EventJudge {
 public:
  // The compilation must be ok and outlive it.
  explicit Judge(const Compilation& compilation) : compilation_(compilation) {}

  [[nodiscard]] Truth evaluate(const Predicate& simplified, const EventValues& event) override;
  [[nodiscard]] bool detects(RecipeId recipe, const EventValues& event) override;

 private:
  [[nodiscard]] bool is_ready();

  const Compilation& compilation_;
  bool tried_ = false;
  std::optional<Harness> harness_;
  std::vector<TableIndex> tables_;  // of the harness's artefact
  std::optional<Evaluator> evaluator_;
};

}  // namespace recipe::recipec
