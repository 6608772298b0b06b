// SPDX-License-Identifier: Apache-2.0
// What an ancestor was started with, live, where nobody can ask it any more: the daemon is held while the whole tree comes and
// goes.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

// The command lines of the ancestors of each detection of /bin/true under `command`, parent first; "-": not known.
struct Held {
  ScratchFolder folder;
  CommandResult ran;

  std::vector<std::string> watch(const std::string& script, const std::string& condition) {
    const std::string recipe = folder.write(
        "below.recipe", fmt::format("recipe below {{\n  title \"t\"\n  category execution\n  method m\n  importance high\n  "
                                    "attack [T1059]\n  on exec when process.name == \"true\" and ({})\n}}\n",
                                    condition));
    const std::string out = folder.path("out.jsonl");
    // The daemon is the parent of what it watches. It goes on in any case, so that the test ends.
    const std::string held = fmt::format(
        "trap 'kill -CONT $PPID' EXIT; kill -STOP $PPID\n"
        "until grep -q '^State:.T' /proc/$PPID/status; do :; done\n{}\n",
        script);
    ran = run_command({kReciped, "watch", "--recipes", recipe, "--output", out, "--", "/bin/sh", "-c", held});
    std::vector<std::string> all;
    for (const auto& detection : detections_in(folder.read("out.jsonl"))) {
      std::string lines;
      for (const auto& ancestor : detection["process"]["ancestors"])
        lines += ancestor.value("cmdline", "-").substr(0, 40) + '\n';
      all.push_back(lines);
    }
    return all;
  }
};

}  // namespace

TEST_CASE("a recipe that asks for an ancestor's command line has it when the ancestor is gone") {
  Held held;
  const auto seen = held.watch("sh -c ': outer; sh -c \"/bin/true a; :\"; :'",
                               "any p in process.ancestors: p.cmdline startswith \"sh -c : outer\"");
  INFO(held.ran.err);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].starts_with("sh -c /bin/true a; :\nsh -c : outer;"));
}

TEST_CASE("the parent's command line is the one that it had at the event, whatever it runs afterwards") {
  Held held;
  const auto seen = held.watch("sh -c ': first; /bin/true a; exec sh -c \": second\"'",
                               "process.parent.cmdline startswith \"sh -c : first\"");
  INFO(held.ran.err);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].starts_with("sh -c : first;"));

  // The second image has forked: what is kept is its own, and it is not told for the first one's.
  const auto both = held.watch("sh -c ': first; /bin/true a; exec sh -c \": second; /bin/true b; :\"'",
                               "process.parent.cmdline startswith \"sh -c : \"");
  INFO(held.ran.err);
  REQUIRE(both.size() == 1);
  CHECK(both[0].starts_with("sh -c : second;"));
}

TEST_CASE("an orphan's line of birth keeps its command lines") {
  Held held;
  const auto seen = held.watch(
      "sh -c ': starter; sh -c \"(while kill -0 $$; do sleep 0.01; done) 2>/dev/null; /bin/true a; :\" & :'; sleep 0.5",
      "any p in process.ancestors: p.cmdline startswith \"sh -c : starter\"");
  INFO(held.ran.err);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].find("sh -c : starter;") != std::string::npos);
}

TEST_CASE("what is too long to keep is not known where its process is gone") {
  Held held;
  const std::string padding(2000, 'x');
  const auto seen =
      held.watch(fmt::format("sh -c ': {}; /bin/true a; :'", padding), "not exists process.parent.cmdline or process.pid == 1");
  INFO(held.ran.err);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].starts_with("-\n"));
}

}  // namespace recipe::test
