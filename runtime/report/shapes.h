// SPDX-License-Identifier: Apache-2.0
// What the printers of this folder share: their makers, the values of a detection by field, words that are safe everywhere.
#pragma once
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>

#include "runtime/artefact/names.h"
#include "runtime/report/printer.h"
#include "runtime/report/report.h"

namespace recipe {

using Json = nlohmann::ordered_json;

#define FORMAT(id, name, layout, doc) [[nodiscard]] std::unique_ptr<Printer> make_##id##_printer(const PrintOptions& options);
#include "runtime/report/formats.def"

inline constexpr std::string_view kProduct = "reciped", kVendor = "Recipe";

[[nodiscard]] const EventValue* find_value(const Detection& detection, FieldId field);
[[nodiscard]] std::optional<int64_t> number_of(const Detection& detection, FieldId field);
[[nodiscard]] std::optional<std::string> text_of(const Detection& detection, FieldId field);  // printable
// "reg.corp:5000/team/web:1.4" → "reg.corp:5000/team/web" and "1.4"; what follows `@` belongs to no tag.
struct ImageName {
  std::string name, tag;
};
[[nodiscard]] ImageName split_image(const std::string& image);
// "4f1c7f3c9d0b web (docker, image reg.corp/web:1.4, pod shop/web-7d9c)" and "github octo/app, workflow build, job test, run
// 61": printable, for people; empty: nothing is known.
[[nodiscard]] std::string container_words(const Detection& detection);
[[nodiscard]] std::string job_words(const Detection& detection);

// The title, or the name where there is none.
[[nodiscard]] const std::string& title_of(const Detection& detection);
// "perl -e 1": printable, at most so many bytes, the cut shown.
[[nodiscard]] std::string shorten(std::string_view text, size_t most);
// 32 hexadecimal digits, the same for the same finding in another run: recipe, event, program, command line.
[[nodiscard]] std::string fingerprint(const Detection& detection);
// One line of JSON; bytes that are no UTF-8 have been made printable before.
[[nodiscard]] std::string line_of(const Json& json);
// Where findings point: the workflow, or the recipe's file and line.
struct Place {
  std::string file;
  uint32_t line = 1;
};
[[nodiscard]] Place place_of(const Detection& detection, const PrintOptions& options);
// process, parent and so on: printable pairs of name and cmdline, the nearest first.
[[nodiscard]] std::string tree_of(const Detection& detection);
// What happened, with the process, for a reader who sees nothing else.
[[nodiscard]] std::string explain(const Detection& detection);
[[nodiscard]] Json coverage_json(const Coverage& coverage);
// "complete: 24 recipes, probes fork, exit, exec; the canary was seen; nothing was lost"
[[nodiscard]] std::string coverage_sentence(const Coverage& coverage);
// A baseline's part of each, and of tables: what is new, who did it, which recipe detected it. Few stand in the sentence and
// the lines, at most 200 are rows.
[[nodiscard]] Json baseline_json(const BaselineCoverage& baseline);
[[nodiscard]] std::string baseline_sentence(const BaselineCoverage& baseline);
[[nodiscard]] std::string baseline_text(const BaselineCoverage& baseline);
[[nodiscard]] std::vector<std::array<std::string, 3>> baseline_rows(const BaselineCoverage& baseline);

// Keeps at most so many, the most important and of those the first; counts the others.
template <class Entry>
class Foremost {
 public:
  explicit Foremost(size_t most) : most_(most) {}
  void add(Importance importance, Entry entry) {
    ++total_;
    at(importance).push_back(std::move(entry));
    if (kept() <= most_) return;
    for (auto& level : levels_) {
      if (level.empty()) continue;
      level.pop_back();
      return;
    }
  }
  [[nodiscard]] size_t kept() const {
    return std::accumulate(levels_.begin(), levels_.end(), size_t{0},
                           [](size_t sum, const auto& level) { return sum + level.size(); });
  }
  [[nodiscard]] size_t left_out() const { return total_ - kept(); }
  template <class Visit>
  void each(const Visit& visit) const {
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) std::for_each(level->begin(), level->end(), visit);
  }

 private:
  std::vector<Entry>& at(Importance importance) { return levels_[static_cast<size_t>(importance)]; }
  size_t most_, total_ = 0;
  std::array<std::vector<Entry>, std::size(kImportanceNames)> levels_;
};

}  // namespace recipe
