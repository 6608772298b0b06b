// SPDX-License-Identifier: Apache-2.0
// One line of a stream of detections → what the report takes. Whatever the report's page reads is checked for its type here;
// members that it does not know pass.
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/report/report_page.h"

namespace recipe::reciped {

struct CoverageLine {
  Verdict verdict = Verdict::kNone;
  std::vector<std::string> shortcomings;
  std::string json;
};

// Errors name the member: "`why.terms`: is missing", "no JSON: ...". Nesting is bounded.
[[nodiscard]] Result<std::variant<ReportPage::Row, CoverageLine>> read_report_line(std::string_view line);

}  // namespace recipe::reciped
