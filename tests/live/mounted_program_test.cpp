// SPDX-License-Identifier: Apache-2.0
// A program that is itself a bind mount: its name is its place's, as its path says, in whatever it does.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

// A copy of the shell, `other`, mounted over the file `tool`, in a mount namespace of the test's own; and the detections of
// what it does.
std::vector<nlohmann::json> watch(const ScratchFolder& folder, const std::string& on, const std::string& script) {
  const std::string recipe = folder.write(
      "mounted.recipe", fmt::format("recipe mounted {{\n  title \"t\"\n  category execution\n  method m\n  importance high\n  "
                                    "attack [T1059]\n  on {}\n}}\n",
                                    on));
  const std::string out = folder.path("out.jsonl");
  const std::string mounted =
      fmt::format("set -e; cd {}; cp $(readlink -f /bin/sh) other; touch tool; unshare -m sh -ec 'mount --bind other tool; {}'",
                  folder.path(), script);
  const CommandResult ran =
      run_command({kReciped, "watch", "--recipes", recipe, "--output", out, "--", "/bin/sh", "-c", mounted});
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  return detections_in(folder.read("out.jsonl"));
}

}  // namespace

TEST_CASE("an execution of a mounted program has the name and the path of its place") {
  const ScratchFolder folder;
  const std::string tool = folder.path("tool");
  for (const std::string& condition : {std::string("process.name == tool"), "process.exe == \"" + tool + "\""}) {
    const auto seen = watch(folder, "exec when " + condition, "./tool -c :");
    REQUIRE(seen.size() == 1);
    CHECK(seen[0]["process"]["name"] == "tool");
    CHECK(seen[0]["process"]["exe"] == tool);
  }
  CHECK(watch(folder, "exec when process.name == other", "./tool -c :").empty());
}

TEST_CASE("what a mounted program does, and what it starts, names it by its place") {
  const ScratchFolder folder;
  const std::string secret = folder.write("secret", "x");
  const auto opened =
      watch(folder, "open when process.name == tool and file.path == \"" + secret + "\"", "./tool -c \": <secret\"");
  CHECK(opened.size() == 1);
  const auto started =
      watch(folder, "exec when process.parent.name == tool and process.name == cat", "./tool -c \"cat secret; :\"");
  REQUIRE(started.size() == 1);
  CHECK(started[0]["process"]["parent"]["name"] == "tool");
}

}  // namespace recipe::test
