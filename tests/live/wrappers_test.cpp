// SPDX-License-Identifier: Apache-2.0
// Through a wrapper: env, nice, timeout, xargs, sudo or busybox end in an exec of the interpreter, and that one is seen, once.
// Needs root and BPF, for it runs the real daemon (`reciped watch`); else it says so and leaves with 77.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/live/option_lines.h"
#include "tests/live/run_line.h"

namespace recipe {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void skip(const char* why) {
  std::printf("skipped: %s\n", why);
  std::exit(77);
}

int run(const oracle::Words& words) {
  std::vector<char*> argv;
  for (const std::string& each : words) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 1);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

// What code_on_the_fly said of the command and its children: the argv of each detection.
std::vector<oracle::Words> detections_of(const oracle::Words& command, const fs::path& folder) {
  const fs::path output = folder / "detections.jsonl";
  fs::remove(output);
  oracle::Words words{(fs::path(RECIPE_BIN_DIR) / "reciped").string(),
                      "watch",
                      "--recipes",
                      (fs::path(RECIPE_SOURCE_DIR) / "rules/execution/code_on_the_fly.recipe").string(),
                      "--format",
                      "json",
                      "--output",
                      output.string(),
                      "--"};
  words.insert(words.end(), command.begin(), command.end());
  CHECK(run(words) == 0);
  std::vector<oracle::Words> found;
  std::ifstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    REQUIRE_FALSE(json.is_discarded());
    if (json.value("recipe", "") != "code_on_the_fly") continue;
    found.push_back(json.at("event").at("argv").get<oracle::Words>());
  }
  return found;
}

}  // namespace

TEST_CASE("an interpreter behind a wrapper is seen once") {
  if (geteuid() != 0) skip("no root");
  if (!oracle::find_program((fs::path(RECIPE_BIN_DIR) / "reciped").string())) skip("reciped is not built");
  char name[] = "/tmp/recipe-wrappers-XXXXXX";
  REQUIRE(mkdtemp(name) != nullptr);
  const fs::path folder = name;
  const int probe = run({(fs::path(RECIPE_BIN_DIR) / "reciped").string(), "watch", "--recipes",
                         (fs::path(RECIPE_SOURCE_DIR) / "rules/execution/code_on_the_fly.recipe").string(), "--output",
                         (folder / "probe").string(), "--", "/bin/true"});
  REQUIRE(probe != 2);  // the recipe has an error: no reason to skip
  if (probe != 0) {
    fs::remove_all(folder);
    skip("reciped cannot watch here: see its message above");
  }
  const std::vector<oracle::Words> commands{
      {"perl", "-e", "1"},
      {"env", "perl", "-e", "1"},
      {"env", "-i", "A=b", "/usr/bin/perl", "-e", "1"},
      {"env", "-S", "perl -e 1"},
      {"nice", "-n", "5", "perl", "-e", "1"},
      {"timeout", "5", "perl", "-e", "1"},
      {"nohup", "perl", "-e", "1"},
      {"sh", "-c", "echo 1 | xargs -n1 perl -e"},
      {"sudo", "-n", "perl", "-e", "1"},
      {"busybox", "sh", "-c", "perl -e 1; true"},
      {"busybox", "env", "perl", "-e", "1"},
      {"env", "nice", "timeout", "5", "perl", "-e", "1"},
  };
  size_t tried = 0;
  for (const oracle::Words& command : commands) {
    if (!oracle::find_program(command[0])) continue;
    ++tried;
    const auto found = detections_of(command, folder);
    std::string line;
    for (const std::string& word : command) line += word + " ";
    INFO(line);
    REQUIRE(found.size() == 1);
    CHECK(fs::path(found[0].at(0)).filename() == "perl");
    CHECK(found[0].at(1) == "-e");
    CHECK(found[0].at(2) == "1");
  }
  CHECK(tried > 4);
  // A script below a wrapper stays unseen.
  std::ofstream(folder / "s.pl") << "1;";
  CHECK(detections_of({"env", "perl", (folder / "s.pl").string(), "-e", "1"}, folder).empty());
  fs::remove_all(folder);
}

}  // namespace recipe
