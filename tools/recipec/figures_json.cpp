// SPDX-License-Identifier: Apache-2.0
// Figures as JSON: one object, every recipe of the set in it. Shares are of 1, times in nanoseconds an event of the captures.
#include <nlohmann/json.hpp>

#include "runtime/report/report.h"
#include "tools/recipec/figures.h"

namespace recipe::recipec {

std::string Figures::json(RecipeId only) const {
  using nlohmann::ordered_json;
  const auto file_of = [&](const Passage& passage) {
    return passage.file < artefact_->files.size() ? printable(artefact_->files[passage.file]) : "";
  };
  const auto add_outcome = [&](ordered_json& to, const RecipeFigures& figures) {
    uint64_t excepted = 0;
    for (const uint64_t each : figures.excepted) excepted += each;
    const Cost cost = cost_of(figures);
    to["matched"] = figures.matched;
    to["excepted"] = excepted;
    to["known"] = figures.known;
    to["throttled"] = figures.throttled;
    to["detections"] = figures.detections;
    to["detections_a_day"] = seconds_ ? ordered_json(a_day(figures.detections, *seconds_)) : ordered_json();
    to["ns"] = {{"mean", cost.mean}, {"least", cost.least}, {"most", cost.most}};
  };
  ordered_json recipes = ordered_json::array();
  for (const RecipeId recipe : chosen(only)) {
    const RecipeFigures& figures = of(recipe);
    const Passage& head = artefact_->passages[info_of(recipe).passage];
    ordered_json row = {{"recipe", info_of(recipe).name},
                        {"file", file_of(head)},
                        {"line", head.line},
                        {"enabled", info_of(recipe).enabled},
                        {"passed", figures.passed},
                        {"passed_share", share_of_events(figures.passed)},
                        {"alone", figures.alone},
                        {"in_vain", figures.in_vain}};
    add_outcome(row, figures);
    row["cost_share"] = share_of_cost(recipe);
    for (const char* list : {"clauses", "exceptions", "failing"}) row[list] = ordered_json::array();
    for (const auto& [clause, matched] : clauses(recipe)) {
      const Passage& passage = passage_of(clause);
      const Trigger& trigger = artefact_->triggers[artefact_->clauses[clause.index()].trigger.index()];
      row["clauses"].push_back({{"event", info(trigger.event).name},
                                {"clause", number_of(clause)},
                                {"file", file_of(passage)},
                                {"line", passage.line},
                                {"matched", matched}});
    }
    for (const HeldBack& each : held_back(recipe)) {
      const Passage& passage = artefact_->passages[each.exception->passage];
      row["exceptions"].push_back({{"title", printable(each.exception->title)},
                                   {"file", file_of(passage)},
                                   {"line", passage.line},
                                   {"held_back", each.matches}});
    }
    for (const FailingTerm* term : failing(recipe)) {
      row["failing"].push_back({{"term", printable(term->words)},
                                {"file", printable(term->file)},
                                {"line", term->line},
                                {"kernel", term->kernel},
                                {"events", term->events}});
    }
    recipes.push_back(std::move(row));
  }
  ordered_json all = {{"captures", files_},
                      {"events", measurement_->events()},
                      {"no_events", broken_},
                      {"untimed", measurement_->untimed()},
                      {"seconds", static_cast<double>(measurement_->span_ns()) / 1e9},
                      {"passed", measurement_->passed()},
                      {"passed_share", share_of_events(measurement_->passed())}};
  add_outcome(all, sum_);
  if (!seconds_) all["no_day"] = why_no_day_;
  all["recipes"] = std::move(recipes);
  return all.dump() + "\n";
}

}  // namespace recipe::recipec
