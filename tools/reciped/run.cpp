// SPDX-License-Identifier: Apache-2.0
// reciped run: the whole machine, until a signal.
#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "runtime/sink/write_all.h"
#include "tools/reciped/command.h"
#include "tools/reciped/live.h"
#include "tools/reciped/recipes.h"
#include "tools/reciped/signals.h"

namespace recipe::reciped {
namespace {

constexpr std::chrono::milliseconds kTurn{500};  // a signal ends a turn; this bounds the one that comes between two

struct RunAll {
  Recipes recipes;
  Output output;

  int run() {
    Artefact artefact;
    if (const int exit = recipes.load(artefact); exit != kClean) return exit;
    if (const int exit = output.open(STDOUT_FILENO); exit != kClean) return exit;
    const Signals signals(true);
    Result<std::unique_ptr<Live>> live = Live::start(std::move(artefact), false);
    if (!live.ok()) {
      complain(live.error().message());
      return kFault;
    }
    (*live)->output(&output);
    Live::hurry();
    complain("watching: " + (*live)->coverage());
    Status pumped = Done{};
    while (!Signals::stop_asked() && !output.hung_up() && pumped.ok()) pumped = (*live)->pump(kTurn);
    const Status finished = (*live)->finish();
    for (const Status* status : {&std::as_const(pumped), &finished}) {
      if (!status->ok()) complain(status->error().message());
    }
    const std::string lost = losses((*live)->engine().counters());
    (void)write_all(STDERR_FILENO, fmt::format("reciped: {} detections; lost: {}\n{}", output.detections(),
                                               lost.empty() ? "nothing" : lost, counted((*live)->engine().counters())))
        .ok();
    return output.failed() || !pumped.ok() || !finished.ok() ? kFault : kClean;
  }
};

}  // namespace

Run declare_run(CLI::App& app) {
  auto* command = app.add_subcommand("run", "watch the whole machine until a signal");
  auto self = std::make_shared<RunAll>();
  self->recipes.declare(*command, true);
  self->output.declare(*command, false);
  command->footer(
      "INT, TERM, HUP or QUIT end it; what is pending is written before.\n\nExample:\n  sudo reciped run --recipes rules/");
  return [self](const Command&) { return self->run(); };
}

}  // namespace recipe::reciped
