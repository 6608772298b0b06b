// SPDX-License-Identifier: Apache-2.0
// Processes in a pid namespace of their own, whose /proc has other numbers than the host's: what is about the process itself is
// still told from what is about another.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

struct Namespaces {
  ScratchFolder folder;
  std::string recipes =
      folder.write("environ.recipe",
                   "recipe environ {\n  title \"t\"\n  category discovery\n  method m\n  importance high\n"
                   "  attack [T1057]\n  on open when file.name == environ and file.path like \"/proc/*/environ\"\n"
                   "    and process.name == cat and file.proc_pid != process.pid\n}\n");
  CommandResult ran;

  // What was read of others.
  std::vector<nlohmann::json> watch(const std::string& script) {
    const std::string out = folder.path("out.jsonl");
    ran = run_command({kReciped, "watch", "--recipes", recipes, "--output", out, "--", "/bin/sh", "-c", script});
    return detections_in(folder.read("out.jsonl"));
  }
};

}  // namespace

TEST_CASE("a process that reads its own environment is itself, in a namespace too") {
  Namespaces namespaces;
  const auto seen = namespaces.watch(
      "cat /proc/self/environ >/dev/null; unshare -p -f --mount-proc sh -c 'cat /proc/self/environ >/dev/null; exit 0'; "
      "unshare -p -f sh -c 'cat /proc/self/environ >/dev/null; exit 0'");
  INFO(namespaces.ran.err);
  INFO(nlohmann::json(seen).dump(2));
  CHECK(namespaces.ran.code == 0);
  CHECK(seen.empty());
}

TEST_CASE("another process is another, whatever number it has there") {
  Namespaces namespaces;
  const auto seen = namespaces.watch("unshare -p -f --mount-proc sh -c 'echo $$; cat /proc/1/environ >/dev/null; exit 0'");
  INFO(namespaces.ran.err);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0]["event"]["file"]["path"] == "/proc/1/environ");
  // The shell is 1 there and somebody else here.
  CHECK(seen[0]["event"]["file"]["proc_pid"] == seen[0]["process"]["parent"]["pid"]);
  CHECK(seen[0]["event"]["file"]["proc_pid"] != 1);
}

TEST_CASE("a file of /proc that is about no process has no such field") {
  Namespaces namespaces;
  namespaces.folder.write(
      "environ.recipe",
      "recipe cpus {\n  title \"t\"\n  category discovery\n  method m\n  importance high\n  attack [T1057]\n"
      "  on open when file.name == cpuinfo and process.name == cat\n}\n");
  const auto seen = namespaces.watch("cat /proc/cpuinfo >/dev/null");
  REQUIRE(seen.size() == 1);
  CHECK_FALSE(seen[0]["event"]["file"].contains("proc_pid"));
}

}  // namespace recipe::test
