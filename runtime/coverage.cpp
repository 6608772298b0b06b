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
