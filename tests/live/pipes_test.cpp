// SPDX-License-Identifier: Apache-2.0
// process.stdin.writers, live: real pipelines, whose processes a shell forks at nearly the same time, seen by the real daemon.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

constexpr int kTimes = 20;  // the reader comes before its writer in some of them

struct Pipelines {
  ScratchFolder folder;
  CommandResult ran;

  // The names that were told of each detection of `recipe`, as one text, in the order in which they came.
  std::vector<std::string> watch(const std::string& recipes, const std::string& script) {
    const std::string out = folder.path("out.jsonl");
    ran = run_command({kReciped, "watch", "--recipes", recipes, "--output", out, "--", "/bin/bash", "-c", script});
    std::vector<std::string> all;
    for (const auto& detection : detections_in(folder.read("out.jsonl"))) {
      std::string names = detection["recipe"].get<std::string>() + ":";
      if (detection["process"].contains("stdin") && detection["process"]["stdin"].contains("writers")) {
        for (const auto& name : detection["process"]["stdin"]["writers"]) names += " " + name.get<std::string>();
      }
      all.push_back(names);
    }
    return all;
  }

  // A recipe about a marked process, when its writers make `condition` true.
  std::string recipe(const std::string& condition) {
    return folder.write("fed.recipe", fmt::format("recipe fed {{\n  title \"t\"\n  category execution\n  method m\n  "
                                                  "importance high\n  attack [T1059]\n  on exec when {}\n}}\n",
                                                  condition));
  }
};

const std::string kShell = "process.name in [dash, bash, sh] and process.traits has stdin_pipe and argv contains \"-s\" and ";

}  // namespace

TEST_CASE("a decoder that feeds a shell is named, every time") {
  Pipelines pipelines;
  const std::string recipe = pipelines.recipe(kShell + "process.stdin.writers contains base64");
  const auto seen =
      pipelines.watch(recipe, fmt::format("for i in $(seq {}); do printf 'ZXhpdA==' | base64 -d | sh -s; done", kTimes));
  INFO(pipelines.ran.err);
  CHECK(pipelines.ran.err.find("lost      nothing") != std::string::npos);
  REQUIRE(seen.size() == kTimes);
  for (const std::string& each : seen) CHECK(each.starts_with("fed: base64"));
}

TEST_CASE("a chain of three is told from its near end to its far one") {
  Pipelines pipelines;
  const std::string recipe = pipelines.recipe(kShell + "process.stdin.writers contains all [base64, tr, cat]");
  const std::string text = pipelines.folder.write("text", "ZXhpdA==\n");
  const auto seen = pipelines.watch(
      recipe, fmt::format("for i in $(seq {}); do cat {} | tr -d '\\n' | base64 -d | sh -s; done", kTimes, text));
  INFO(pipelines.ran.err);
  REQUIRE(seen.size() == kTimes);
  for (const std::string& each : seen) CHECK(each == "fed: base64 tr cat");
}

TEST_CASE("an interpreter that reads its program from a pipe knows whose it is") {
  Pipelines pipelines;
  const std::string recipe = pipelines.recipe("process.name like \"python3*\" and process.stdin.writers contains cat");
  const std::string text = pipelines.folder.write("text.py", "pass\n");
  const auto seen = pipelines.watch(recipe, fmt::format("for i in $(seq {}); do cat {} | python3 -; done", kTimes, text));
  INFO(pipelines.ran.err);
  REQUIRE(seen.size() == kTimes);
  for (const std::string& each : seen) CHECK(each == "fed: cat");
}

TEST_CASE("a builtin that writes is nobody once it is gone, a subshell that stays is the shell") {
  Pipelines pipelines;
  const std::string nobody = pipelines.recipe(kShell + "not exists process.stdin.writers");
  CHECK(pipelines.watch(nobody, "echo exit | { sleep 0.2; exec sh -s; }") == std::vector<std::string>{"fed:"});
  const std::string shell = pipelines.recipe(kShell + "process.stdin.writers contains bash");
  CHECK(pipelines.watch(shell, "{ until [ $SECONDS -ge 4 ]; do :; done; echo exit; } | sh -s") ==
        std::vector<std::string>{"fed: bash"});
}

TEST_CASE("the exec of a reader says which pipe it reads") {
  Pipelines pipelines;
  const std::string recipe = pipelines.recipe(kShell + "process.stdin.pipe > 0");
  CHECK(pipelines.watch(recipe, "printf exit | sh -s; sh -s </dev/null; printf exit | sh -s").size() == 2);
}

TEST_CASE("the library's recipes about fed interpreters fire on real pipelines") {
  Pipelines pipelines;
  const std::string rules = RECIPE_SOURCE_DIR "/rules";
  // A downloader needs a network: what counts is its name.
  const std::string text = pipelines.folder.write("text", "exit\n");
  const std::string script = fmt::format(
      "cp /bin/cat {0}/curl && {0}/curl {1} | sh; base64 {1} | base64 -d | sh -s; "
      "base64 {1} | base64 >/dev/null; env | {0}/curl - >/dev/null",
      pipelines.folder.path(), text);
  const auto seen = pipelines.watch(rules, script);
  INFO(nlohmann::json(seen).dump(2) << pipelines.ran.err);
  for (const char* each : {"download_piped_to_interpreter: curl", "decoder_feeds_interpreter: base64 base64",
                           "encoded_twice: base64", "environment_sent: env"})
    CHECK(std::find(seen.begin(), seen.end(), each) != seen.end());
}

}  // namespace recipe::test
