// SPDX-License-Identifier: Apache-2.0
// The report's page, as tools/report was built into this program (tools/cmake/Report.cmake).
#pragma once
#include <string_view>

namespace recipe::reciped {

[[nodiscard]] std::string_view report_page();  // empty: it was not built
inline constexpr std::string_view kNoReportPage =
    "this reciped was built without the report's page: where it is built, run `tools/report/fetch` (needs node and npm), then "
    "`tools/build release`";

}  // namespace recipe::reciped
