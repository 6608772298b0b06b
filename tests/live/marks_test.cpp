// SPDX-License-Identifier: Apache-2.0
// Marks on the real machine: the library's recipe about programs that are removed by what they start, and honest twins.
#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

// A copy of the shell in a folder of /tmp; what SCRIPT does with it, under watch of the recipe. $A is the copy.
struct Deletion {
  ScratchFolder folder;
  std::string copy = folder.path("agent");
  CommandResult ran;

  std::vector<nlohmann::json> watch(const std::string& script) {
    const std::string out = folder.path("out.jsonl");
    ran = run_command({kReciped, "watch", "-I", std::string(RECIPE_SOURCE_DIR) + "/rules", "--recipes",
                       std::string(RECIPE_SOURCE_DIR) + "/rules/defense_evasion/binary_self_deletion.recipe", "--output", out,
                       "--", "/bin/sh", "-c", "A=" + copy + "; cp \"$(readlink -f /bin/sh)\" $A; " + script});
    return detections_in(folder.read("out.jsonl"));
  }
};

}  // namespace

TEST_CASE("a program that has itself removed is seen, with who executed it and when") {
  Deletion scene;
  const auto found = scene.watch("$A -c 'rm -f $0; true'");
  INFO(scene.ran.err);
  REQUIRE(found.size() == 1);
  CHECK(found[0]["recipe"] == "binary_self_deletion");
  CHECK(found[0]["event"]["file"]["path"] == scene.copy);
  CHECK(found[0]["process"]["name"] == "rm");
  const std::string why = found[0]["why"].dump();
  CHECK(why.find("runs_from_shared_folder, by recipe `binary_self_deletion` at 2") != std::string::npos);
  CHECK(why.find("executed_in_shared_folder, by recipe `binary_self_deletion` at 2") != std::string::npos);
}

TEST_CASE("it is seen where the program goes on as another one, and where a grandchild removes it") {
  Deletion other, deep;
  CHECK(other.watch("$A -c 'exec rm -f $0'").size() == 1);
  CHECK(deep.watch("$A -c '(sh -c \"rm -f $0\")' ").size() == 1);
}

TEST_CASE("who started it may clean up, and it may remove other files") {
  Deletion starter, files, unused;
  CHECK(starter.watch("$A -c :; rm -f $A").empty());
  CHECK(starter.ran.code == 0);
  CHECK(files.watch("touch $A.lock; $A -c 'rm -f $0.lock; true'").empty());
  CHECK(unused.watch("rm -f $A").empty());
}

}  // namespace recipe::test
