// SPDX-License-Identifier: Apache-2.0
// Detections, coverages and the words of recipes → one HTML file. What they hold is data in a script element of type
// application/json, escaped so that nothing of it is ever markup or script, and, for readers without scripts, a table. The page
// around it is tools/report's; format 1 of the data is described by tools/report/src/data.ts.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/coverage.h"

namespace recipe {

class ReportPage {
 public:
  // A report is read in a browser, which takes this much at once; what matters most is kept.
  static constexpr size_t kMostDetections = 2'000, kMostBytes = 32u << 20;
  static constexpr size_t kMostCoverages = 100;
  static constexpr size_t kMostBadLines = 50;  // whose numbers are said; all are counted

  struct Row {
    Importance importance = Importance::kNone;
    std::string recipe, title, message;
    std::string json;  // a line as to_json writes it; its reader has checked it
  };
  // Keeps the most important, and of those the first.
  void add(Row row);
  // json: the object that stands in a stream's last line. Of more than kMostCoverages the worst are kept.
  void add_coverage(Verdict verdict, std::vector<std::string> shortcomings, std::string json);
  // Words of the recipes that were detected are put beside the detections.
  void describe(std::vector<Coverage::Recipe> recipes) { recipes_ = std::move(recipes); }
  void add_bad_line(uint64_t number);

  // made_unix_ns: 0 is left out. page: what check_page() took.
  [[nodiscard]] std::string write(std::string_view page, int64_t made_unix_ns) const;

 private:
  struct Ended {
    Verdict verdict = Verdict::kNone;
    std::vector<std::string> shortcomings;
    std::string json;
  };
  [[nodiscard]] std::string data(int64_t made_unix_ns) const;
  [[nodiscard]] std::string words_of_recipes() const;
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] std::string headline() const;
  void keep_worst();

  std::map<Importance, std::deque<Row>, std::greater<>> rows_;
  std::vector<Ended> coverages_;
  std::vector<Coverage::Recipe> recipes_;
  std::vector<uint64_t> bad_lines_;
  size_t kept_ = 0, bytes_ = 0, left_out_ = 0, left_coverages_ = 0;
  uint64_t bad_count_ = 0;
};

// Whether the page has each of the places that data is put into, once and in order: title, static, data.
[[nodiscard]] Status check_page(std::string_view page);
// JSON that HTML cannot end or act upon, whatever is in its strings: <, >, &, DEL and all beyond ASCII stand as \uXXXX.
[[nodiscard]] std::string inert_json(std::string_view json);
// Text within an element or a quoted attribute; control characters and marks of direction as \xHH.
[[nodiscard]] std::string inert_html(std::string_view text);

}  // namespace recipe
