// SPDX-License-Identifier: Apache-2.0
// GitLab's code quality report: an array of violations. The coverage is one of them, of severity info where it is complete.
#include <map>

#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr size_t kMost = 10'000;  // GitLab reads a report whole

std::string_view severity_of(Importance importance) {
  constexpr std::string_view kSeverities[] = {"info", "minor", "major", "critical", "blocker"};
  return kSeverities[static_cast<size_t>(importance)];
}

class GitlabPrinter final : public Printer {
 public:
  explicit GitlabPrinter(PrintOptions options) : options_(std::move(options)) {}

  std::string print(const Detection& detection) override {
    const Place place = place_of(detection, options_);
    place_ = place;
    // GitLab shows one of several that have the same fingerprint.
    std::string print = fingerprint(detection);
    if (const size_t count = ++seen_[print]; count > 1) print += "/" + std::to_string(count);
    Json issue = violation(printable(title_of(detection)) + ": " + printable(detection.message), detection.recipe, print,
                           severity_of(detection.importance), place);
    issue["content"] = {{"body", explain(detection)}};
    issues_.add(detection.importance, std::move(issue));
    return "";
  }

  std::string finish(const Coverage& coverage) override {
    Json report = Json::array();
    issues_.each([&](const Json& issue) { report.push_back(issue); });
    std::string words = coverage_sentence(coverage);
    if (issues_.left_out() > 0) words = std::to_string(issues_.left_out()) + " more detections are left out. " + words;
    const Verdict end = verdict(coverage);
    const std::string_view severity = end == Verdict::kComplete ? "info" : end == Verdict::kPartial ? "major" : "blocker";
    if (!options_.workflow.empty()) place_ = {printable(options_.workflow), 1};
    report.push_back(
        violation("Coverage: " + words, "coverage", "coverage/" + std::string(verdict_name(end)), severity, place_));
    return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  static Json violation(const std::string& description, const std::string& check, const std::string& print,
                        std::string_view severity, const Place& place) {
    return {{"description", description},
            {"check_name", check},
            {"fingerprint", print},
            {"severity", severity},
            {"categories", {"Security"}},
            {"type", "issue"},
            {"location", {{"path", place.file}, {"lines", {{"begin", place.line}}}}}};
  }

  PrintOptions options_;
  Place place_{".gitlab-ci.yml", 1};  // where a job is written, unless it says otherwise
  std::map<std::string, size_t> seen_;
  Foremost<Json> issues_{kMost};
};

}  // namespace

std::unique_ptr<Printer> make_Gitlab_printer(const PrintOptions& options) {
  return std::make_unique<GitlabPrinter>(options);
}

}  // namespace recipe
