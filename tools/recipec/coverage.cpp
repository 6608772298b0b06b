// SPDX-License-Identifier: Apache-2.0
// See coverage.h. A term decides where all others of its clause hold: were it the other way, so would be the clause.
#include "tools/recipec/coverage.h"

#include <algorithm>
#include <tuple>

namespace recipe::recipec {

Result<Coverage> Coverage::build(Harness& harness, RecipeId recipe) {
  const Artefact& artefact = harness.artefact();
  std::vector<TriggerId> triggers;
  for (uint32_t i = 0; i < artefact.triggers.size(); ++i) {
    if (artefact.triggers[i].recipe == recipe) triggers.push_back(TriggerId{i});
  }
  Result<Tracer> tracer = Tracer::build(artefact, harness.marks(), triggers);
  if (!tracer.ok()) return tracer.error();
  Coverage coverage(harness, recipe, std::move(*tracer));
  const auto file_of = [&](const Passage& passage) {
    return passage.file < artefact.files.size() ? artefact.files[passage.file] : "";
  };
  std::map<std::tuple<uint32_t, uint32_t, std::string>, size_t> known;
  for (const Tracer::Term& term : coverage.tracer_.terms()) {
    const Passage& passage = coverage.tracer_.passage(term);
    std::string words = coverage.tracer_.words(term);
    const auto [place, is_new] = known.try_emplace({passage.file, passage.line, words}, coverage.terms_.size());
    coverage.rows_.push_back(place->second);
    if (is_new) coverage.terms_.push_back({std::move(words), file_of(passage), passage.line});
  }
  for (const ExceptionInfo& exception : artefact.recipes[recipe.index()].exceptions) {
    const Passage& passage = artefact.passages[exception.passage];
    TermCoverage row{"except \"" + exception.title + "\"", file_of(passage), passage.line};
    row.exception = true;
    coverage.exceptions_.push_back(std::move(row));
  }
  return coverage;
}

void Coverage::add(const Event& event) {
  const std::vector<Tracer::Term>& terms = tracer_.terms();
  for (size_t begin = 0, end = 0; begin < terms.size(); begin = end) {
    std::vector<Truth> truths;
    for (end = begin; end < terms.size() && terms[end].clause == terms[begin].clause; ++end) {
      const bool asked = harness_->artefact().triggers[terms[end].trigger.index()].event == event.id();
      if (asked) truths.push_back(tracer_.judge(end, event, harness_->context()));
    }
    if (truths.empty()) continue;
    const auto wrong = std::count_if(truths.begin(), truths.end(), [](Truth truth) { return truth != Truth::kTrue; });
    for (size_t i = begin; i < end; ++i) {
      TermCoverage& row = terms_[rows_[i]];
      const Truth truth = truths[i - begin];
      row.seen_true = row.seen_true || truth == Truth::kTrue;
      row.seen_false = row.seen_false || truth == Truth::kFalse;
      row.decisive = row.decisive || wrong == 0 || (wrong == 1 && truth == Truth::kFalse);
    }
  }
  add_exception(event);
}

void Coverage::add_exception(const Event& event) {
  const auto& triggers = harness_->triggers_of(recipe_, event.id());
  const bool matched = std::any_of(triggers.begin(), triggers.end(), [&](TriggerId trigger) {
    return harness_->matcher().evaluate_trigger(trigger, event, harness_->context()) != Truth::kFalse;
  });
  const int exception = matched ? harness_->matcher().find_exception(recipe_, event, harness_->context()) : -1;
  if (exception >= 0) exceptions_[static_cast<size_t>(exception)].decisive = true;
}

std::vector<TermCoverage> Coverage::report() const {
  std::vector<TermCoverage> all = terms_;
  all.insert(all.end(), exceptions_.begin(), exceptions_.end());
  return all;
}

}  // namespace recipe::recipec
