// SPDX-License-Identifier: Apache-2.0
// See figures.h. The sums, and the words; the JSON stands in figures_json.cpp.
#include "tools/recipec/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "runtime/artefact/dump.h"
#include "runtime/report/report.h"
#include "tools/recipec/words.h"

namespace recipe::recipec {
namespace {

constexpr size_t kDetailed = 10;  // recipes of a set of which more than a row is said
constexpr size_t kNamed = 10;     // that are switched off
constexpr size_t kWidest = 160;   // of a term's words

// "3h 12m": the two greatest units.
std::string spell_time(double seconds) {
  if (seconds < 60) return fmt::format("{:.3g}s", seconds);
  const auto whole = static_cast<uint64_t>(seconds);
  if (whole < 3600) return fmt::format("{}m {}s", whole / 60, whole % 60);
  if (whole < 86'400) return fmt::format("{}h {}m", whole / 3600, whole % 3600 / 60);
  return fmt::format("{}d {}h", whole / 86'400, whole % 86'400 / 3600);
}

// 0.0123 → "1.2 %"
std::string percent(double share) {
  const double value = 100 * share;
  if (value == 0 || value >= 10) return fmt::format("{:.0f} %", value);
  return value < 0.01 ? "<0.01 %" : fmt::format("{:.{}f} %", value, value < 1 ? 2 : 1);
}

// Of the repeats around their mean, to the farther side.
std::string spread(double mean, double least, double most) {
  return mean == 0 ? "" : fmt::format("±{:.0f} %", 100 * std::max(most - mean, mean - least) / mean);
}

// At most kWidest bytes, and no half of a character.
std::string shorten(const std::string& words) {
  if (words.size() <= kWidest) return words;
  size_t end = kWidest;
  while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0) == 0x80) --end;
  return words.substr(0, end) + " ...";
}

template <class Row, class Count>
void sort_by(std::vector<Row>& rows, const Count& count) {
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return count(a) > count(b); });
}

uint64_t sum(const std::vector<uint64_t>& all) {
  return std::accumulate(all.begin(), all.end(), uint64_t{0});
}

uint64_t held_back_by_all(const RecipeFigures& figures) {
  return sum(figures.excepted) + figures.known + figures.throttled;
}

}  // namespace

Figures::Figures(const Measurement& measurement, size_t files, uint64_t broken)
    : measurement_(&measurement), artefact_(&measurement.artefact()), files_(files), broken_(broken) {
  sum_.excepted.resize(1);
  for (const RecipeFigures& each : measurement.recipes()) {
    sum_.matched += each.matched;
    sum_.known += each.known;
    sum_.throttled += each.throttled;
    sum_.detections += each.detections;
    sum_.excepted[0] += sum(each.excepted);
    for (size_t i = 0; i < sum_.ns.size(); ++i) sum_.ns[i] += each.ns[i];
  }
  const double seconds = static_cast<double>(measurement.span_ns()) / 1e9;
  if (measurement.untimed() > 0) {
    why_no_day_ = counted(measurement.untimed(), "event") + (measurement.untimed() == 1 ? " has" : " have") + " no time";
  } else if (measurement.span_ns() < kLeastSpanNs) {
    why_no_day_ = "the events span " + spell_time(seconds) + ", which is too short: a minute is the least";
  } else {
    seconds_ = seconds;
  }
}

double Figures::share_of_events(uint64_t count) const {
  return static_cast<double>(count) / static_cast<double>(measurement_->events());
}

Figures::Cost Figures::cost_of(const RecipeFigures& figures) const {
  const auto [least, most] = std::minmax_element(figures.ns.begin(), figures.ns.end());
  const uint64_t all = std::accumulate(figures.ns.begin(), figures.ns.end(), uint64_t{0});
  return {share_of_events(all) / static_cast<double>(figures.ns.size()), share_of_events(*least), share_of_events(*most)};
}

double Figures::share_of_cost(RecipeId recipe) const {
  const double whole = cost_of(sum_).mean;
  return whole == 0 ? 0 : cost_of(of(recipe)).mean / whole;
}

std::string Figures::day(uint64_t detections) const {
  if (!seconds_) return "-";
  const double value = a_day(detections, *seconds_);
  return fmt::format("{:.{}f}", value, value > 0 && value < 10 ? 1 : 0);
}

