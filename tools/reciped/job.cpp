// SPDX-License-Identifier: Apache-2.0
// Only variables that name places and runs are read, none that holds a secret.
#include "tools/reciped/job.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

namespace recipe::reciped {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_hexadecimal(std::string_view text) {
  return !text.empty() && text.size() % 2 == 0 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// "owner/repo/.github/workflows/ci.yml@refs/heads/main" → ".github/workflows/ci.yml"
std::string workflow_of(std::string reference) {
  reference.resize(std::min(reference.size(), reference.find('@')));
  for (int component = 0; component < 2; ++component) {
    const size_t slash = reference.find('/');
    if (slash == std::string::npos) return "";
    reference.erase(0, slash + 1);
  }
  return reference;
}

PrintOptions github() {
  PrintOptions options;
  const std::string server = variable("GITHUB_SERVER_URL"), repository = server + "/" + variable("GITHUB_REPOSITORY");
  options.workflow = workflow_of(variable("GITHUB_WORKFLOW_REF"));
  if (const std::string sha = variable("GITHUB_SHA"); is_hexadecimal(sha)) {
    options.subjects.push_back({"git+" + repository, "gitCommit", sha});
  }
  options.host = server;
  options.build_type = "https://actions.github.io/buildtypes/workflow/v1";
  options.run = repository + "/actions/runs/" + variable("GITHUB_RUN_ID") + "/attempts/" + variable("GITHUB_RUN_ATTEMPT");
  return options;
}

PrintOptions gitlab() {
  PrintOptions options;
  // The file may lie in another project or on another server: then it is none of this repository.
  const std::string file = variable("CI_CONFIG_PATH");
  if (file.find('@') == std::string::npos && file.find("://") == std::string::npos) options.workflow = file;
  if (const std::string sha = variable("CI_COMMIT_SHA"); is_hexadecimal(sha)) {
    options.subjects.push_back({"git+" + variable("CI_PROJECT_URL"), "gitCommit", sha});
  }
  options.host = variable("CI_SERVER_URL");
  options.build_type = "https://docs.gitlab.com/ci/";
  options.run = variable("CI_JOB_URL");
  return options;
}

}  // namespace

PrintOptions job_options() {
  PrintOptions options;
  if (variable("GITHUB_ACTIONS") == "true") {
    options = github();
  } else if (variable("GITLAB_CI") == "true") {
    options = gitlab();
  }
  char name[HOST_NAME_MAX + 1] = {};
  if (gethostname(name, sizeof name - 1) != 0) name[0] = '\0';
  if (options.host.empty()) options.host = "urn:recipe:host:" + std::string(name);
  if (options.build_type.empty()) options.build_type = "urn:recipe:command";
  if (options.run.empty()) options.run = std::string(name) + "/" + std::to_string(getpid());
  return options;
}

Result<PrintOptions::Subject> parse_subject(const std::string& text) {
  const size_t equals = text.rfind('='), colon = text.find(':', equals == std::string::npos ? 0 : equals);
  if (equals == std::string::npos || equals == 0 || colon == std::string::npos || colon == equals + 1) {
    return Error{"`" + text + "` is no subject: write it as NAME=sha256:DIGEST"};
  }
  PrintOptions::Subject subject{text.substr(0, equals), text.substr(equals + 1, colon - equals - 1), text.substr(colon + 1)};
  if (!is_hexadecimal(subject.digest))
    return Error{"`" + subject.digest + "` is no digest: it has hexadecimal digits in lower case"};
  return subject;
}

}  // namespace recipe::reciped
