// SPDX-License-Identifier: Apache-2.0
// recipec new: a recipe to start from. What it prints checks, lints and tests clean, so that each change is seen.
#include <filesystem>
#include <string>

#include "tools/recipec/command.h"
#include "tools/recipec/write_file.h"

namespace recipe::recipec {
namespace {

constexpr std::string_view kTemplate =
    R"recipe(# What it sees, in one sentence. Then: `recipec check`, `recipec lint`, `recipec test`, `recipec explain`, each with this file.
recipe @NAME@ {
  title       "@TITLE@"
  category    execution                                     # an ATT&CK tactic
  method      command_and_scripting_interpreter             # the technique, in words
  importance  medium                                        # none, low, medium, high, critical
  status      experimental                                  # then incubating, then stable
  attack      [T1059]
  version     1

  # Name the programs: the kernel then drops every other exec before it looks at anything else.
  # `recipec fields exec` lists what else can be asked.
  on exec when process.name in [example_tool, example-tool] and argv contains "--example"

  message "{process.name} ran with --example: {process.cmdline}"

  doc {
    quick        """One or two sentences: what happened."""
    analysis     """What the event shows and what it does not: who runs this, and when it is ordinary."""
    implications """What an attacker gains by it in a CI job."""
    actions      ["What to look at first.", "What to do if it was not expected."]
  }

  # At least one event that must match, and one look-alike that must not.
  test "the tool with the option"    match   exec { process.name: example_tool, argv: [example_tool, "--example"] }
  test "the tool without it"         nothing exec { process.name: example_tool, argv: [example_tool, "--help"] }
  test "the option of another tool"  nothing exec { process.name: other_tool, argv: [other_tool, "--example"] }
}
)recipe";

bool is_name(std::string_view name) {
  if (name.empty() || !(name[0] == '_' || (name[0] >= 'a' && name[0] <= 'z'))) return false;
  for (const char c : name) {
    if (!(c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) return false;
  }
  return true;
}

std::string filled(std::string_view name) {
  std::string title(name);
  for (char& c : title) c = c == '_' ? ' ' : c;
  if (title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 'a' + 'A');
  std::string text(kTemplate);
  text.replace(text.find("@NAME@"), 6, name);
  text.replace(text.find("@TITLE@"), 7, title);
  return text;
}

int run(const std::string& name, const std::string& output) {
  if (!is_name(name)) {
    complain("a recipe's name is made of a-z, 0-9 and _, and begins with a letter: `code_on_the_fly`, not `" + name + "`");
    return kUsage;
  }
  if (output.empty()) {
    say(filled(name));
    return kClean;
  }
  std::error_code code;
  if (std::filesystem::exists(output, code)) {
    complain("`" + output + "` is there already and stays as it is");
    return kUsage;
  }
  const Status written = write_file(output, filled(name));
  if (!written.ok()) {
    complain(written.error().message());
    return kFault;
  }
  return kClean;
}

}  // namespace

Run declare_new(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  auto output = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("new", "a recipe to start from, with tests");
  command->add_option("NAME", *name, "the recipe's name, and its file's")->required()->type_name("");
  command->add_option("-o,--output", *output, "where to; without it, stdout")->type_name("FILE");
  command->footer("Example:\n  recipec new shell_from_editor -o rules/execution/shell_from_editor.recipe");
  return [name, output] { return run(*name, *output); };
}

}  // namespace recipe::recipec
