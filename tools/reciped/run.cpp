// SPDX-License-Identifier: Apache-2.0
// reciped run: the whole machine, until a signal.
#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "runtime/report/report.h"
#include "runtime/sink/write_all.h"
#include "tools/reciped/command.h"
#include "tools/reciped/live.h"
#include "tools/reciped/memory.h"
#include "tools/reciped/recipes.h"
#include "tools/reciped/signals.h"

namespace recipe::reciped {
namespace {

constexpr std::chrono::milliseconds kTurn{500};  // a signal ends a turn; this bounds the one that comes between two

struct RunAll {
  Recipes recipes;
  Output output;
  MemoryOptions memory;

  int run() {
    Artefact artefact;
    if (const int exit = recipes.load(artefact); exit != kClean) return exit;
    if (const int exit = output.open(STDOUT_FILENO); exit != kClean) return exit;
    const int64_t begin = now_unix_ns();
    const Signals signals(true);
    Result<std::unique_ptr<Live>> live = Live::start(std::move(artefact), false);
    if (!live.ok()) {
      complain(live.error().message());
      Coverage none;
      none.mode = Coverage::Mode::kMachine;
      none.watched = false;
      none.obstacle = live.error().message();
      none.begin_unix_ns = begin;
      none.end_unix_ns = now_unix_ns();
      output.close(none, nullptr);
      return kFault;
    }
    if (const int exit = memory.open((*live)->engine()); exit != kClean) return exit;
    (*live)->output(&output);
    Live::hurry();
    complain("watching: " + (*live)->watched());
    Status pumped = Done{};
    while (!Signals::stop_asked() && !output.hung_up() && pumped.ok()) {
      pumped = (*live)->pump(kTurn);
      memory.save_now_and_then((*live)->engine());
    }
    const Status finished = (*live)->finish();
    const bool saved = memory.save((*live)->engine());
    Coverage coverage = (*live)->coverage();
    recipes.add_words(coverage.recipes);
    coverage.begin_unix_ns = begin;
    coverage.end_unix_ns = now_unix_ns();
    for (const Status* status : {&std::as_const(pumped), &finished}) {
      if (status->ok()) continue;
      complain(status->error().message());
      coverage.obstacle = status->error().message();
    }
    output.close(coverage, &(*live)->engine());
    const std::string lost = losses((*live)->engine().counters());
    std::string text = fmt::format("reciped: {} detections; lost: {}\n", output.detections(), lost.empty() ? "nothing" : lost);
    if (!output.said_coverage()) text += to_text(coverage);
    (void)write_all(STDERR_FILENO, text + counted((*live)->engine().counters())).ok();
    return output.failed() || !saved || !pumped.ok() || !finished.ok() ? kFault : kClean;
  }
};

}  // namespace

Run declare_run(CLI::App& app) {
  auto* command = app.add_subcommand("run", "watch the whole machine until a signal");
  auto self = std::make_shared<RunAll>();
  self->recipes.declare(*command, true);
  self->output.declare(*command, false, false);
  self->memory.declare(*command);
  command->footer("INT, TERM, HUP or QUIT end it; what is pending is written before.\n\n" + Output::formats_help() +
                  "\nExample:\n  sudo reciped run --recipes rules/");
  return [self](const Command&) { return self->run(); };
}

}  // namespace recipe::reciped
