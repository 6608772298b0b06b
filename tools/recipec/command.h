// SPDX-License-Identifier: Apache-2.0
// What every subcommand shares: exit codes, the two streams, the declaration of a subcommand.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace recipe::recipec {

enum Exit : int {
  kClean = 0,
  kFindings = 1,     // or a failed test
  kRecipeError = 2,  // a recipe has an error
  kUsage = 3,        // also a path that does not exist
  kFault = 4,        // ours, or the machine's
};

// A subcommand declares itself below `app`; what it returns runs it, after the command line was read, and gives the exit code.
using Run = std::function<int()>;
using Declare = Run (*)(CLI::App& app);

Run declare_check(CLI::App& app);
Run declare_lint(CLI::App& app);
Run declare_fmt(CLI::App& app);
Run declare_test(CLI::App& app);
Run declare_compile(CLI::App& app);
Run declare_explain(CLI::App& app);
Run declare_why(CLI::App& app);
Run declare_fields(CLI::App& app);
Run declare_doc(CLI::App& app);
Run declare_attack(CLI::App& app);
Run declare_new(CLI::App& app);
Run declare_dump(CLI::App& app);
Run declare_lsp(CLI::App& app);
Run declare_diff(CLI::App& app);
Run declare_except(CLI::App& app);
Run declare_completion(CLI::App& app);

// The result, on stdout. A stdout that cannot be written ends in kFault, see main.cpp.
void say(std::string_view text);
// What went wrong, on stderr: "recipec: TEXT".
void complain(std::string_view text);
// Colour: the stream is a terminal, NO_COLOR is not set and TERM is not dumb.
[[nodiscard]] bool wants_colour(int descriptor);
[[nodiscard]] bool is_terminal(int descriptor);

}  // namespace recipe::recipec
