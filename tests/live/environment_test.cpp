// SPDX-License-Identifier: Apache-2.0
// env, live: what a program was really executed with, seen by the real daemon; and that secrets stay where they are.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

struct Environments {
  ScratchFolder folder;
  CommandResult ran;
  std::string text;  // of all detections

  std::vector<nlohmann::json> watch(const std::string& recipes, const std::string& script) {
    const std::string out = folder.path("out.jsonl");
    ran = run_command({kReciped, "watch", "--recipes", recipes, "--output", out, "--", "/bin/bash", "-c", script});
    text = folder.read("out.jsonl");
    return detections_in(text);
  }
  std::string recipe(const std::string& condition) {
    return folder.write("env.recipe", fmt::format("recipe env_read {{\n  title \"t\"\n  category execution\n  method m\n  "
                                                  "importance high\n  attack [T1059]\n  on exec when {}\n}}\n",
                                                  condition));
  }
};

}  // namespace

TEST_CASE("a variable is seen as the program was given it, and no other stands in the detection") {
  Environments environments;
  const std::string recipe =
      environments.recipe("process.name == perl and env[\"MARK\"] under \"/tmp\" and exists env[\"SET\"]");
  const auto seen =
      environments.watch(recipe,
                         "export SECRET=$(printf s3; printf cr3t); MARK=/tmp/x SET= perl -e 1; MARK=/usr/x SET= perl -e 1; "
                         "MARK=/tmp/x perl -e 1; XMARK=/tmp/x SET= perl -e 1");
  INFO(environments.ran.err);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0]["event"]["env"] == nlohmann::json({{"MARK", "/tmp/x"}, {"SET", ""}}));
  CHECK(environments.text.find("s3cr3t") == std::string::npos);
}

TEST_CASE(
    "an environment that the kernel cuts is completed while its process lives, and else the detection says that it is open") {
  Environments environments;
  const std::string recipe = environments.recipe("process.name in [perl, sleep] and env[\"MARK\"] == \"1\"");
  // 60 KiB of others before it, and an exec that is gone before anybody looks.
  const std::string filler = "for i in $(seq 60); do export F$i=$(head -c 1000 /dev/zero | tr '\\0' f); done; ";
  const auto open = environments.watch(recipe, filler + "MARK=2 sleep 0.3; exit 0");
  INFO(environments.ran.err);
  CHECK(open.empty());
  const auto whole = environments.watch(recipe, filler + "MARK=1 sleep 0.3; exit 0");
  REQUIRE(whole.size() == 1);
  CHECK_FALSE(whole[0]["why"].contains("truncated"));
  CHECK(whole[0]["event"]["env"] == nlohmann::json({{"MARK", "1"}}));
}

TEST_CASE("the library's recipes about environments fire on real programs") {
  Environments environments;
  const auto seen = environments.watch(RECIPE_SOURCE_DIR "/rules",
                                       "PERL5OPT=-d PERL5DB='exit(0);' perl -e 1; GIT_SSH_COMMAND='sh -c id' git --version; "
                                       "PYTHONHTTPSVERIFY=0 python3 -c pass; GCONV_PATH=. mount --version; exit 0");
  INFO(environments.ran.err);
  std::string names;
  for (const auto& each : seen) names += each["recipe"].get<std::string>() + " ";
  INFO(names);
  CHECK(names.find("interpreter_code_in_environment") != std::string::npos);
  CHECK(names.find("git_program_from_environment") != std::string::npos);
  CHECK(names.find("certificate_check_off") != std::string::npos);
  CHECK(names.find("setuid_program_with_hostile_environment") != std::string::npos);
}

}  // namespace recipe::test
