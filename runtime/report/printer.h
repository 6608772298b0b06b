// SPDX-License-Identifier: Apache-2.0
// Printer: detections and the final coverage → bytes of one format. Decides nothing, knows no file.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/coverage.h"
#include "runtime/detection.h"

namespace recipe {

enum class Format : uint8_t {
#define FORMAT(id, name, layout, doc) k##id,
#include "runtime/report/formats.def"
};
enum class Layout : uint8_t { kLines, kWhole, kAdded };
struct FormatInfo {
  Format format;
  std::string_view name;
  Layout layout;
  std::string_view doc;
};
[[nodiscard]] std::span<const FormatInfo> all_formats();
[[nodiscard]] const FormatInfo& info(Format format);
[[nodiscard]] const FormatInfo* find_format(std::string_view name);

struct PrintOptions {
  bool colour = false;
  // The workflow file that findings point at; empty: they point at the recipe. Never a path that is neither.
  std::string workflow;
  // What an in-toto statement is about: a name and its digest (algorithm, hexadecimal digits).
  struct Subject {
    std::string name, algorithm, digest;
  };
  std::vector<Subject> subjects;
  std::string host, build_type, run;  // of in-toto: URIs of the CI's platform and of the kind of build, name of the run
  size_t taken = 0;                   // bytes that a kAdded file already holds
  std::string_view page;              // of html: the page that the report is put into (report_page.h); outlives the printer
};

class Printer {
 public:
  virtual ~Printer() = default;
  // What leaves now; "" where the document is written at the end.
  [[nodiscard]] virtual std::string print(const Detection& detection) = 0;
  [[nodiscard]] virtual std::string finish(const Coverage& coverage) = 0;
};
[[nodiscard]] std::unique_ptr<Printer> make_printer(Format format, const PrintOptions& options);

}  // namespace recipe
