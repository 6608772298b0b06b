// SPDX-License-Identifier: Apache-2.0
// What lowers a verdict, in one place: all printers say the same.
#include "runtime/coverage.h"

#include <algorithm>

namespace recipe {
namespace {

std::string join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined.append(&word == words.data() ? "" : ", ").append(word);
  return joined;
}

}  // namespace

std::vector<Coverage::Recipe> recipes_of(const Artefact& artefact) {
  std::vector<Coverage::Recipe> recipes;
  std::vector<size_t> place(artefact.recipes.size(), SIZE_MAX);
  for (size_t i = 0; i < artefact.recipes.size(); ++i) {
    const RecipeInfo& recipe = artefact.recipes[i];
    if (!recipe.enabled) continue;
    place[i] = recipes.size();
    recipes.push_back({recipe.name,
                       recipe.title,
                       recipe.doc.quick,
                       recipe.importance,
                       false,
                       recipe.doc.implications,
                       recipe.false_positives,
                       {}});
  }
  for (const Trigger& trigger : artefact.triggers) {
    const size_t at = place[trigger.recipe.index()];
    const Passage& words = artefact.passages[trigger.passage];
    if (at == SIZE_MAX || words.text.empty()) continue;
    recipes[at].sources.push_back(
        {words.file < artefact.files.size() ? artefact.files[words.file] : std::string(), words.line, words.text});
  }
  return recipes;
}

Verdict verdict(const Coverage& coverage) {
  if (!coverage.watched) return Verdict::kNone;
  return shortcomings(coverage).empty() ? Verdict::kComplete : Verdict::kPartial;
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kComplete:
      return "complete";
    case Verdict::kPartial:
      return "partial";
    case Verdict::kNone:
      return "none";
  }
  return "";
}

std::vector<std::string> shortcomings(const Coverage& coverage) {
  std::vector<std::string> reasons;
  if (!coverage.obstacle.empty()) {
    reasons.push_back((coverage.watched ? "watching ended early: " : "not watched: ") + coverage.obstacle);
  }
  if (!coverage.watched) return reasons;
  if (coverage.canary == Coverage::Canary::kUnseen) reasons.emplace_back("the canary was not seen");
  const auto blind =
      std::count_if(coverage.recipes.begin(), coverage.recipes.end(), [](const auto& each) { return each.blind; });
  if (!coverage.unseen.empty()) {
    reasons.push_back("no probe here sees " + join(coverage.unseen) + ": asked for by " + std::to_string(blind) + " of " +
                      std::to_string(coverage.recipes.size()) + " recipes");
  }
  for (const Coverage::Count& count : coverage.counts) {
    if (count.loss != Coverage::Loss::kLost) continue;
    reasons.push_back(std::to_string(count.count) + " " + std::string(count.counter) + ": " + std::string(count.doc));
  }
  return reasons;
}

}  // namespace recipe
