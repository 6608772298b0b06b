// SPDX-License-Identifier: Apache-2.0
// See judge.h.
#include "tools/recipec/judge.h"

#include "compiler/lower/lower.h"

namespace recipe::recipec {

bool Judge::is_ready() {
  if (tried_) return evaluator_.has_value();
  tried_ = true;
  Result<Harness> harness = Harness::build(compilation_.artefact);
  if (!harness.ok()) return false;
  harness_.emplace(std::move(harness).value());
  for (const ValueTable& table : harness_->artefact().tables) tables_.emplace_back(table);
  Result<Evaluator> evaluator = Evaluator::make(harness_->artefact().option_tables, &harness_->marks());
  if (evaluator.ok()) evaluator_.emplace(std::move(evaluator).value());
  return evaluator_.has_value();
}

Truth Judge::evaluate(const Predicate& simplified, const EventValues& event) {
  if (!is_ready()) return Truth::kFalse;
  const auto record = encode_record(event);
  Event decoded;
  if (!record.ok() || !decoded.decode(std::as_bytes(std::span(*record))).ok()) return Truth::kFalse;
  const BuiltProgram built = build_program(simplified);
  PatternPool pool;
  const Result<ReadyProgram> ready = make_ready(built.program, pool, tables_);
  if (!ready.ok()) return Truth::kFalse;
  evaluator_->begin(decoded, harness_->context());
  return evaluator_->evaluate(*ready);
}

bool Judge::detects(RecipeId recipe, const EventValues& event) {
  return is_ready() && harness_->detects(recipe, event);
}

}  // namespace recipe::recipec
