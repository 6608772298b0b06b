// SPDX-License-Identifier: Apache-2.0
// Markdown for a CI's job summary: a table, then each detection with its tree and what to do; the coverage at the end. GitHub
// takes 1 MiB a step, so the least important are left out, and said.
#include <fmt/format.h>

#include "runtime/base/utf8.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr size_t kMostBytes = (1u << 20) - (96u << 10);  // the coverage, what is new and the head need room too
constexpr size_t kMostDetections = 1'000;
constexpr size_t kMostText = 2'000;
constexpr size_t kMostNovelties = 20;  // of at most 600 bytes, each of which may become 6: 72 KiB

// Every sign that Markdown or HTML could act upon, and what makes a link of an address or a name, as a character reference.
std::string markdown(std::string_view text) {
  std::string out;
  for (const char c : shorten(text, kMostText)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
                       static_cast<unsigned char>(c) >= 0x80;
    if (plain) {
      out += c;
    } else {
      out += fmt::format("&#{};", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string code(std::string_view text) {
  return "<code>" + markdown(text) + "</code>";
}

std::string_view mark_of(Importance importance) {
  constexpr std::string_view kMarks[] = {"⚪", "🔵", "🟡", "🟠", "🔴"};
  return kMarks[static_cast<size_t>(importance)];
}

void add_tree(std::string& out, const Detection& detection) {
  std::string indent;
  const auto add = [&](const ProcessInfo& process) {
    out += fmt::format("{}- {} {}", indent, process.pid ? std::to_string(*process.pid) : "?",
                       code(process.name.value_or(process.comm.value_or("?"))));
    if (process.cmdline) out += " " + code(*process.cmdline);
    out += '\n';
    if (indent.size() < 60) indent += "  ";
  };
  for (auto ancestor = detection.ancestors.rbegin(); ancestor != detection.ancestors.rend(); ++ancestor) add(*ancestor);
  add(detection.process);
}

void add_baseline(std::string& out, const BaselineCoverage& baseline) {
  const auto rows = baseline_rows(baseline);
  if (rows.empty()) return;
  out += fmt::format("\n<details open><summary>{} {} against the baseline {}</summary>\n\n", baseline.fresh,
                     baseline.learnt ? "learnt" : "new", code(baseline.file));
  out += "| what | who | detected by |\n|---|---|---|\n";
  size_t shown = 0;
  for (const auto& [what, who, recipe] : rows) {
    if (shown++ == kMostNovelties) break;
    out += fmt::format("| {} | {} | {} |\n", code(what), code(who), markdown(recipe));
  }
  if (baseline.fresh > kMostNovelties) out += fmt::format("\n{} more are not shown.\n", baseline.fresh - kMostNovelties);
  out += "\n</details>\n";
}

class SummaryPrinter final : public Printer {
 public:
  explicit SummaryPrinter(size_t taken) : room_(taken < kMostBytes ? kMostBytes - taken : 0) {}

  std::string print(const Detection& detection) override {
    Entry entry;
    entry.row = fmt::format("| {} {} | {} | {} |\n", mark_of(detection.importance), importance_name(detection.importance),
                            markdown(detection.recipe), code(shorten(detection.message, 300)));
    std::string& text = entry.section;
    text = fmt::format("\n<details><summary>{} {}: {}</summary>\n\n", mark_of(detection.importance),
                       markdown(title_of(detection)), code(shorten(detection.message, 300)));
    text += fmt::format("Why: {} ({}:{})\n\n", code(detection.why.clause), code(detection.why.file), detection.why.line);
    add_tree(text, detection);
    if (const std::string words = container_words(detection); !words.empty())
      text += "\nContainer: " + code(shorten(words, 300)) + "\n";
    if (const std::string words = job_words(detection); !words.empty()) text += "\nJob: " + code(shorten(words, 300)) + "\n";
    if (!detection.actions.empty()) text += "\nWhat to do:\n\n";
    for (const std::string& action : detection.actions) text += "- " + markdown(action) + "\n";
    text += fmt::format("\n{}, {}\n\n</details>\n", rfc3339(detection.time_unix_ns), detection.id);
    entries_.add(detection.importance, std::move(entry));
    return "";
  }

  std::string finish(const Coverage& coverage) override {
    std::string rows, sections;
    size_t left_out = entries_.left_out(), without = 0;
    entries_.each([&](const Entry& entry) {
      const size_t used = rows.size() + sections.size();
      if (used + entry.row.size() > room_) {
        ++left_out;
        return;
      }
      rows += entry.row;
      if (used + entry.row.size() + entry.section.size() > room_) {
        ++without;
      } else {
        sections += entry.section;
      }
    });
    std::string out = "## Runtime detections\n\n";
    if (coverage.detections == 0) {
      out += verdict(coverage) == Verdict::kNone ? "**Not watched: nothing could be detected.**\n" : "Nothing was detected.\n";
    } else if (!rows.empty()) {
      out += "| importance | recipe | what |\n|---|---|---|\n" + rows;
    }
    if (left_out > 0)
      out += fmt::format("\n{} more detections, less important, are left out: a summary has 1 MiB.\n", left_out);
    if (without > 0) out += fmt::format("\n{} of them without their details.\n", without);
    out += sections;
    if (coverage.baseline) add_baseline(out, *coverage.baseline);
    out += fmt::format("\n**Coverage**: {} {}\n", verdict(coverage) == Verdict::kComplete ? "✅" : "⚠️",
                       markdown(coverage_sentence(coverage)));
    if (!coverage.command.empty()) {
      out += fmt::format("\n{} ended with {}.\n", code(coverage.command), coverage.exit_code);
    }
    return out;
  }

 private:
  struct Entry {
    std::string row, section;
  };
  size_t room_;
  Foremost<Entry> entries_{kMostDetections};
};

}  // namespace

std::unique_ptr<Printer> make_Summary_printer(const PrintOptions& options) {
  return std::make_unique<SummaryPrinter>(options.taken);
}

}  // namespace recipe
