// SPDX-License-Identifier: Apache-2.0
// What was measured, for people and as JSON: shares, detections a day, costs; the costliest recipe first.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tools/recipec/measure.h"

namespace recipe::recipec {

inline constexpr uint64_t kLeastSpanNs = 60'000'000'000;  // that says anything of a day

// What comes on a day where `count` came within the time. seconds > 0.
[[nodiscard]] inline double a_day(uint64_t count, double seconds) {
  return static_cast<double>(count) * 86'400 / seconds;
}

class Figures {
 public:
  // files: that were read. broken: lines and records that are no events. The measurement must outlive it, and holds an event.
  Figures(const Measurement& measurement, size_t files, uint64_t broken);

  // only: that recipe's row; kNone: all. Ends with a line feed.
  [[nodiscard]] std::string text(RecipeId only) const;
  [[nodiscard]] std::string json(RecipeId only) const;

 private:
  // Nanoseconds an event of the captures: the mean of the repeats, the least and the greatest.
  struct Cost {
    double mean = 0, least = 0, most = 0;
  };
  struct HeldBack {
    const ExceptionInfo* exception = nullptr;
    uint64_t matches = 0;
  };
  using Clauses = std::vector<std::pair<ClauseId, uint64_t>>;

  [[nodiscard]] const RecipeInfo& info_of(RecipeId recipe) const { return artefact_->recipes[recipe.index()]; }
  [[nodiscard]] const RecipeFigures& of(RecipeId recipe) const { return measurement_->recipes()[recipe.index()]; }
  [[nodiscard]] double share_of_events(uint64_t count) const;
  [[nodiscard]] Cost cost_of(const RecipeFigures& figures) const;
  [[nodiscard]] double share_of_cost(RecipeId recipe) const;
  [[nodiscard]] std::string day(uint64_t detections) const;  // "about 3.4"; "-" where nothing is said of a day
  // Those to show, the costliest first. What follows them is by number, the greatest first, and none that is zero.
  [[nodiscard]] std::vector<RecipeId> chosen(RecipeId only) const;
  [[nodiscard]] std::vector<HeldBack> held_back(RecipeId recipe) const;  // once an exception, though it is of several events
  [[nodiscard]] std::vector<const FailingTerm*> failing(RecipeId recipe) const;
  [[nodiscard]] Clauses clauses(RecipeId recipe) const;
  [[nodiscard]] uint32_t number_of(ClauseId clause) const;  // within its trigger, as `explain` counts
  [[nodiscard]] const Passage& passage_of(ClauseId clause) const;
  [[nodiscard]] std::string place(const Passage& passage) const;  // "FILE:LINE"

  [[nodiscard]] std::string head() const;
  [[nodiscard]] std::string row(RecipeId recipe, size_t width) const;
  [[nodiscard]] std::string details(RecipeId recipe) const;
  [[nodiscard]] std::string rest() const;

  const Measurement* measurement_;
  const Artefact* artefact_;
  size_t files_;
  uint64_t broken_;
  RecipeFigures sum_;              // of all recipes; of one exception, all that were held back
  std::optional<double> seconds_;  // that say something of a day; nullopt: why_no_day_
  std::string why_no_day_;
};

}  // namespace recipe::recipec
