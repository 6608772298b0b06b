// SPDX-License-Identifier: Apache-2.0
// The report for people: see report_page.h.
#include "runtime/report/report_page.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

class HtmlPrinter final : public Printer {
 public:
  explicit HtmlPrinter(std::string_view page) : page_(page) {}

  std::string print(const Detection& detection) override {
    report_.add({detection.importance, detection.recipe, detection.title, detection.message, to_json(detection)});
    return "";
  }

  std::string finish(const Coverage& coverage) override {
    report_.add_coverage(verdict(coverage), shortcomings(coverage), line_of(coverage_json(coverage)));
    report_.describe(coverage.recipes);
    return report_.write(page_, coverage.end_unix_ns);
  }

 private:
  std::string_view page_;
  ReportPage report_;
};

}  // namespace

std::unique_ptr<Printer> make_Html_printer(const PrintOptions& options) {
  return std::make_unique<HtmlPrinter>(options.page);
}

}  // namespace recipe
