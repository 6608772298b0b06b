// SPDX-License-Identifier: Apache-2.0
// The CI job in an environment: what each provider's own words become, and that nothing else of it is ever kept.
#include "runtime/context/ci_jobs.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/support/fork.h"

namespace recipe {
namespace {

using Environment = std::vector<std::string>;

std::string bytes_of(const Environment& variables) {
  std::string bytes;
  for (const std::string& variable : variables) bytes.append(variable).push_back('\0');
  return bytes;
}

CiJob job_of(const Environment& variables, size_t piece = std::string::npos) {
  JobVariables reader;
  const std::string bytes = bytes_of(variables);
  for (size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at))
    reader.add(std::string_view(bytes).substr(at, piece));
  return reader.job();
}

std::string value(const CiJob& job, FieldId field) {
  for (const auto& [known, text] : job) {
    if (known == field) return text;
  }
  return "-";
}

const Environment kGithub = {"HOME=/home/runner",
                             "GITHUB_ACTIONS=true",
                             "GITHUB_REPOSITORY=octo/app",
                             "GITHUB_WORKFLOW=build and test",
                             "GITHUB_JOB=test",
                             "GITHUB_RUN_ID=6180339887",
                             "GITHUB_RUN_ATTEMPT=2",
                             "GITHUB_SHA=9fceb02d0ae598e95dc970b74767f19372d61af8",
                             "GITHUB_REF=refs/pull/17/merge",
                             "GITHUB_ACTOR=octocat",
                             "GITHUB_SERVER_URL=https://github.com",
                             "ACTIONS_RUNTIME_TOKEN=s3cr3t-token",
                             "INPUT_TOKEN=s3cr3t-input"};

}  // namespace

TEST_CASE("a job of GitHub Actions, in pieces of any size") {
  const CiJob whole = job_of(kGithub);
  CHECK(value(whole, FieldId::ci_provider) == "github");
  CHECK(value(whole, FieldId::ci_repository) == "octo/app");
  CHECK(value(whole, FieldId::ci_workflow) == "build and test");
  CHECK(value(whole, FieldId::ci_job) == "test");
  CHECK(value(whole, FieldId::ci_sha) == "9fceb02d0ae598e95dc970b74767f19372d61af8");
  CHECK(value(whole, FieldId::ci_run_id) == "6180339887");
  CHECK(value(whole, FieldId::ci_run_attempt) == "2");
  CHECK(value(whole, FieldId::ci_ref) == "refs/pull/17/merge");
  CHECK(value(whole, FieldId::ci_pull_request) == "17");
  CHECK(value(whole, FieldId::ci_url) == "https://github.com/octo/app/actions/runs/6180339887/attempts/2");
  for (size_t piece = 1; piece < 40; ++piece) CHECK(job_of(kGithub, piece) == whole);
}

TEST_CASE("a push belongs to no pull request, and an attempt that is not told is not made up") {
  Environment push = {"GITHUB_ACTIONS=true", "GITHUB_REF=refs/heads/main", "GITHUB_RUN_ID=5", "GITHUB_REPOSITORY=octo/app",
                      "GITHUB_SERVER_URL=https://github.com"};
  const CiJob job = job_of(push);
  CHECK(value(job, FieldId::ci_pull_request) == "-");
  CHECK(value(job, FieldId::ci_run_attempt) == "-");
  CHECK(value(job, FieldId::ci_url) == "https://github.com/octo/app/actions/runs/5");
}

TEST_CASE("a job of GitLab CI") {
  const CiJob job =
      job_of({"GITLAB_CI=true", "CI_PROJECT_PATH=team/app", "CI_JOB_NAME=unit", "CI_PIPELINE_ID=88",
              "CI_CONFIG_PATH=.gitlab-ci.yml", "CI_COMMIT_SHA=abc", "CI_COMMIT_REF_NAME=main", "CI_MERGE_REQUEST_IID=4",
              "GITLAB_USER_LOGIN=ann", "CI_JOB_URL=https://gitlab.example/-/jobs/1", "CI_JOB_TOKEN=s3cr3t"});
  CHECK(value(job, FieldId::ci_provider) == "gitlab");
  CHECK(value(job, FieldId::ci_repository) == "team/app");
  CHECK(value(job, FieldId::ci_workflow) == ".gitlab-ci.yml");
  CHECK(value(job, FieldId::ci_pull_request) == "4");
  CHECK(value(job, FieldId::ci_url) == "https://gitlab.example/-/jobs/1");
}

