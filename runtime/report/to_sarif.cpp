// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0 as GitHub code scanning reads it: each recipe that detected is a rule, each detection a result, the coverage an
// invocation with notifications. GitHub takes 25,000 results of a run; what is over that is counted in a notification.
#include <fmt/format.h>

#include <map>

#include "runtime/base/uri.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr size_t kMostResults = 25'000;
constexpr size_t kMostBytes = 64u << 20;  // of results in memory; some 10 MB once gzipped, what GitHub takes

std::string_view level_of(Importance importance) {
  constexpr std::string_view kLevels[] = {"note", "note", "warning", "error", "error"};
  return kLevels[static_cast<size_t>(importance)];
}

// GitHub sorts by it: critical above 9.0, high 7.0 to 8.9, medium 4.0 to 6.9, low below.
std::string_view security_severity(Importance importance) {
  constexpr std::string_view kScores[] = {"0.1", "3.0", "5.5", "8.0", "9.5"};
  return kScores[static_cast<size_t>(importance)];
}

// A path as a URI reference.
std::string uri_of(std::string_view path) {
  const std::string out = escape_uri_path(path);
  return out.empty() ? "." : out.starts_with('/') ? "file://" + out : out;
}

// A sentence ends with a full stop.
std::string sentence(std::string text) {
  if (text.empty() || std::string_view(".!?").find(text.back()) == std::string_view::npos) text += '.';
  return text;
}

// "code_on_the_fly" → "CodeOnTheFly"
std::string pascal(std::string_view name) {
  std::string out;
  bool upper = true;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    upper = false;
  }
  return out;
}

Json rule_of(const Detection& detection) {
  const std::string title = printable(title_of(detection));
  std::string help = "What to do:";
  for (const std::string& action : detection.actions) help += "\n- " + printable(action);
  if (detection.actions.empty()) help = "Look at the process, who started it, and whether it belongs to the job.";
  Json tags = {"security"};
  for (const std::string& tag : detection.tags) tags.push_back(printable(tag));
  Json rule = {{"id", detection.recipe},
               {"name", pascal(detection.recipe)},
               {"shortDescription", {{"text", sentence(title)}}},
               {"fullDescription", {{"text", sentence(title + " (" + printable(detection.why.clause) + ")")}}},
               {"help", {{"text", help}}},
               {"defaultConfiguration", {{"level", level_of(detection.importance)}}}};
  for (const AttackReference& reference : detection.attack) {
    if (!rule.contains("helpUri")) rule["helpUri"] = attack_url(reference.id);
    tags.push_back("external/attack/" + reference.id);
  }
  if (!detection.page.empty()) rule["helpUri"] = detection.page;
  rule["properties"] = {{"tags", std::move(tags)},
                        {"precision", "high"},
                        {"security-severity", security_severity(detection.importance)},
                        {"category", printable(detection.category)}};
  return rule;
}

Json location_of(const Place& place) {
  return {{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(place.file)}}}, {"region", {{"startLine", place.line}}}}}};
}

class SarifPrinter final : public Printer {
 public:
  explicit SarifPrinter(PrintOptions options) : options_(std::move(options)) {}

  std::string print(const Detection& detection) override {
    Json location = location_of(place_of(detection, options_));
    Json result = {{"ruleId", detection.recipe},
                   {"level", level_of(detection.importance)},
                   {"message", {{"text", sentence(explain(detection))}}},
                   {"locations", Json::array({std::move(location)})},
                   {"partialFingerprints", {{"recipeFinding/v1", fingerprint(detection)}}},
                   {"guid", detection.id},
                   {"properties",
                    {{"importance", importance_name(detection.importance)},
                     {"time", rfc3339(detection.time_unix_ns)},
                     {"sequence", detection.sequence}}}};
    if (detection.redacted > 0) result["properties"]["redacted"] = detection.redacted;
    std::string text = result.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (bytes_ + text.size() > kMostBytes) {
      ++too_many_;
      return "";
    }
    bytes_ += text.size();
    results_.add(detection.importance, std::move(text));
    auto [rule, fresh] = rules_.try_emplace(detection.recipe);
    if (fresh || rule->second.importance < detection.importance) rule->second = {detection.importance, rule_of(detection)};
    return "";
  }

  std::string finish(const Coverage& coverage) override {
    Json rules = Json::array();
    for (auto& [name, rule] : rules_) rules.push_back(std::move(rule.json));
    Json results = Json::array();
    results_.each([&](const std::string& text) { results.push_back(Json::parse(text)); });
    Json run = {{"tool",
                 {{"driver",
                   {{"name", kVendor},
                    {"fullName", "Recipe runtime detection"},
                    {"semanticVersion", RECIPE_VERSION},
                    {"rules", std::move(rules)}}}}},
                {"invocations", Json::array({invocation(coverage)})},
                {"automationDetails", {{"id", "recipe/runtime/"}}},
                {"columnKind", "utf16CodeUnits"},
                {"results", std::move(results)}};
    Json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}};
    log["runs"] = Json::array({std::move(run)});
    return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  struct Rule {
    Importance importance = Importance::kNone;
    Json json;
  };

  Json invocation(const Coverage& coverage) const {
    const Verdict end = verdict(coverage);
    Json notifications = Json::array();
    const auto notify = [&](std::string_view level, const std::string& text) {
      notifications.push_back({{"level", level}, {"message", {{"text", sentence(text)}}}});
    };
    notify(end == Verdict::kComplete ? "note" : end == Verdict::kPartial ? "warning" : "error", coverage_sentence(coverage));
    if (end != Verdict::kNone) {
      for (const std::string& reason : shortcomings(coverage)) notify("warning", reason);
    }
    if (coverage.baseline && !coverage.baseline->learnt) {
      for (const auto& [what, who, recipe] : baseline_rows(*coverage.baseline)) {
        notify("warning", "New against the baseline: " + what + ", by " + who);
      }
    }
    if (const size_t left_out = results_.left_out() + too_many_; left_out > 0) {
      notify("warning", fmt::format("{} results are left out: a run holds {} at most, the most important are here", left_out,
                                    kMostResults));
    }
    Json json = {{"executionSuccessful", end != Verdict::kNone && coverage.obstacle.empty()},
                 {"toolExecutionNotifications", std::move(notifications)}};
    if (coverage.begin_unix_ns != 0) json["startTimeUtc"] = rfc3339(coverage.begin_unix_ns);
    if (coverage.end_unix_ns != 0) json["endTimeUtc"] = rfc3339(coverage.end_unix_ns);
    json["properties"] = {{"coverage", coverage_json(coverage)}};
    return json;
  }

  PrintOptions options_;
  Foremost<std::string> results_{kMostResults};
  std::map<std::string, Rule> rules_;
  size_t bytes_ = 0, too_many_ = 0;
};

}  // namespace

std::unique_ptr<Printer> make_Sarif_printer(const PrintOptions& options) {
  return std::make_unique<SarifPrinter>(options);
}

}  // namespace recipe
