// SPDX-License-Identifier: Apache-2.0
// The manual pages: all that --help says is on them, and the programs that print such pages have nothing to say against them.
#include <unistd.h>

#include <sstream>

#include "tests/support/skip.h"
#include "tests/unit/tools/recipec/recipec.h"

namespace recipe {
namespace {

struct Program {
  std::string path, section;
};
const std::vector<Program>& programs() {
  static const std::vector<Program> kPrograms = {{kRecipec, "1"}, {RECIPE_BIN_DIR "/reciped", "8"}};
  return kPrograms;
}

std::string help_of(const Program& program, const std::string& command = {}) {
  const CommandResult ran =
      command.empty() ? run_command({program.path, "--help"}) : run_command({program.path, command, "--help"});
  REQUIRE(ran.code == 0);
  return ran.out;
}

std::string page_of(const Program& program) {
  const CommandResult ran = run_command({program.path, "--man"});
  REQUIRE(ran.code == 0);
  REQUIRE(ran.err.empty());
  return ran.out;
}

// The page as a reader has it: what roff escapes is itself again.
std::string as_read(std::string page) {
  for (const auto& [written, read] : std::vector<std::pair<std::string, std::string>>{{"\\-", "-"},
                                                                                      {"\\(aq", "'"},
                                                                                      {"\\(ga", "`"},
                                                                                      {"\\(ha", "^"},
                                                                                      {"\\(ti", "~"},
                                                                                      {"\\&", ""},
                                                                                      {"\\fB", ""},
                                                                                      {"\\fR", ""},
                                                                                      {"\\e", "\\"}}) {
    for (size_t at = page.find(written); at != std::string::npos; at = page.find(written, at + read.size())) {
      page.replace(at, written.size(), read);
    }
  }
  return page;
}

// The first words of the indented lines below a heading: subcommands, or options with their dashes.
std::vector<std::string> entries(const std::string& help, const std::string& heading) {
  std::vector<std::string> all;
  std::istringstream lines(help);
  bool below = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  ")) {
      below = line == heading;
    } else if (below && line[2] != ' ') {
      all.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("every subcommand and every option of --help is on the manual page, and every line of its text") {
  for (const Program& program : programs()) {
    const std::string page = as_read(page_of(program)), help = help_of(program);
    INFO(program.path);
    const auto commands = entries(help, "Subcommands:");
    CHECK(commands.size() > 5);
    for (const std::string& option : entries(help, "Options:")) CHECK_THAT(page, Contains("\n.TP\n" + option));
    size_t options = 0;
    for (const std::string& command : commands) {
      INFO(command);
      const std::string own = help_of(program, command);
      const size_t begin = page.find("\n.SS \"" + program.path.substr(program.path.rfind('/') + 1) + " " + command);
      REQUIRE(begin != std::string::npos);
      const std::string section = page.substr(begin, page.find("\n.S", begin + 1) - begin);
      for (const char* heading : {"Options:", "Positionals:"}) {
        for (const std::string& option : entries(own, heading)) {
          ++options;
          CHECK_THAT(section, Contains("\n.TP\n" + option));
        }
      }
      std::istringstream text(own);
      bool footer = false;
      for (std::string line; std::getline(text, line);) {
        footer = footer || line == "Example:";
        if (footer) CHECK_THAT(section, Contains(line));
      }
    }
    CHECK(options > 20);
  }
}

TEST_CASE("the programs that print manual pages find no fault") {
  const bool groff = access("/usr/bin/groff", X_OK) == 0, mandoc = access("/usr/bin/mandoc", X_OK) == 0;
  if (!groff || !mandoc) SKIP_TEST("needs Debian's packages groff-base and mandoc");
  const ScratchFolder folder;
  for (const Program& program : programs()) {
    const std::string page = folder.write("page." + program.section, page_of(program));
    const CommandResult printed = run_command({"/usr/bin/groff", "-man", "-ww", "-z", "-Tutf8", page});
    CHECK(printed.code == 0);
    CHECK(printed.err.empty());
    // The date is left out: a page is the same whenever it is made.
    std::istringstream lint(run_command({"/usr/bin/mandoc", "-T", "lint", "-W", "warning", page}).out);
    for (std::string line; std::getline(lint, line);) CHECK_THAT(line, Contains("missing date"));
  }
}

}  // namespace recipe