std::vector<RecipeId> Figures::chosen(RecipeId only) const {
  std::vector<RecipeId> out;
  for (uint32_t i = 0; i < artefact_->recipes.size(); ++i) {
    if (!only.valid() || only == RecipeId{i}) out.push_back(RecipeId{i});
  }
  sort_by(out, [&](RecipeId each) { return std::pair(cost_of(of(each)).mean, of(each).passed); });
  return out;
}

std::vector<Figures::HeldBack> Figures::held_back(RecipeId recipe) const {
  std::vector<HeldBack> out;
  const std::vector<ExceptionInfo>& exceptions = info_of(recipe).exceptions;
  for (size_t i = 0; i < exceptions.size(); ++i) {
    const uint64_t matches = of(recipe).excepted[i];
    if (matches == 0) continue;
    const auto same = std::find_if(out.begin(), out.end(),
                                   [&](const HeldBack& each) { return each.exception->passage == exceptions[i].passage; });
    if (same == out.end()) {
      out.push_back({&exceptions[i], matches});
    } else {
      same->matches += matches;
    }
  }
  sort_by(out, [](const HeldBack& each) { return each.matches; });
  return out;
}

std::vector<const FailingTerm*> Figures::failing(RecipeId recipe) const {
  std::vector<const FailingTerm*> out;
  for (const FailingTerm& term : measurement_->terms()) {
    if (term.recipe == recipe && term.events > 0) out.push_back(&term);
  }
  sort_by(out, [](const FailingTerm* term) { return term->events; });
  return out;
}

Figures::Clauses Figures::clauses(RecipeId recipe) const {
  Clauses out(of(recipe).clauses.begin(), of(recipe).clauses.end());
  sort_by(out, [](const auto& each) { return each.second; });
  return out;
}

uint32_t Figures::number_of(ClauseId clause) const {
  const TriggerId trigger = artefact_->clauses[clause.index()].trigger;
  return static_cast<uint32_t>(std::count_if(artefact_->clauses.begin(), artefact_->clauses.begin() + clause.value + 1,
                                             [&](const ClauseInfo& each) { return each.trigger == trigger; }));
}

const Passage& Figures::passage_of(ClauseId clause) const {
  const ClauseInfo& row = artefact_->clauses[clause.index()];
  const Trigger& trigger = artefact_->triggers[row.trigger.index()];
  const uint32_t first = row.terms.empty() ? 0 : trigger.program.nodes[row.terms[0].node].passage;
  return artefact_->passages[first == 0 ? trigger.passage : first];
}

std::string Figures::place(const Passage& passage) const {
  return (passage.file < artefact_->files.size() ? printable(artefact_->files[passage.file]) : "") + ":" +
         std::to_string(passage.line);
}

std::string Figures::head() const {
  std::string out = counted(measurement_->events(), "event") + " of " + counted(files_, "capture") +
                    (seconds_ ? ", over " + spell_time(*seconds_) : "") + "\n";
  if (broken_ > 0)
    out += std::to_string(broken_) + (broken_ == 1 ? " line or record is no event\n" : " lines or records are no events\n");
  out += fmt::format("the kernel's filter passes {} of them, {}\n", measurement_->passed(),
                     percent(share_of_events(measurement_->passed())));
  out += counted(sum_.matched, "condition") + " held; " + std::to_string(sum_.excepted[0]) + " held back by exceptions, " +
         std::to_string(sum_.known) + " seen before, " + std::to_string(sum_.throttled) + " throttled\n";
  out += counted(sum_.detections, "detection");
  out += seconds_ ? ", about " + day(sum_.detections) + " a day\n" : "; nothing is said of a day: " + why_no_day_ + "\n";
  const Cost cost = cost_of(sum_);
  return out + fmt::format("{:.1f} ns an event for conditions and exceptions in userspace, {} in {} repeats, in this run\n",
                           cost.mean, spread(cost.mean, cost.least, cost.most), sum_.ns.size());
}

std::string Figures::row(RecipeId recipe, size_t width) const {
  const RecipeFigures& figures = of(recipe);
  const Cost cost = cost_of(figures);
  return fmt::format("{:<{}} {:>8} {:>8} {:>8} {:>8} {:>9} {:>10} {:>7} {:>8.1f} {:>6} {:>7}\n", info_of(recipe).name, width,
                     figures.passed, percent(share_of_events(figures.passed)), figures.alone, figures.matched,
                     held_back_by_all(figures), figures.detections, day(figures.detections), cost.mean,
                     spread(cost.mean, cost.least, cost.most), percent(share_of_cost(recipe)));
}

