// SPDX-License-Identifier: Apache-2.0
// reciped watch -- COMMAND: one CI step under watch. COMMAND's stdin, stdout, stderr and exit code are its own.
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <utility>

#include "runtime/report/redact.h"
#include "runtime/report/report.h"
#include "runtime/sink/write_all.h"
#include "tools/reciped/baseline.h"
#include "tools/reciped/child.h"
#include "tools/reciped/live.h"
#include "tools/reciped/memory.h"
#include "tools/reciped/recipes.h"

namespace recipe::reciped {
namespace {

constexpr std::chrono::milliseconds kTurn{50};  // COMMAND's end is noticed by its signal, at the latest after this

struct Watch {
  Recipes recipes;
  Output output;
  BaselineOptions baseline;
  MemoryOptions memory;
  std::string on_error = "fail", user_name;
  std::optional<User> user;

  int run(const Command& command) {
    if (command.empty()) {
      complain("no COMMAND to watch: write it behind `--`, as in `reciped watch --recipes rules/ -- make test`");
      return kUsage;
    }
    Artefact artefact;
    if (const int exit = recipes.load(artefact); exit != kClean) return exit;
    if (!user_name.empty()) {
      Result<User> found = find_user(user_name);
      if (!found.ok()) {
        complain("--user: " + found.error().message());
        return kUsage;
      }
      user = std::move(*found);
    }
    if (baseline.given()) {
      if (const int exit = baseline.open(artefact); exit != kClean) return exit;
    }
    if (const int exit = output.open(STDERR_FILENO); exit != kClean) return exit;
    if (output.fails_on_new() && !baseline.given()) {
      complain("--fail-on new: new against what? `--baseline FILE` says it");
      return kUsage;
    }
    Signals signals(false);
    Result<std::unique_ptr<Live>> live = Live::start(std::move(artefact), true);
    if (!live.ok()) return run_unwatched(command, signals, live.error());
    if (const int exit = memory.open((*live)->engine()); exit != kClean) return exit;
    auto child = std::make_unique<Child>();
    Status ready = child->start(command, signals, user);
    if (ready.ok()) ready = (*live)->kernel().watch(static_cast<uint32_t>(child->pid()));
    if (ready.ok()) return run_watched(**live, *child, command);
    // It has executed nothing yet.
    child.reset();
    live->reset();
    return run_unwatched(command, signals, ready.error());
  }

  int run_watched(Live& live, Child& child, const Command& command) {
    const int64_t begin = now_unix_ns();
    live.output(&output);
    if (baseline.given()) baseline.observe(live, output.show_secrets());
    Live::hurry();
    if (const int error = child.release(); error != 0) {
      complain("cannot run `" + printable(command[0]) + "`: " + std::strerror(error));
    }
    Status pumped = Done{};
    while (!child.ended(false) && pumped.ok()) pumped = live.pump(kTurn);
    if (!pumped.ok()) complain("watching ended before COMMAND did: " + pumped.error().message());
    const int code = child.ended(true).value_or(kFault);
    const Status finished = live.finish();
    if (!finished.ok()) complain(finished.error().message());
    Coverage coverage = live.coverage();
    recipes.add_words(coverage.recipes);
    add_command(coverage, command, code, begin);
    for (const Status* status : {&std::as_const(pumped), &finished}) {
      if (!status->ok()) coverage.obstacle = status->error().message();
    }
    int kept = baseline.given() ? baseline.finish(coverage) : kClean;
    if (!memory.save(live.engine())) kept = kFault;
    output.close(coverage, &live.engine());
    summarize(live.engine().counters(), coverage, command);
    if (code != 0) return code;
    if (kept != kClean || output.failed()) return kFault;
    return judge(coverage);
  }

  // COMMAND went well: what the step is worth.
  [[nodiscard]] int judge(const Coverage& coverage) const {
    const bool judges_new = output.fails_on_new() && !baseline.learning();
    if (!coverage.obstacle.empty() && on_error == "fail") return kFault;
    if (output.met_fail_on() || (judges_new && coverage.baseline->fresh > 0)) return kFindings;
    return judges_new && !coverage.baseline->gaps.empty() && on_error == "fail" ? kFault : kClean;
  }

  // Words of COMMAND may be secrets as well.
  void add_command(Coverage& coverage, const Command& command, int code, int64_t begin) const {
    std::vector<std::string> words = command;
    if (!output.show_secrets()) (void)redact(words);
    for (const std::string& word : words) coverage.command += (coverage.command.empty() ? "" : " ") + word;
    coverage.exit_code = code;
    coverage.begin_unix_ns = begin;
    coverage.end_unix_ns = now_unix_ns();
  }