TEST_CASE("a job of Jenkins; its agent is none") {
  CHECK(job_of({"JENKINS_URL=https://jenkins.example/", "JENKINS_SECRET=s3cr3t"}).empty());
  const CiJob job = job_of({"JENKINS_URL=https://jenkins.example/", "BUILD_TAG=jenkins-app-12", "JOB_NAME=app",
                            "BUILD_NUMBER=12", "GIT_URL=https://bot:s3cr3t@git.example/team/app.git", "GIT_COMMIT=abc",
                            "GIT_BRANCH=origin/main", "BUILD_URL=https://jenkins.example/job/app/12/"});
  CHECK(value(job, FieldId::ci_provider) == "jenkins");
  CHECK(value(job, FieldId::ci_repository) == "https://git.example/team/app.git");
  CHECK(value(job, FieldId::ci_ref) == "origin/main");
}

TEST_CASE("a job of Buildkite; `false` is no pull request") {
  Environment variables = {"BUILDKITE=true",
                           "BUILDKITE_REPO=git@git.example:team/app.git",
                           "BUILDKITE_PIPELINE_SLUG=app",
                           "BUILDKITE_STEP_KEY=unit",
                           "BUILDKITE_BUILD_NUMBER=7",
                           "BUILDKITE_COMMIT=abc",
                           "BUILDKITE_TAG=",
                           "BUILDKITE_BRANCH=main",
                           "BUILDKITE_PULL_REQUEST=false",
                           "BUILDKITE_BUILD_CREATOR=Ann",
                           "BUILDKITE_BUILD_URL=https://buildkite.com/x/app/builds/7",
                           "BUILDKITE_AGENT_ACCESS_TOKEN=s3cr3t"};
  const CiJob job = job_of(variables);
  CHECK(value(job, FieldId::ci_provider) == "buildkite");
  CHECK(value(job, FieldId::ci_job) == "unit");
  CHECK(value(job, FieldId::ci_ref) == "main");
  CHECK(value(job, FieldId::ci_pull_request) == "-");
}

TEST_CASE("a job of CircleCI") {
  const CiJob job = job_of({"CIRCLECI=true", "CIRCLE_PROJECT_USERNAME=octo", "CIRCLE_PROJECT_REPONAME=app", "CIRCLE_JOB=unit",
                            "CIRCLE_WORKFLOW_ID=1-2", "CIRCLE_BUILD_NUM=9", "CIRCLE_SHA1=abc", "CIRCLE_BRANCH=main",
                            "CIRCLE_PULL_REQUEST=https://github.com/octo/app/pull/17", "CIRCLE_USERNAME=ann",
                            "CIRCLE_BUILD_URL=https://circleci.com/gh/octo/app/9"});
  CHECK(value(job, FieldId::ci_provider) == "circleci");
  CHECK(value(job, FieldId::ci_repository) == "octo/app");
  CHECK(value(job, FieldId::ci_pull_request) == "17");
}

TEST_CASE("what only looks like a job is none, the first of two counts, and what is too long or cut is not there") {
  CHECK(job_of({}).empty());
  CHECK(job_of({"GITHUB_ACTIONS=false", "GITHUB_JOB=x"}).empty());
  CHECK(job_of({"XGITHUB_ACTIONS=true"}).empty());
  CHECK(job_of({"GITHUB_ACTIONS"}).empty());
  CHECK(job_of({"GITHUB_ACTIONS=true=true"}).empty());
  CHECK(value(job_of({"GITHUB_ACTIONS=true", "GITHUB_JOB=a", "GITHUB_JOB=b"}), FieldId::ci_job) == "a");
  const std::string most(JobVariables::kMaxValueBytes, 'j');
  CHECK(value(job_of({"GITHUB_ACTIONS=true", "GITHUB_JOB=" + most}), FieldId::ci_job) == most);
  CHECK(value(job_of({"GITHUB_ACTIONS=true", "GITHUB_JOB=" + most + "j"}), FieldId::ci_job) == "-");
  CHECK(value(job_of({std::string(5000, 'N') + "=x", "GITHUB_ACTIONS=true", "=", "", "==", "GITHUB_JOB=a"}), FieldId::ci_job) ==
        "a");
  JobVariables cut;
  cut.add(bytes_of({"GITHUB_ACTIONS=true"}) + "GITHUB_JOB=tes");
  CHECK(value(cut.job(), FieldId::ci_job) == "-");
}