std::string Figures::details(RecipeId recipe) const {
  const RecipeFigures& figures = of(recipe);
  const RecipeInfo& info = info_of(recipe);
  std::string out;
  const auto add = [&](std::string_view heading, const std::string& words) {
    out += fmt::format("  {:<15} {}\n", heading, words);
  };
  if (const Clauses by = clauses(recipe); !by.empty()) {
    const Trigger& trigger = artefact_->triggers[artefact_->clauses[by[0].first.index()].trigger.index()];
    const std::string block = trigger.step == 0 ? fmt::format("on {}", recipe::info(trigger.event).name)
                                                : "step " + info.sequence->steps[trigger.step - 1].name;
    add("matched most", fmt::format("{} of {}: clause {} of `{}` at {}", by[0].second, figures.matched, number_of(by[0].first),
                                    block, place(passage_of(by[0].first))));
  }
  for (const HeldBack& each : held_back(recipe)) {
    add("held back", fmt::format("{} by the exception \"{}\" at {}", each.matches, printable(each.exception->title),
                                 place(artefact_->passages[each.exception->passage])));
  }
  if (figures.throttled > 0) add("held back", fmt::format("{} by the throttle", figures.throttled));
  if (figures.known > 0) add("held back", fmt::format("{} by `unless seen`", figures.known));
  if (info.sequence && figures.matched > 0) add("told by", spell(*info.sequence));
  for (const Trigger& trigger : artefact_->triggers) {
    if (trigger.recipe == recipe && trigger.count != 0 && figures.matched > 0)
      add("told by", spell(artefact_->counts[trigger.count - 1]));
  }
  if (const auto terms = failing(recipe); figures.in_vain > 0 && !terms.empty()) {
    const FailingTerm& term = *terms[0];
    add("passed in vain", fmt::format("{}; a term that {} is false in {}, at {}:{}:", figures.in_vain,
                                      term.kernel ? "the kernel decides in part" : "userspace alone decides", term.events,
                                      printable(term.file), term.line));
    add("", shorten(printable(term.words)));
  }
  if (out.empty()) return out;
  return "\n" + info.name + " " + place(artefact_->passages[info.passage]) + "\n" + out;
}

// What no row tells of.
std::string Figures::rest() const {
  size_t idle = 0, off = 0;
  std::string names;
  for (uint32_t i = 0; i < artefact_->recipes.size(); ++i) {
    const RecipeInfo& recipe = artefact_->recipes[i];
    if (recipe.enabled) {
      idle += of(RecipeId{i}).passed == 0 ? 1 : 0;
    } else if (off++ < kNamed) {
      names += (names.empty() ? "" : ", ") + recipe.name;
    }
  }
  std::string out;
  if (idle > 0) out += counted(idle, "recipe") + (idle == 1 ? " lets" : " let") + " no event through\n";
  if (off > 0)
    out +=
        counted(off, "recipe") + (off == 1 ? " is" : " are") + " switched off: " + names + (off > kNamed ? ", ..." : "") + "\n";
  return out.empty() ? out : "\n" + out;
}

std::string Figures::text(RecipeId only) const {
  std::vector<RecipeId> shown = chosen(only);
  if (!only.valid()) std::erase_if(shown, [&](RecipeId each) { return of(each).passed == 0 && of(each).detections == 0; });
  size_t width = 20;
  for (const RecipeId recipe : shown) width = std::max(width, info_of(recipe).name.size());
  std::string out = head();
  if (!shown.empty()) {
    out += fmt::format("\n{:<{}} {:>8} {:>8} {:>8} {:>8} {:>9} {:>10} {:>7} {:>8} {:>6} {:>7}\n", "recipe", width, "passes", "",
                       "alone", "matched", "held back", "detections", "a day", "ns/event", "", "of cost");
  }
  for (const RecipeId recipe : shown) out += row(recipe, width);
  if (only.valid() && !info_of(only).enabled) out += "\nthe recipe is switched off\n";
  for (size_t i = 0; i < std::min(shown.size(), kDetailed); ++i) out += details(shown[i]);
  return out + (only.valid() ? "" : rest());
}

}  // namespace recipe::recipec
