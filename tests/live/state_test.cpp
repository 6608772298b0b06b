// SPDX-License-Identifier: Apache-2.0
// Sequences, counts and memories on the real machine: what several processes do together.
#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

// SCRIPT in a folder of its own, where `stage` is a program, under watch of the recipe.
struct Watched {
  ScratchFolder folder;
  CommandResult ran;

  std::vector<nlohmann::json> run(const std::string& recipe, const std::string& script,
                                  const std::vector<std::string>& more = {}) {
    const std::string file = folder.write("r.recipe", recipe), out = folder.path("out.jsonl");
    std::vector<std::string> words{kReciped, "watch", "--recipes", file, "--output", out};
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(),
                 {"--", "/bin/sh", "-c", "cd " + folder.path("") + "; cp \"$(readlink -f /bin/true)\" stage; " + script});
    ran = run_command(words);
    INFO(ran.err);
    CHECK(ran.code == 0);
    return detections_in(folder.read("out.jsonl"));
  }
};

constexpr const char* kStaged = R"(recipe staged {
  title "Made executable, then run" category execution importance high
  sequence by process.tree within 1m {
    allow: chmod when file.path endswith "/stage"
    run: exec when process.exe endswith "/stage"
  }
  message "{process.exe} was made executable and ran"
})";

}  // namespace

TEST_CASE("a sequence of two processes of one shell is detected, with the events of both") {
  Watched watched;
  const auto found = watched.run(kStaged, "chmod 755 stage; ./stage");
  REQUIRE(found.size() == 1);
  CHECK(found[0]["step"] == "run");
  CHECK(found[0]["event"]["type"] == "exec");
  REQUIRE(found[0]["events"].size() == 1);
  CHECK(found[0]["events"][0]["step"] == "allow");
  CHECK(found[0]["events"][0]["event"]["file"]["path"] == watched.folder.path("stage"));
  CHECK(found[0]["events"][0]["process"]["name"] == "chmod");
  CHECK(found[0]["events"][0]["why"]["terms"].size() == 1);
}

TEST_CASE("the steps in another order are no sequence") {
  Watched watched;
  CHECK(watched.run(kStaged, "./stage; chmod 755 stage").empty());
}

TEST_CASE("a step that must not come breaks the sequence off, and without it it is told") {
  const std::string recipe = R"(recipe unchecked {
    title "Not checked" category execution importance low
    sequence by process.parent within 1m {
      made: chmod when file.path endswith "/stage"
      not check: exec when process.name == sha256sum
      run: exec when process.exe endswith "/stage"
    }
  })";
  Watched checked, unchecked;
  CHECK(checked.run(recipe, "chmod 755 stage; sha256sum stage; ./stage").empty());
  CHECK(unchecked.run(recipe, "chmod 755 stage; ls; ./stage").size() == 1);
}

TEST_CASE("what does not come in time is told by the clock, while the command still runs") {
  Watched watched;
  const auto found =
      watched.run(R"(recipe left {
    title "Left behind" category execution importance low
    sequence by process.tree within 300ms {
      run: exec when process.exe endswith "/stage"
      not gone: unlink when file.path endswith "/stage"
    }
  })",
                  "./stage; sleep 1; rm stage; cp \"$(readlink -f /bin/true)\" stage; ./stage; rm stage; sleep 0.1");
  REQUIRE(found.size() == 1);
  CHECK(found[0]["process"]["name"] == "stage");
}

TEST_CASE("a count of one parent's children is detected, and another parent's are not added") {
  const std::string recipe = R"(recipe many {
    title "Many" category execution importance low
    on exec when process.exe endswith "/stage"
    count > 4 within 1m by process.parent
  })";
  Watched five, split;
  const auto found = five.run(recipe, "for i in 1 2 3 4 5 6; do ./stage $i; done");
  REQUIRE(found.size() == 1);
  CHECK(found[0]["counted"]["count"] == 5);
  CHECK(found[0]["event"]["argv"][1] == "5");
  CHECK(found[0]["events"].size() == 4);
  CHECK(split.run(recipe, "for i in 1 2 3 4; do ./stage; done; (for i in 1 2 3 4; do ./stage; done; :)").empty());
}

TEST_CASE("what a run has seen is remembered by the next one") {
  const std::string recipe = R"(recipe fresh {
    title "New" category execution importance low
    on exec when process.exe endswith "/stage"
    unless seen [argv] in 5d
  })";
  ScratchFolder kept;
  const std::vector<std::string> memory{"--seen", kept.path("seen.jsonl")};
  Watched first, again, without;
  CHECK(first.run(recipe, "./stage a; ./stage a; ./stage b", memory).size() == 2);
  CHECK(kept.read("seen.jsonl").find("recipe-seen") != std::string::npos);
  CHECK(again.run(recipe, "./stage a; ./stage c", memory).size() == 1);
  CHECK(without.run(recipe, "./stage a").size() == 1);
  CHECK(without.ran.err.find("--seen FILE") != std::string::npos);
}

TEST_CASE("a memory that is none is refused before the command runs") {
  Watched watched;
  const std::string file = watched.folder.write("seen.jsonl", "{\"format\":\"recipe-seen\",\"version\":99}\n");
  const std::string recipe =
      watched.folder.write("r.recipe", "recipe r { on exec when process.name == nc unless seen [argv] in 1d }");
  const CommandResult ran =
      run_command({kReciped, "watch", "--recipes", recipe, "--seen", file, "--", "/bin/sh", "-c", "echo ran"});
  CHECK(ran.code == 3);
  CHECK(ran.out.empty());
  CHECK(ran.err.find("line 1: is of version 99") != std::string::npos);
}

}  // namespace recipe::test
