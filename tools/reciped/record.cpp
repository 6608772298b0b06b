// SPDX-License-Identifier: Apache-2.0
// reciped record: live events into a capture, for replay. The whole machine until a signal, or the tree of COMMAND.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/feed/capture.h"
#include "runtime/kernel/features.h"
#include "runtime/report/report.h"
#include "runtime/sink/write_all.h"
#include "tools/reciped/child.h"
#include "tools/reciped/live.h"
#include "tools/reciped/recipes.h"

namespace recipe::reciped {
namespace {

constexpr std::chrono::milliseconds kTurn{50};

// The events that some probe sees on this machine.
std::vector<EventId> seen_events() {
  std::vector<EventId> events;
  for (const ProbeUse& use : probe_uses(probe_features())) {
    if (const EventInfo* event = find_event(use.event); event != nullptr && use.used) events.push_back(event->id);
  }
  return events;
}

struct Record {
  Recipes recipes;
  std::string path;
  std::vector<std::string> events;     // names; none: all that are seen
  std::vector<std::string> variables;  // of the environment
  Status written = Done{};
  uint64_t records = 0;

  int choose(Artefact& artefact) const {
    if (recipes.given()) return recipes.load(artefact);
    const std::vector<EventId> seen = seen_events();
    std::vector<EventId> chosen;
    for (const std::string& name : events) {
      const EventInfo* event = find_event(name);
      if (event == nullptr) {
        complain("--events: there is no event `" + name + "`; `recipec fields` names them");
        return kUsage;
      }
      if (std::find(seen.begin(), seen.end(), event->id) == seen.end()) {
        complain("--events: no probe sees `" + name + "` here; `reciped features` says which are seen");
        return kUsage;
      }
      chosen.push_back(event->id);
    }
    for (const std::string& name : variables) {
      if (is_key(name)) continue;
      complain("--env: no variable that is read is called `" + printable(name) + "`");
      return kUsage;
    }
    artefact = everything(events.empty() ? seen : chosen, variables);
    if (artefact.filter.environment.size() <= kMaxKeys) return kClean;
    complain(fmt::format("--env: at most {} variables", kMaxKeys));
    return kUsage;
  }

  int run(const Command& command) {
    Artefact artefact;
    if (const int exit = choose(artefact); exit != kClean) return exit;
    Signals signals(command.empty());
    Result<std::unique_ptr<Live>> live = Live::start(std::move(artefact), !command.empty());
    if (!live.ok()) {
      complain(live.error().message());
      return kFault;
    }
    Result<CaptureWriter> writer = CaptureWriter::create(path, (*live)->kernel().boot_wall_ns());
    if (!writer.ok()) {
      complain(writer.error().message());
      return kFault;
    }
    (*live)->tap([&](std::span<const std::byte> record) {
      ++records;
      if (written.ok()) written = writer->write(record);
    });
    complain("recording: " + (*live)->watched());
    int code = kClean;
    Status pumped = command.empty() ? pump_until_stopped(**live) : pump_command(**live, command, signals, code);
    const Status finished = (*live)->finish();
    if (written.ok()) written = writer->close();
    for (const Status* status : {&std::as_const(pumped), &finished, &std::as_const(written)}) {
      if (!status->ok()) complain(status->error().message());
    }
    const std::string lost = losses((*live)->engine().counters());
    (void)write_all(STDERR_FILENO, fmt::format("reciped: {} events in `{}`; lost: {}\n", written.ok() ? records : 0, path,
                                               lost.empty() ? "nothing" : lost))
        .ok();
    if (code != kClean) return code;
    return pumped.ok() && finished.ok() && written.ok() ? kClean : kFault;
  }

  Status pump_until_stopped(Live& live) const {
    Status pumped = Done{};
    while (!Signals::stop_asked() && pumped.ok() && written.ok()) pumped = live.pump(kTurn);
    return pumped;
  }

  static Status pump_command(Live& live, const Command& command, Signals& signals, int& code) {
    Child child;
    if (Status started = child.start(command, signals); !started.ok()) return started;
    if (Status watched = live.kernel().watch(static_cast<uint32_t>(child.pid())); !watched.ok()) return watched;
    if (const int error = child.release(); error != 0) {
      complain("cannot run `" + printable(command[0]) + "`: " + std::strerror(error));
    }
    Status pumped = Done{};
    while (!child.ended(false) && pumped.ok()) pumped = live.pump(kTurn);
    code = child.ended(true).value_or(kFault);
    return pumped;
  }
};

}  // namespace

Run declare_record(CLI::App& app) {
  auto* command = app.add_subcommand("record", "capture live events for replay: of the machine until a signal, or of COMMAND");
  auto self = std::make_shared<Record>();
  self->recipes.declare(*command, false);
  command->add_option("-o", self->path, "the capture, in its place when it is whole")->required()->type_name("FILE");
  auto* recipes = command->get_option("--recipes");
  command->add_option("--events", self->events, "only these, `exec,open`; else every event that a probe sees")
      ->delimiter(',')
      ->type_name("EVENTS")
      ->excludes(recipes);
  command
      ->add_option("--env", self->variables, "record these variables of each exec's environment, `LD_PRELOAD,PATH`; else none")
      ->delimiter(',')
      ->type_name("NAMES")
      ->excludes(recipes);
  command->footer(
      "With --recipes only what passes their kernel filter is recorded, and of the environment what they read. Recording "
      "every\n"
      "event costs the machine more than watching with recipes. A capture holds command lines and paths: it is readable by "
      "its\n"
      "owner alone.\n\n"
      "Example:\n  reciped record -o build.cap -- make && reciped replay --recipes rules/ build.cap\n"
      "  reciped record --events exec,open -o build.cap -- make");
  return [self](const Command& behind) { return self->run(behind); };
}

}  // namespace recipe::reciped
