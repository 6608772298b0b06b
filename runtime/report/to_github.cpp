// SPDX-License-Identifier: Apache-2.0
// GitHub workflow commands: ::error, ::warning and ::notice lines, which a runner turns into annotations. It shows ten of each
// kind a step and drops the rest without a word, so the most important are printed and a line says how many are not.
#include <fmt/format.h>

#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr size_t kMostOfKind = 10;
constexpr size_t kMostBytes = 4096;  // of one message

// What a runner would take for the end of the command or of a property.
std::string escape(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    const bool escaped = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    if (escaped) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string command(std::string_view kind, const std::string& properties, const std::string& message) {
  return fmt::format("::{} {}::{}\n", kind, properties, escape(message, false));
}

class GithubPrinter final : public Printer {
 public:
  explicit GithubPrinter(PrintOptions options) : options_(std::move(options)) {}

  std::string print(const Detection& detection) override {
    const Place place = place_of(detection, options_);
    const std::string title = fmt::format("{}: {}", importance_name(detection.importance), printable(title_of(detection)));
    std::string properties =
        options_.workflow.empty() ? "" : fmt::format("file={},line={},", escape(place.file, true), place.line);
    properties += "title=" + escape(shorten(title, 200), true);
    std::string message = explain(detection);
    if (message.size() > kMostBytes) {
      size_t end = kMostBytes;
      while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
      message = message.substr(0, end) + "…";
    }
    Kind& kind = kinds_[detection.importance >= Importance::kHigh     ? kError
                        : detection.importance >= Importance::kMedium ? kWarning
                                                                      : kNotice];
    kind.lines.add(detection.importance, command(kind.name, properties, message));
    return "";
  }

  std::string finish(const Coverage& coverage) override {
    std::string out;
    size_t left_out = 0;
    for (Kind& kind : kinds_) {
      kind.lines.each([&](const std::string& line) { out += line; });
      left_out += kind.lines.left_out();
    }
    // The last line of its kind: room for it was kept.
    const Verdict end = verdict(coverage);
    const bool fresh = coverage.baseline && coverage.baseline->fresh > 0 && !coverage.baseline->learnt;
    const std::string_view name = end == Verdict::kNone ? "error" : end == Verdict::kPartial || fresh ? "warning" : "notice";
    std::string words = coverage_sentence(coverage);
    if (left_out > 0) {
      words =
          fmt::format("{} more detections are not annotated: a step shows {} of each kind. {}", left_out, kMostOfKind, words);
    }
    const std::string_view title = end == Verdict::kNone ? "Not watched" : fresh ? "New against the baseline" : "Coverage";
    return out + command(name, "title=" + escape(title, true), words);
  }

 private:
  enum { kError, kWarning, kNotice };
  struct Kind {
    std::string_view name;
    // One of each kind is kept for the coverage.
    Foremost<std::string> lines{kMostOfKind - 1};
  };
  PrintOptions options_;
  std::array<Kind, 3> kinds_{Kind{"error"}, Kind{"warning"}, Kind{"notice"}};
};

}  // namespace

std::unique_ptr<Printer> make_Github_printer(const PrintOptions& options) {
  return std::make_unique<GithubPrinter>(options);
}

}  // namespace recipe
