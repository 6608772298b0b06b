// SPDX-License-Identifier: Apache-2.0
// Where short-lived processes run, as the real daemon tells it once they have gone: container, file, package, CI job.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/live/daemon.h"
#include "tests/support/cgroup.h"
#include "tests/support/skip.h"

namespace recipe::test {
namespace {

const std::string kId = "4f1c7f3c9d0b2a6e8f5d1c3b7a9e0f2d4c6b8a0e1f3d5c7b9a8e6f4d2c0b1a3e";

bool in_ci() {
  for (const char* variable : {"GITHUB_ACTIONS", "GITLAB_CI", "BUILD_TAG", "BUILDKITE", "CIRCLECI"}) {
    if (std::getenv(variable) != nullptr) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a detection tells which file was executed, by whose right, and whose package it is, of a process that has gone") {
  const Scene scene;
  const auto ran = scene.watch("perl -e 1 " + scene.marker + "; cp $(command -v perl) " + scene.folder.path("perl") + "; " +
                               scene.folder.path("perl") + " -e 2 " + scene.marker);
  INFO(ran.err);
  const auto seen = scene.marked();
  REQUIRE(seen.size() == 2);
  const auto& process = seen[0]["process"];
  INFO(seen[0].dump(2));
  struct stat file {
  }, mounts{};
  REQUIRE(stat(process["exe"].get<std::string>().c_str(), &file) == 0);
  REQUIRE(stat("/proc/self/ns/mnt", &mounts) == 0);
  CHECK(process["file"]["inode"] == file.st_ino);
  CHECK(process["file"]["mode"] == file.st_mode);
  CHECK(process["file"]["uid"] == file.st_uid);
  CHECK(process["file"]["gid"] == file.st_gid);
  CHECK(process["file"]["device"] > 0);
  CHECK_FALSE(process["file"]["filesystem"].get<std::string>().empty());
  CHECK(process["namespaces"]["mount"] == mounts.st_ino);
  CHECK(process["cgroup_id"] > 0);
  const auto capabilities = process["capabilities"].get<std::vector<std::string>>();
  CHECK(std::find(capabilities.begin(), capabilities.end(), "sys_admin") != capabilities.end());
  CHECK_FALSE(seen[0].contains("container"));
  if (!std::filesystem::exists("/var/lib/dpkg/status")) SKIP_TEST("this machine has no packages of dpkg");
  CHECK(seen[0]["package"]["name"] == "perl-base");
  CHECK(seen[0]["package"]["owned"] == true);
  CHECK_FALSE(seen[0]["package"]["version"].get<std::string>().empty());
  CHECK(seen[1]["package"] == nlohmann::json({{"owned", false}}));
}

TEST_CASE("a recipe that asks for the container sees the process in it, gone at once, and not the same on the host") {
  const std::string mount = cgroup2_mount();
  if (mount.empty()) SKIP_TEST("this kernel has no cgroups of version 2");
  Scene scene;
  scene.recipe = scene.folder.write(
      "perl_code.recipe",
      "recipe perl_code {\n  title \"Perl in Docker\"\n  category execution\n  method command_and_scripting_interpreter\n"
      "  importance high\n  attack [T1059]\n  version 1\n  status stable\n"
      "  on exec when process.name == perl and container.runtime == docker\n  message \"{container.id}\"\n}\n");
  const Cgroup cgroup(mount, "/recipe_live_" + std::to_string(getpid()) + "/docker-" + kId + ".scope");
  REQUIRE(cgroup.ok());
  const auto ran = scene.watch("perl -e 1 " + scene.marker + "; echo 0 > " + cgroup.path() + "/cgroup.procs; perl -e 2 " +
                               scene.marker + "; echo 0 > " + mount + "/cgroup.procs");
  INFO(ran.err);
  const auto seen = scene.marked();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0]["event"]["argv"][2] == "2");
  CHECK(seen[0]["message"] == kId);
  CHECK(seen[0]["container"] == nlohmann::json({{"id", kId}, {"runtime", "docker"}}));
  CHECK(seen[0]["process"]["cgroup_id"] == cgroup.number());
}

TEST_CASE("a program in another mount namespace has no package of ours") {
  const Scene scene;
  const auto ran = scene.watch("unshare -m perl -e 1 " + scene.marker);
  INFO(ran.err);
  const auto seen = scene.marked();
  REQUIRE(seen.size() == 1);
  struct stat mounts {};
  REQUIRE(stat("/proc/self/ns/mnt", &mounts) == 0);
  CHECK(seen[0]["process"]["namespaces"]["mount"] != mounts.st_ino);
  CHECK_FALSE(seen[0].contains("package"));
}

TEST_CASE("the job is told of a process that cleared its environment, and no secret of it ever") {
  if (in_ci()) SKIP_TEST("this test runs in a CI job: its own would be told");
  const Scene scene;
  const std::string script = "env -i GITHUB_REPOSITORY=evil/app GITHUB_ACTIONS=true $(command -v perl) -e 1 " + scene.marker;
  const auto ran = run_command(
      {kReciped, "watch", "--recipes", scene.recipe, "--output", scene.out, "--", "/bin/sh", "-c", script + "; true"}, {},
      {"GITHUB_ACTIONS=true", "GITHUB_REPOSITORY=octo/app", "GITHUB_JOB=test", "GITHUB_REF=refs/pull/17/merge",
       "GITHUB_RUN_ID=61", "ACTIONS_RUNTIME_TOKEN=s3cr3t-of-the-run"});
  INFO(ran.err);
  const auto seen = scene.marked();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0]["ci"] == nlohmann::json({{"provider", "github"},
                                         {"repository", "octo/app"},
                                         {"job", "test"},
                                         {"run_id", "61"},
                                         {"ref", "refs/pull/17/merge"},
                                         {"pull_request", "17"}}));
  CHECK(scene.folder.read("out.jsonl").find("s3cr3t") == std::string::npos);
}

}  // namespace recipe::test
