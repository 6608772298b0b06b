// SPDX-License-Identifier: Apache-2.0
// Coverage → JSON, one sentence, and lines for people.
//
//   verdict   complete
//   watched   24 recipes, probes fork, exit, exec; the canary was seen; 12 events passed the kernel's filter
//   skipped   3 recipes that are off
//   lost      nothing
//   baseline  .recipe-baseline: 143 known, 2 new, 0 detected       (where there is one: baseline_shapes.cpp)
#include <fmt/format.h>

#include "runtime/report/shapes.h"

namespace recipe {
namespace {

std::string_view mode_name(Coverage::Mode mode) {
  switch (mode) {
    case Coverage::Mode::kReplay:
      return "replay";
    case Coverage::Mode::kMachine:
      return "machine";
    case Coverage::Mode::kCommand:
      return "command";
  }
  return "";
}

std::string_view canary_name(Coverage::Canary canary) {
  switch (canary) {
    case Coverage::Canary::kNone:
      return "none";
    case Coverage::Canary::kSeen:
      return "seen";
    case Coverage::Canary::kUnseen:
      return "unseen";
  }
  return "";
}

std::string join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined.append(joined.empty() ? "" : ", ").append(printable(word));
  return joined;
}

Json counts(const Coverage& coverage, Coverage::Loss loss) {
  Json object = Json::object();
  for (const Coverage::Count& count : coverage.counts) {
    if (count.loss == loss) object[std::string(count.counter)] = count.count;
  }
  return object;
}

Json texts(const std::vector<std::string>& words) {
  Json list = Json::array();
  for (const std::string& word : words) list.push_back(printable(word));
  return list;
}

// "24 recipes, probes fork, exit, exec; the canary was seen; 12 events passed the kernel's filter"
std::string watched(const Coverage& coverage) {
  std::string text = fmt::format("{} recipe{}", coverage.recipes.size(), coverage.recipes.size() == 1 ? "" : "s");
  if (!coverage.probes.empty()) text += ", probes " + join(coverage.probes);
  if (!coverage.unseen.empty()) text += "; not watched here: " + join(coverage.unseen);
  if (coverage.canary == Coverage::Canary::kSeen) text += "; the canary was seen";
  if (coverage.canary == Coverage::Canary::kUnseen) text += "; the canary was NOT seen";
  return text + fmt::format("; {} event{} {}", coverage.events, coverage.events == 1 ? "" : "s",
                            coverage.mode == Coverage::Mode::kReplay ? "read" : "passed the kernel's filter");
}

std::string counted(const Coverage& coverage, Coverage::Loss loss) {
  std::string text;
  for (const Coverage::Count& count : coverage.counts) {
    if (count.loss != loss) continue;
    text += fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", count.count, count.counter, count.doc);
  }
  return text;
}

}  // namespace

Json coverage_json(const Coverage& coverage) {
  Json json = {{"verdict", verdict_name(verdict(coverage))}};
  if (const auto reasons = shortcomings(coverage); !reasons.empty()) json["shortcomings"] = texts(reasons);
  json["mode"] = mode_name(coverage.mode);
  if (!coverage.command.empty()) {
    json["command"] = printable(coverage.command);
    json["exit_code"] = coverage.exit_code;
  }
  if (coverage.begin_unix_ns != 0) json["begin"] = rfc3339(coverage.begin_unix_ns);
  if (coverage.end_unix_ns != 0) json["end"] = rfc3339(coverage.end_unix_ns);
  json["canary"] = canary_name(coverage.canary);
  json["probes"] = texts(coverage.probes);
  json["unseen"] = texts(coverage.unseen);
  Json loaded = Json::array(), blind = Json::array();
  for (const Coverage::Recipe& recipe : coverage.recipes) (recipe.blind ? blind : loaded).push_back(printable(recipe.name));
  json["recipes"] = {{"watched", std::move(loaded)}, {"blind", std::move(blind)}, {"skipped", texts(coverage.skipped)}};
  json["events"] = coverage.events;
  json["detections"] = coverage.detections;
  json["lost"] = counts(coverage, Coverage::Loss::kLost);
  json["cut"] = counts(coverage, Coverage::Loss::kCut);
  json["counted"] = counts(coverage, Coverage::Loss::kNoted);
  if (coverage.baseline) json["baseline"] = baseline_json(*coverage.baseline);
  json["version"] = RECIPE_VERSION;
  return json;
}

std::string coverage_sentence(const Coverage& coverage) {
  if (verdict(coverage) == Verdict::kNone)
    return "NOT WATCHED: " + printable(coverage.obstacle) + "; nothing could be detected";
  std::string text = fmt::format("{}: {}", verdict_name(verdict(coverage)), watched(coverage));
  const std::string lost = counted(coverage, Coverage::Loss::kLost);
  text += lost.empty() ? "; nothing was lost" : "; lost: " + lost;
  if (!coverage.obstacle.empty()) text += "; watching ended early: " + printable(coverage.obstacle);
  if (coverage.baseline) text += "; " + baseline_sentence(*coverage.baseline);
  return text;
}

std::string to_json(const Coverage& coverage) {
  std::string line = line_of({{"coverage", coverage_json(coverage)}});
  line.pop_back();
  return line;
}

std::string to_text(const Coverage& coverage) {
  if (verdict(coverage) == Verdict::kNone) {
    return fmt::format("  verdict   NOT WATCHED: {}\n            nothing of it could be detected\n",
                       printable(coverage.obstacle));
  }
  std::string text = fmt::format("  verdict   {}\n", verdict_name(verdict(coverage)));
  if (!coverage.obstacle.empty()) text += fmt::format("  ended     early: {}\n", printable(coverage.obstacle));
  text += fmt::format("  watched   {}\n", watched(coverage));
  if (!coverage.skipped.empty()) {
    text += fmt::format("  skipped   {} recipe{} off or left out\n", coverage.skipped.size(),
                        coverage.skipped.size() == 1 ? " that is" : "s that are");
  }
  const std::string lost = counted(coverage, Coverage::Loss::kLost), cut = counted(coverage, Coverage::Loss::kCut);
  text += fmt::format("  lost      {}\n", lost.empty() ? "nothing" : lost);
  if (!cut.empty()) text += fmt::format("  cut       {}\n", cut);
  if (coverage.baseline) text += baseline_text(*coverage.baseline);
  return text;
}

}  // namespace recipe
