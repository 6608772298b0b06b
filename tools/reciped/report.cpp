// SPDX-License-Identifier: Apache-2.0
// reciped report: JSON Lines of an earlier run → the report for people.
#include <fmt/format.h>
#include <unistd.h>

#include "runtime/sink/destination.h"
#include "tools/common/read_lines.h"
#include "tools/reciped/command.h"
#include "tools/reciped/page.h"
#include "tools/reciped/recipes.h"
#include "tools/reciped/report_lines.h"

namespace recipe::reciped {
namespace {

constexpr uint64_t kShownComplaints = 100;  // of lines that are no detections; the rest is counted

struct Report {
  Recipes recipes;
  std::string lines, output;

  int run() {
    if (const Status page = check_page(report_page()); !page.ok()) {
      complain(std::string(kNoReportPage));
      return kFault;
    }
    ReportPage report;
    if (recipes.given()) {
      Artefact artefact;
      if (const int exit = recipes.load(artefact); exit != kClean) return exit;
      std::vector<Coverage::Recipe> words = recipes_of(artefact);
      recipes.add_words(words);
      report.describe(std::move(words));
    }
    uint64_t bad = 0;
    if (const int exit = read(report, bad); exit != kClean) return exit;
    if (const int exit = write(report.write(report_page(), now_unix_ns())); exit != kClean) return exit;
    return bad > 0 ? kFindings : kClean;
  }

  int read(ReportPage& report, uint64_t& bad) const {
    const Result<Descriptor> file = Descriptor::open(lines);
    if (!file.ok()) {
      complain(file.error().message());
      return file.error().code == ENOENT || file.error().code == EISDIR ? kUsage : kFault;
    }
    const auto refuse = [&](const Line& line, const std::string& what) {
      report.add_bad_line(line.number);
      if (bad++ < kShownComplaints) complain(fmt::format("`{}`: line {}: no detection: {}", lines, line.number, what));
      return true;
    };
    const Status read = read_lines(*file, {}, [&](const Line& line) {
      if (line.too_long) return refuse(line, "longer than 4 MiB");
      auto parsed = read_report_line(line.text);
      if (!parsed.ok()) return refuse(line, parsed.error().message());
      if (auto* row = std::get_if<ReportPage::Row>(&*parsed)) {
        report.add(std::move(*row));
      } else {
        auto& coverage = std::get<CoverageLine>(*parsed);
        report.add_coverage(coverage.verdict, std::move(coverage.shortcomings), std::move(coverage.json));
      }
      return true;
    });
    if (bad > kShownComplaints) complain(fmt::format("{} more like these", bad - kShownComplaints));
    if (read.ok()) return kClean;
    complain("`" + lines + "`: " + read.error().message());
    return kFault;
  }

  int write(const std::string& html) const {
    if (output == "-") return say(html) ? kClean : kFault;
    auto file = make_file_destination(output, false);
    Status status = Done{};
    if (!file.ok()) {
      status = file.error();
    } else {
      status = (*file)->put(html, 0);
      const Status closed = (*file)->close();
      if (status.ok()) status = closed;
    }
    if (status.ok()) return kClean;
    complain(status.error().message());
    return kFault;
  }
};

}  // namespace

Run declare_report(CLI::App& app) {
  auto* command = app.add_subcommand("report", "a report for people from the JSON Lines of an earlier run");
  auto self = std::make_shared<Report>();
  self->recipes.declare(*command, false);
  command->add_option("DETECTIONS", self->lines, "JSON Lines as `reciped` writes them; `-` is stdin")->required();
  command->add_option("-o,--output", self->output, "the HTML file; `-` is stdout")->required()->type_name("FILE");
  command->footer(
      "With --recipes each detection shows its condition in the recipe's own words. Lines that are no detections are named,\n"
      "counted in the report, and make the exit code 1.\n\n"
      "Example:\n  reciped report detections.jsonl --recipes rules/ -o report.html");
  return [self](const Command&) { return self->run(); };
}

}  // namespace recipe::reciped
