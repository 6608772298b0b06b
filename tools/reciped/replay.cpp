// SPDX-License-Identifier: Apache-2.0
// reciped replay: events from a file through the same engine as live ones; no root, no kernel.
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <optional>

#include "runtime/report/report.h"
#include "runtime/sink/write_all.h"
#include "tools/common/events.h"
#include "tools/reciped/command.h"
#include "tools/reciped/memory.h"
#include "tools/reciped/near_miss.h"
#include "tools/reciped/output.h"
#include "tools/reciped/recipes.h"

namespace recipe::reciped {
namespace {

constexpr uint64_t kShownComplaints = 100;  // of lines that are no events; the rest is counted

struct Replay {
  Recipes recipes;
  Output output;
  MemoryOptions memory;
  std::string events;
  bool quiet = false, near_miss = false;

  int run() {
    Artefact artefact;
    if (const int exit = recipes.load(artefact); exit != kClean) return exit;
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed) {
      complain("cannot get random bytes");
      return kFault;
    }
    auto engine = Engine::build(std::move(artefact), seed, 1);
    if (!engine.ok()) {
      complain(engine.error().message());
      return kFault;
    }
    if (const int exit = memory.open(**engine); exit != kClean) return exit;
    if (const int exit = output.open(STDOUT_FILENO); exit != kClean) return exit;
    output.adopt(**engine);
    return judge_all(**engine);
  }

  int judge_all(Engine& engine) {
    const std::unique_ptr<Context> context = make_record_context();
    std::vector<Detection> detections;
    uint64_t complaints = 0;
    std::optional<NearMisses> misses;
    if (near_miss) {
      Result<NearMisses> built = NearMisses::build(engine);
      if (!built.ok()) return complain("internal fault: " + built.error().message()), kFault;
      misses.emplace(std::move(*built));
    }
    const auto refuse = [&](const std::string& what) {
      if (complaints++ < kShownComplaints) complain("`" + events + "`: " + what);
    };
    const auto give = [&](std::span<const std::byte> record) {
      const Status status = engine.judge(record, *context, detections);
      if (!status.ok()) refuse(status.error().message());
      if (misses && status.ok()) misses->add(engine.event(), *context);
      if (!detections.empty()) output.write(detections, engine);
      return !output.failed();
    };
    const int64_t begin = now_unix_ns();
    const Result<EventsRead> read = read_events(events, give, refuse);
    // No later event can come: what waits for time to pass has waited.
    engine.close_windows(UINT64_MAX, *context, detections);
    if (!detections.empty()) output.write(detections, engine);
    const bool saved = memory.save(engine);
    Coverage coverage = engine.coverage();
    recipes.add_words(coverage.recipes);
    coverage.begin_unix_ns = begin;
    coverage.end_unix_ns = now_unix_ns();
    if (!read.ok()) coverage.obstacle = read.error().message();
    if (complaints > 0) {
      coverage.counts.push_back({"no_events", "lines or records that are no events", Coverage::Loss::kLost, complaints});
    }
    output.close(coverage, &engine);
    if (!read.ok()) {
      complain(read.error().message());
      return is_wrong_input(read.error()) ? kUsage : kFault;
    }
    if (complaints > kShownComplaints) complain(fmt::format("{} more like these", complaints - kShownComplaints));
    if (!quiet) summarize(engine, coverage, *read, complaints);
    if (misses) (void)write_all(STDERR_FILENO, misses->text()).ok();
    if (output.failed() || !saved) return kFault;
    return complaints > 0 || output.met_fail_on() ? kFindings : kClean;
  }

  void summarize(const Engine& engine, const Coverage& coverage, const EventsRead& read, uint64_t complaints) const {
    std::string text = fmt::format("reciped: {} events, {} detections", read.records, output.detections());
    const auto row = [&](Counter counter, std::string_view words) {
      const uint64_t count = const_cast<Engine&>(engine).counters()[static_cast<size_t>(counter)];
      if (count > 0) text += fmt::format(", {} {}", count, words);
    };
    row(Counter::k_detections_excepted, "excepted");
    row(Counter::k_detections_throttled, "throttled");
    row(Counter::k_detections_known, "seen before");
    row(Counter::k_sink_refused, "refused by the output");
    if (complaints > 0) text += fmt::format(", {} lines or records that are no events", complaints);
    text += "\n" + output.detected();
    if (!output.said_coverage()) text += to_text(coverage);
    (void)write_all(STDERR_FILENO, text).ok();
  }
};

}  // namespace

Run declare_replay(CLI::App& app) {
  auto* command = app.add_subcommand("replay", "events from a file through the same engine; no root, no kernel");
  auto self = std::make_shared<Replay>();
  self->recipes.declare(*command, true);
  self->output.declare(*command, true, false);
  self->memory.declare(*command);
  command->add_flag("-q,--quiet", self->quiet, "no summary on stderr");
  command->add_flag("--near-miss", self->near_miss,
                    "say at the end which events were one term short of a detection, by the term that failed");
  command->add_option("EVENTS", self->events, "JSON Lines or a capture; `-` is stdin")->required();
  command->footer(
      Output::formats_help() +
      "\nExample:\n  echo '{\"event\":\"exec\",\"process\":{\"name\":\"perl\"},\"argv\":[\"perl\",\"-e\",\"1\"]}' |\n"
      "    reciped replay --recipes rules/ -");
  return [self](const Command&) { return self->run(); };
}

}  // namespace recipe::reciped
