// SPDX-License-Identifier: Apache-2.0
// JUnit XML: a test case for each recipe, failed where it detected, skipped where no probe sees its events; and one for the
// coverage, an error where nothing was watched.
#include <fmt/format.h>

#include <map>

#include "runtime/report/report.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr size_t kMostShown = 50;  // detections of one recipe; the number of all is said

class JunitPrinter final : public Printer {
 public:
  std::string print(const Detection& detection) override {
    Case& found = cases_[detection.recipe];
    if (found.count++ == 0) {
      found.title = title_of(detection);
      found.message = printable(detection.message);
    }
    found.importance = std::max(found.importance, detection.importance);
    if (found.count <= kMostShown) found.text += (found.text.empty() ? "" : "\n\n") + explain(detection);
    return "";
  }

  std::string finish(const Coverage& coverage) override {
    for (const Coverage::Recipe& recipe : coverage.recipes) {
      Case& each = cases_[recipe.name];
      if (each.title.empty()) each.title = recipe.title.empty() ? recipe.name : recipe.title;
      each.blind = recipe.blind;
    }
    std::string body;
    size_t failures = 0, skipped = 0;
    for (const auto& [name, each] : cases_) {
      failures += each.count > 0 ? 1 : 0;
      skipped += each.count == 0 && each.blind ? 1 : 0;
      body += test_case(name, each);
    }
    const Verdict end = verdict(coverage);
    body += fmt::format("    <testcase classname=\"recipe.coverage\" name=\"what the recipes ask was watched\" time=\"0\">\n");
    if (end == Verdict::kNone) {
      body += fmt::format("      <error type=\"not-watched\" message=\"{0}\">{0}</error>\n",
                          escape_markup(coverage_sentence(coverage)));
    } else if (end == Verdict::kPartial) {
      ++failures;
      std::string reasons;
      for (const std::string& reason : shortcomings(coverage)) reasons += (reasons.empty() ? "" : "\n") + reason;
      body += fmt::format("      <failure type=\"partly-watched\" message=\"{}\">{}</failure>\n",
                          escape_markup(coverage_sentence(coverage)), escape_markup(reasons));
    }
    body += fmt::format("      <system-out>{}</system-out>\n    </testcase>\n", escape_markup(to_text(coverage)));
    if (coverage.baseline) {
      body += "    <testcase classname=\"recipe.baseline\" name=\"nothing is new against the baseline\" time=\"0\">\n";
      if (coverage.baseline->fresh > 0 && !coverage.baseline->learnt) {
        ++failures;
        std::string lines;
        for (const auto& [what, who, recipe] : baseline_rows(*coverage.baseline)) lines += what + ", by " + who + "\n";
        body += fmt::format("      <failure type=\"new\" message=\"{}\">{}</failure>\n",
                            escape_markup(baseline_sentence(*coverage.baseline)), escape_markup(lines));
      }
      body +=
          fmt::format("      <system-out>{}</system-out>\n    </testcase>\n", escape_markup(baseline_text(*coverage.baseline)));
    }
    const std::string numbers =
        fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                    cases_.size() + (coverage.baseline ? 2 : 1), failures, end == Verdict::kNone ? 1 : 0, skipped,
                    static_cast<double>(coverage.end_unix_ns - coverage.begin_unix_ns) / 1e9);
    const std::string begin = rfc3339(coverage.begin_unix_ns != 0 ? coverage.begin_unix_ns : coverage.end_unix_ns);
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{0}\" {1}>\n"
        "  <testsuite name=\"runtime detection\" {1} timestamp=\"{2}\">\n{3}  </testsuite>\n</testsuites>\n",
        kProduct, numbers, begin.substr(0, begin.find('.')), body);
  }

 private:
  struct Case {
    std::string title, message, text;
    Importance importance = Importance::kNone;
    size_t count = 0;
    bool blind = false;
  };

  static std::string test_case(const std::string& name, const Case& each) {
    std::string out = fmt::format("    <testcase classname=\"recipe.{}\" name=\"{}\" time=\"0\"", escape_markup(name),
                                  escape_markup(printable(each.title)));
    if (each.count == 0) {
      return out + (each.blind ? ">\n      <skipped message=\"no probe here sees its events\"/>\n    </testcase>\n" : "/>\n");
    }
    std::string text = each.text;
    if (each.count > kMostShown) text += fmt::format("\n\n{} more like these", each.count - kMostShown);
    return out +
           fmt::format(">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
                       importance_name(each.importance),
                       escape_markup(each.count == 1 ? each.message : fmt::format("{} times: {}", each.count, each.message)),
                       escape_markup(text));
  }

  std::map<std::string, Case> cases_;
};

}  // namespace

std::unique_ptr<Printer> make_Junit_printer(const PrintOptions&) {
  return std::make_unique<JunitPrinter>();
}

}  // namespace recipe
