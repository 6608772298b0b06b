// SPDX-License-Identifier: Apache-2.0
// What every subcommand shares: exit codes, the streams, the declaration of a subcommand.
#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace recipe::reciped {

enum Exit : int {
  kClean = 0,
  kFindings = 1,     // --fail-on was met, or input lines that are no events
  kRecipeError = 2,  // a recipe has an error
  kUsage = 3,        // also a path that does not exist
  kFault = 4,        // ours, or the machine's: no root, no BPF, a full disk
};

// Everything behind `--` on the command line, apart from what CLI11 sees: COMMAND's options are its own.
using Command = std::vector<std::string>;

// A subcommand declares itself below `app`; what it returns runs it, after the command line was read, and gives the exit code.
using Run = std::function<int(const Command& command)>;
using Declare = Run (*)(CLI::App& app);

Run declare_run(CLI::App& app);
Run declare_watch(CLI::App& app);
Run declare_replay(CLI::App& app);
Run declare_record(CLI::App& app);
Run declare_features(CLI::App& app);
Run declare_report(CLI::App& app);
Run declare_schema(CLI::App& app);

// A line on stderr: "reciped: TEXT". Never a signal, never an error: stderr may be gone.
void complain(std::string_view text);
// The result, on stdout; false (and said) where it does not take it.
[[nodiscard]] bool say(std::string_view text);
[[nodiscard]] int64_t now_unix_ns();
// Colour: the stream is a terminal, NO_COLOR is not set and TERM is not dumb.
[[nodiscard]] bool wants_colour(int descriptor);

}  // namespace recipe::reciped
