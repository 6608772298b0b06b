// SPDX-License-Identifier: Apache-2.0
// A sink that fails does not stop the watching: the next detection may fit again, and the exit code says that some did not.
#include "tools/reciped/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/artefact/names.h"
#include "runtime/report/report.h"
#include "runtime/report/report_page.h"
#include "tools/reciped/command.h"
#include "tools/reciped/job.h"
#include "tools/reciped/page.h"

namespace recipe::reciped {

OutputSpec parse_output(const std::string& text) {
  const size_t colon = text.find(':');
  const FormatInfo* format = colon == std::string::npos ? nullptr : find_format(text.substr(0, colon));
  if (format == nullptr) return {std::nullopt, text};
  return {format->format, text.substr(colon + 1)};
}

std::string Output::formats_help() {
  std::string text = "Formats:\n";
  for (const FormatInfo& format : all_formats()) text += fmt::format("  {:<8}  {}\n", format.name, format.doc);
  return text + "Each ends with the coverage: what was watched, what was lost.\n\n" + Places::help();
}

void Output::declare(CLI::App& command, bool fail_on, bool job) {
  job_ = job;
  std::vector<std::string> names;
  for (const FormatInfo& format : all_formats()) names.emplace_back(format.name);
  command.add_option("--format", format_, "shape of the detections, see below; without it text on a terminal, json elsewhere")
      ->check(CLI::IsMember(names))
      ->type_name("NAME");
  command.add_option("--output", places_, "where they go, see below; may be repeated")
      ->type_name("[FORMAT:]PLACE")
      ->allow_extra_args(false);
  command
      .add_option("--report", report_,
                  "a report for people as well: one HTML file; the same as --output html:FILE beside the rest")
      ->type_name("FILE");
  openers_.declare(command);
  command.add_option("--subject", subjects_, "what an in-toto statement is about; without it the commit of the CI job")
      ->type_name("NAME=sha256:DIGEST")
      ->allow_extra_args(false);
  command.add_flag("--no-redact", show_secrets_, "detections show tokens and passwords; without it they are masked as ***");
  if (fail_on) {
    std::vector<std::string> levels{"none", "low", "medium", "high", "critical"};
    if (job) levels.emplace_back("new");
    command
        .add_option(
            "--fail-on", fail_on_,
            job ? "exit 1 when a detection of this importance or above came; `new`: when something was new against the baseline"
                : "exit 1 when a detection of this importance or above came")
        ->check(CLI::IsMember(levels))
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name(job ? "IMPORTANCE,new" : "IMPORTANCE");
  }
}

int Output::open(int descriptor) {
  for (const std::string& word : fail_on_) {
    const std::optional<Importance> importance = find_importance(word);
    if (!importance) fail_on_new_ = true;
    if (importance && (!level_ || *importance < *level_)) level_ = importance;
  }
  PrintOptions options;
  if (const int exit = read_options(options); exit != kClean) return exit;
  if (!report_.empty()) {
    if (const int exit = open_place({Format::kHtml, report_}, options); exit != kClean) return exit;
  }
  const FormatInfo* asked = find_format(format_);
  if (places_.empty()) {
    const bool text = ::isatty(descriptor) == 1 || descriptor == STDERR_FILENO;
    const Format format = asked != nullptr ? asked->format : text ? Format::kText : Format::kJson;
    options.colour = wants_colour(descriptor);
    text_shown_ = format == Format::kText;
    sinks_.push_back(openers_.open_descriptor(descriptor, format, options));
    return kClean;
  }
  for (const std::string& place : places_) {
    OutputSpec spec = parse_output(place);
    if (!spec.format) spec.format = asked != nullptr ? asked->format : Format::kJson;
    if (const int exit = open_place(spec, options); exit != kClean) return exit;
  }
  return kClean;
}

int Output::read_options(PrintOptions& options) const {
  options = job_options();
  options.page = report_page();
  if (!job_) options.workflow.clear();
  if (!subjects_.empty()) options.subjects.clear();
  for (const std::string& text : subjects_) {
    Result<PrintOptions::Subject> subject = parse_subject(text);
    if (!subject.ok()) {
      complain("--subject: " + subject.error().message());
      return kUsage;
    }
    options.subjects.push_back(std::move(*subject));
  }
  const auto wants_subject = [&](const std::string& place) { return parse_output(place).format == Format::kInToto; };
  const bool wanted = format_ == info(Format::kInToto).name || std::any_of(places_.begin(), places_.end(), wants_subject);
  if (wanted && options.subjects.empty()) {
    complain("in-toto: what the statement is about is not known: say it with `--subject NAME=sha256:DIGEST`");
    return kUsage;
  }
  return kClean;
}

int Output::open_place(const OutputSpec& spec, const PrintOptions& options) {
  if (*spec.format == Format::kHtml && !check_page(options.page).ok()) {
    complain("html: " + std::string(kNoReportPage));
    return kFault;
  }
  if (spec.place.empty()) {
    complain(fmt::format("--output: `{}:` names no file", info(*spec.format).name));
    return kUsage;
  }
  PrintOptions coloured = options;
  coloured.colour = spec.place == "-" && wants_colour(STDOUT_FILENO);
  auto sink = openers_.open(spec.place, *spec.format, coloured);
  if (!sink.ok()) {
    const int code = sink.error().code;
    complain(code == EINVAL ? "--output: " + sink.error().what : sink.error().message());
    return code == EINVAL || code == ENOENT || code == EISDIR || code == ENOTDIR ? kUsage : kFault;
  }
  sinks_.push_back(std::move(*sink));
  return kClean;
}

void Output::write(std::vector<Detection>& detections, Engine& engine) {
  for (const Detection& detection : detections) {
    Seen& seen = seen_[detection.recipe];
    if (seen.count++ == 0) seen.message = detection.message;
    seen.importance = std::max(seen.importance, detection.importance);
    if (level_ && detection.importance >= *level_) met_fail_on_ = true;
    ++written_;
    for (const auto& sink : sinks_) heed(sink->write(detection));
  }
  detections.clear();
  count_refused(&engine);
}

void Output::flush(Engine& engine) {
  for (const auto& sink : sinks_) heed(sink->flush());
  count_refused(&engine);
}

void Output::close(const Coverage& coverage, Engine* engine) {
  for (const auto& sink : sinks_) {
    heed(sink->close(coverage));
    if (const std::string remark = sink->remark(); !remark.empty()) complain(remark);
  }
  count_refused(engine);
}

void Output::count_refused(Engine* engine) const {
  if (engine == nullptr) return;
  uint64_t refused = 0;
  for (const auto& sink : sinks_) refused += sink->refused();
  engine->counters()[static_cast<size_t>(Counter::k_sink_refused)] = refused;
}

void Output::heed(const Status& status) {
  if (status.ok()) return;
  if (!failed_) complain(status.error().message());
  failed_ = true;
  if (status.error().code == EPIPE && sinks_.size() == 1) hung_up_ = true;
}

std::string Output::detected() const {
  std::vector<const std::pair<const std::string, Seen>*> order;
  for (const auto& entry : seen_) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](const auto* one, const auto* other) {
    return std::pair(one->second.importance, one->second.count) > std::pair(other->second.importance, other->second.count);
  });
  std::string lines;
  for (const auto* entry : order) {
    const Seen& seen = entry->second;
    std::string message = printable(seen.message);
    constexpr size_t kShown = 120;
    if (message.size() > kShown) {
      size_t end = kShown;
      while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
      message = message.substr(0, end) + "…";
    }
    lines += fmt::format("  {:<8}  {}  {}×  {}\n", importance_name(seen.importance), entry->first, seen.count, message);
  }
  return lines;
}

std::string losses(const Counters& counters) {
  std::string words;
  for (size_t i = 0; i < counters.size(); ++i) {
    const CounterInfo& row = info(static_cast<Counter>(i));
    if (!row.loss || counters[i] == 0) continue;
    words += fmt::format("{}{} {} ({})", words.empty() ? "" : ", ", counters[i], row.name, row.doc);
  }
  return words;
}

std::string counted(const Counters& counters) {
  std::string lines;
  for (size_t i = 0; i < counters.size(); ++i) {
    if (counters[i] == 0) continue;
    const CounterInfo& row = info(static_cast<Counter>(i));
    lines += fmt::format("  {:>10}  {:<22}  {}\n", counters[i], row.name, row.doc);
  }
  return lines;
}

}  // namespace recipe::reciped
