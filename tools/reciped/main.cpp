// SPDX-License-Identifier: Apache-2.0
// reciped: runs what the compiler makes: live, over one command, or over events from a file. This file is its table of
// contents.
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "runtime/canary.h"
#include "runtime/sink/write_all.h"
#include "tools/common/man_page.h"
#include "tools/reciped/command.h"

namespace recipe::reciped {
namespace {

constexpr Declare kSubcommands[] = {
    declare_run, declare_watch, declare_replay, declare_record, declare_report, declare_features, declare_schema,
};

int run(int argc, char** argv) {
  CLI::App app("watches a Linux machine, one command, or recorded events with recipes", "reciped");
  app.set_version_flag("--version", "reciped " RECIPE_VERSION, "print the version");
  app.set_help_flag("-h,--help", "print what there is");
  bool manual = false;  // answered below: it needs no subcommand
  app.add_flag("--man", manual, "print all of it as a manual page, reciped(8)");
  app.require_subcommand(1);
  app.footer(
      "Exit code: 0 clean, 1 --fail-on was met or an input line is no event, 2 a recipe has an error, 3 wrong usage,\n"
      "4 a fault of the program or the machine (no root, no BPF, a full disk). `watch` returns COMMAND's own code.\n\n"
      "Example:\n  reciped watch --recipes rules/ -- make test");

  std::vector<std::pair<CLI::App*, Run>> commands;
  for (const Declare declare : kSubcommands) {
    Run command = declare(app);
    commands.emplace_back(app.get_subcommands(nullptr).back(), std::move(command));
  }
  if (argc == 2 && std::string_view(argv[1]) == "--man") return say(man_page(app, 8)) ? kClean : kFault;
  // CLI11 sees what stands before `--`.
  Command behind;
  std::vector<std::string> before;
  bool split = false;
  for (int i = 1; i < argc; ++i) {
    if (!split && std::string_view(argv[i]) == "--") {
      split = true;
    } else {
      (split ? behind : before).emplace_back(argv[i]);
    }
  }
  std::reverse(before.begin(), before.end());  // as CLI11 wants it
  try {
    app.parse(std::move(before));
  } catch (const CLI::CallForVersion&) {
    return say("reciped " RECIPE_VERSION "\n") ? kClean : kFault;
  } catch (const CLI::Success& success) {
    return say(success.get_name() == "CallForAllHelp" ? app.help("", CLI::AppFormatMode::All) : app.help()) ? kClean : kFault;
  } catch (const CLI::ParseError& error) {
    std::string hint = "reciped";
    for (const CLI::App* command : app.get_subcommands()) hint += " " + command->get_name();
    complain(std::string(error.what()) + "; see `" + hint + " --help`");
    return kUsage;
  }
  for (const auto& [command, body] : commands) {
    if (!command->parsed()) continue;
    if (split && command->get_name() != "watch" && command->get_name() != "record") {
      complain("`" + command->get_name() + "` takes no COMMAND behind `--`");
      return kUsage;
    }
    return body(behind);
  }
  return kUsage;
}

}  // namespace

void complain(std::string_view text) {
  // A stderr that is gone is no reason to stop watching; there is nobody left to tell.
  (void)write_all(STDERR_FILENO, "reciped: " + std::string(text) + "\n").ok();
}

bool say(std::string_view text) {
  const Status status = write_all(STDOUT_FILENO, text);
  if (!status.ok()) complain(status.error().message() + " (to stdout)");
  return status.ok();
}

int64_t now_unix_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

bool wants_colour(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return ::isatty(descriptor) == 1 && (no_colour == nullptr || *no_colour == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

}  // namespace recipe::reciped

int main(int argc, char** argv) {
  // The canary: the kernel has seen this file executed, which is all that was wanted.
  if (argc == 2 && std::string_view(argv[1]).starts_with(recipe::kCanaryPrefix)) return 0;
  try {
    return recipe::reciped::run(argc, argv);
  } catch (const std::exception& error) {
    recipe::reciped::complain(std::string("a fault of ours: ") + error.what());
    return recipe::reciped::kFault;
  }
}
