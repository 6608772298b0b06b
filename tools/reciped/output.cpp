// SPDX-License-Identifier: Apache-2.0
// A sink that fails does not stop the watching: the next detection may fit again, and the exit code says that some did not.
#include "tools/reciped/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/artefact/names.h"
#include "runtime/report/report.h"
#include "tools/reciped/command.h"

namespace recipe::reciped {

void Output::declare(CLI::App& command, bool fail_on) {
  command.add_option("--format", format_, "text or json; without it text on a terminal, JSON Lines elsewhere")
      ->check(CLI::IsMember({"text", "json"}));
  command.add_option("--output", path_, "detections go to this file, which is in its place when all of them are")
      ->type_name("FILE");
  command.add_flag("--no-redact", show_secrets_, "detections show tokens and passwords; without it they are masked as ***");
  if (fail_on) {
    command.add_option("--fail-on", fail_on_, "exit 1 when a detection of this importance or above came")
        ->check(CLI::IsMember({"none", "low", "medium", "high", "critical"}))
        ->type_name("IMPORTANCE");
  }
}

int Output::open(int descriptor) {
  if (!fail_on_.empty()) level_ = find_importance(fail_on_);
  if (!path_.empty()) {
    auto sink = make_file_sink(path_, format_ == "text" ? Format::kText : Format::kJson);
    if (!sink.ok()) {
      complain(sink.error().message());
      return sink.error().code == ENOENT || sink.error().code == EISDIR || sink.error().code == ENOTDIR ? kUsage : kFault;
    }
    sink_ = std::move(*sink);
    return kClean;
  }
  const bool text = format_ == "text" || (format_.empty() && (::isatty(descriptor) == 1 || descriptor == STDERR_FILENO));
  sink_ = make_descriptor_sink(descriptor, text ? Format::kText : Format::kJson, wants_colour(descriptor));
  return kClean;
}

void Output::write(std::vector<Detection>& detections, Engine& engine) {
  for (const Detection& detection : detections) {
    Seen& seen = seen_[detection.recipe];
    if (seen.count++ == 0) seen.message = detection.message;
    seen.importance = std::max(seen.importance, detection.importance);
    if (level_ && detection.importance >= *level_) met_fail_on_ = true;
    ++written_;
    heed(sink_->write(detection), engine);
  }
  detections.clear();
}

void Output::flush(Engine& engine) {
  heed(sink_->flush(), engine);
}
void Output::close(Engine& engine) {
  heed(sink_->close(), engine);
}

void Output::heed(const Status& status, Engine& engine) {
  engine.counters()[static_cast<size_t>(Counter::k_sink_refused)] = sink_->refused();
  if (status.ok()) return;
  if (!failed_) complain(status.error().message());
  failed_ = true;
  if (status.error().code == EPIPE) hung_up_ = true;
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
