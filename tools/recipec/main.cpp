// SPDX-License-Identifier: Apache-2.0
// recipec: checks, lints, tests, explains and compiles recipes. This file is its table of contents.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "tools/common/man_page.h"
#include "tools/recipec/command.h"

namespace recipe::recipec {
namespace {

constexpr Declare kSubcommands[] = {
    declare_check, declare_lint,   declare_fmt, declare_test, declare_compile, declare_explain, declare_why, declare_fields,
    declare_doc,   declare_attack, declare_new, declare_dump, declare_diff,    declare_except,  declare_lsp, declare_completion,
};

// CLI11's words in our style; it takes a subcommand that is not there for one that is missing.
std::string explained(std::string message, const CLI::App& app, const std::string& first) {
  const auto all = app.get_subcommands(nullptr);
  const bool known = std::any_of(all.begin(), all.end(), [&](const CLI::App* each) { return each->get_name() == first; });
  if (!known && !first.empty() && first[0] != '-') {
    std::string names;
    for (const CLI::App* each : all) names += (names.empty() ? "`" : ", `") + each->get_name() + "`";
    return "there is no subcommand `" + first + "`; there is " + names;
  }
  const auto is_small = [](char c) { return (c >= 'a' && c <= 'z') || c == ' '; };
  if (message.size() > 1 && message[0] >= 'A' && message[0] <= 'Z' && is_small(message[1]))
    message[0] = static_cast<char>(message[0] - 'A' + 'a');
  return message;
}

int run(int argc, char** argv) {
  CLI::App app("checks, lints, tests, explains and compiles recipes: detections for what happens on a Linux machine",
               "recipec");
  app.set_version_flag("--version", "recipec " RECIPE_VERSION, "print the version");
  app.set_help_flag("-h,--help", "print what there is");
  bool manual = false;  // answered below: it needs no subcommand
  app.add_flag("--man", manual, "print all of it as a manual page, recipec(1)");
  app.require_subcommand(1);
  app.footer(
      "Exit code: 0 clean, 1 findings or a failed test, 2 a recipe has an error, 3 wrong usage, 4 a fault of the program or "
      "the machine.\n\n"
      "Example:\n  recipec check rules/ && recipec test rules/ && recipec compile rules/ -o rules.bin");

  std::vector<std::pair<CLI::App*, Run>> commands;
  for (const Declare declare : kSubcommands) {
    Run command = declare(app);
    commands.emplace_back(app.get_subcommands(nullptr).back(), std::move(command));
  }
  if (argc == 2 && std::string_view(argv[1]) == "--man") {
    say(man_page(app, 1));
    return kClean;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    app.exit(success);
    return kClean;
  } catch (const CLI::ParseError& error) {
    std::string hint = "recipec";
    for (const CLI::App* command : app.get_subcommands()) hint += " " + command->get_name();
    complain(explained(error.what(), app, argc > 1 ? argv[1] : "") + "; see `" + hint + " --help`");
    return kUsage;
  }
  for (const auto& [command, body] : commands) {
    if (command->parsed()) return body();
  }
  return kUsage;
}

}  // namespace

void say(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void complain(std::string_view text) {
  const std::string line = "recipec: " + std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

bool is_terminal(int descriptor) {
  return ::isatty(descriptor) == 1;
}

bool wants_colour(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
  return is_terminal(descriptor);
}

}  // namespace recipe::recipec

int main(int argc, char** argv) {
  using namespace recipe::recipec;
  int code = kFault;
  try {
    code = run(argc, argv);
  } catch (const std::exception& fault) {
    complain(std::string("internal fault: ") + fault.what());
  } catch (...) {
    complain("internal fault");
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    complain("cannot write to stdout");
    return kFault;
  }
  return code;
}