  void summarize(const Counters& counters, const Coverage& coverage, const Command& command) const {
    std::string text = fmt::format("reciped: `{}` ended with {} after {:.1f} s\n", printable(command[0]), coverage.exit_code,
                                   static_cast<double>(coverage.end_unix_ns - coverage.begin_unix_ns) / 1e9);
    if (output.detections() == 0) {
      text += "  detected  nothing\n";
    } else {
      text += fmt::format("  detected  {} time{}:\n{}", output.detections(), output.detections() == 1 ? "" : "s",
                          output.detected());
    }
    const auto of = [&](Counter counter) { return counters[static_cast<size_t>(counter)]; };
    if (of(Counter::k_detections_excepted) + of(Counter::k_detections_throttled) + of(Counter::k_detections_known) > 0) {
      text += fmt::format("  held back {} by exceptions, {} by throttles, {} seen before\n", of(Counter::k_detections_excepted),
                          of(Counter::k_detections_throttled), of(Counter::k_detections_known));
    }
    if (!output.said_coverage()) text += to_text(coverage);
    // What closing the outputs lost, the coverage in them could not say.
    if (of(Counter::k_sink_refused) > 0)
      text += fmt::format("  refused   {} sink_refused by an output\n", of(Counter::k_sink_refused));
    (void)write_all(STDERR_FILENO, text).ok();
  }

  int run_unwatched(const Command& command, Signals& signals, const Error& why) {
    complain("cannot watch: " + why.message());
    Coverage coverage;
    coverage.mode = Coverage::Mode::kCommand;
    coverage.watched = false;
    coverage.obstacle = why.message();
    const int64_t begin = now_unix_ns();
    if (on_error == "fail") {
      coverage.begin_unix_ns = coverage.end_unix_ns = begin;
      output.close(coverage, nullptr);
      complain("COMMAND was not run; `--on-error warn` runs it unwatched, `reciped features` says what is missing");
      return kFault;
    }
    complain("WARNING: COMMAND RUNS UNWATCHED, nothing of it will be detected");
    Child child;
    if (Status started = child.start(command, signals, user); !started.ok()) {
      complain(started.error().message());
      return kFault;
    }
    if (const int error = child.release(); error != 0) {
      complain("cannot run `" + printable(command[0]) + "`: " + std::strerror(error));
    }
    const int code = child.ended(true).value_or(kFault);
    add_command(coverage, command, code, begin);
    output.close(coverage, nullptr);
    complain("WARNING: COMMAND RAN UNWATCHED (" + why.message() + ")");
    return code;
  }
};

}  // namespace

Run declare_watch(CLI::App& app) {
  auto* command = app.add_subcommand("watch", "run COMMAND and detect in its process tree; a summary at the end");
  auto self = std::make_shared<Watch>();
  self->recipes.declare(*command, true);
  self->output.declare(*command, true, true);
  self->baseline.declare(*command);
  self->memory.declare(*command);
  command->add_option("--user", self->user_name, "COMMAND runs as this user, with its groups; watching itself needs root")
      ->type_name("NAME");
  command
      ->add_option(
          "--on-error", self->on_error,
          "what to do where COMMAND cannot be watched: fail (and not run it, or exit 4 where watching ended early) or warn")
      ->check(CLI::IsMember({"fail", "warn"}))
      ->capture_default_str();
  command->footer(
      "COMMAND stands behind `--`. Exit code: COMMAND's own (128 + n for signal n, 127 not found, 126 not executable);\n"
      "1 when COMMAND went well and --fail-on was met; 4 when it could not be watched, or, by --fail-on new, when events were\n"
      "lost and nothing new was seen: then nobody knows.\n"
      "Detections go to stderr, or to the places of --output.\n\n" +
      Output::formats_help() +
      "\nExample:\n  reciped watch --recipes rules/ --fail-on high --output detections.jsonl --output sarif:out.sarif -- make "
      "test\n"
      "  reciped watch --recipes rules/ --baseline .recipe-baseline --learn -- make test\n"
      "  reciped watch --recipes rules/ --baseline .recipe-baseline --fail-on high,new -- make test");
  return [self](const Command& behind) { return self->run(behind); };
}

}  // namespace recipe::reciped