TEST_CASE("no variable outside the table ever appears, whatever an environment holds") {
  const auto names = JobVariables::names();
  CHECK(std::is_sorted(names.begin(), names.end()));
  for (const std::string_view name : names) {
    INFO(name);
    for (const char* word : {"TOKEN", "SECRET", "PASSWORD", "PASSPHRASE", "KEY_ID", "CREDENTIAL", "AUTH"}) {
      INFO(word);
      const bool author = name == "CHANGE_AUTHOR";
      CHECK((author || name.find(word) == std::string_view::npos));
    }
  }
  std::mt19937 random(20261130);
  const auto below = [&](size_t n) { return random() % n; };
  for (int round = 0; round < 2000; ++round) {
    Environment variables = {"GITHUB_ACTIONS=true"};
    switch (round % 5) {
      case 1:
        variables = {"GITLAB_CI=true"};
        break;
      case 2:
        variables = {"BUILD_TAG=jenkins-x"};
        break;
      case 3:
        variables = {"BUILDKITE=true"};
        break;
      case 4:
        variables = {"CIRCLECI=true"};
        break;
    }
    for (size_t i = below(40); i-- > 0;) {
      std::string name(names[below(names.size())]);
      const bool allowed = below(2) == 0;
      if (!allowed) {  // close to one that is allowed
        const size_t at = below(name.size());
        if (below(2) == 0) name[at] = static_cast<char>('A' + below(26));
        if (below(2) == 0) name += static_cast<char>('A' + below(26));
        if (below(2) == 0) name.erase(0, 1);
      }
      const bool is_name = std::binary_search(names.begin(), names.end(), name);
      variables.push_back(name + "=" + (is_name ? "allowed" : "s3cr3t") + std::string(below(5), 'x'));
    }
    std::shuffle(variables.begin(), variables.end(), random);
    for (const auto& [field, text] : job_of(variables, 1 + below(64))) CHECK(text.find("s3cr3t") == std::string::npos);
  }
}

TEST_CASE("a real process's environment of nearly two mebibytes is read up to its bound, and another program's anew") {
  ProcTable proc;
  CiJobs jobs;
  const auto job = [&](const test::Fork& fork) {
    const auto pid = static_cast<uint32_t>(fork.pid());
    const ProcEntry* entry = proc.find(pid, std::nullopt);
    REQUIRE(entry != nullptr);
    return value(jobs.of(proc, pid, *entry), FieldId::ci_job);
  };
  const auto start = [](bool behind) {
    return [behind] {
      std::vector<std::string> variables;
      // One may have 128 KiB at most.
      for (int i = 0; i < 17; ++i) variables.push_back("BIG" + std::to_string(i) + "=" + std::string(120'000, 'x'));
      variables.insert(behind ? variables.end() : variables.begin(), {"GITHUB_ACTIONS=true", "GITHUB_JOB=huge"});
      std::vector<char*> pointers;
      for (std::string& variable : variables) pointers.push_back(variable.data());
      pointers.push_back(nullptr);
      char program[] = "/bin/sleep", words[] = "60";
      char* arguments[] = {program, words, nullptr};
      execve(program, arguments, pointers.data());
    };
  };
  const test::Fork before(start(false)), behind(start(true)), none([] {});
  CHECK(job(before) == "huge");
  CHECK(job(before) == "huge");
  CHECK(job(behind) == "-");
  CHECK(job(none) == "-");
}

}  // namespace recipe
