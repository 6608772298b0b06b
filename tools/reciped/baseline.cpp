// SPDX-License-Identifier: Apache-2.0
// The file is small and read whole before COMMAND runs: a baseline that COMMAND rewrites judges nothing.
#include "tools/reciped/baseline.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/artefact/merge.h"
#include "runtime/base/address.h"
#include "runtime/baseline/observed.h"
#include "runtime/report/redact.h"
#include "runtime/report/report.h"
#include "tools/reciped/command.h"
#include "tools/reciped/kept_file.h"

namespace recipe::reciped {
namespace {

namespace fs = std::filesystem;

// Counters of loss that say nothing about what was observed.
constexpr std::string_view kNotOurs[] = {"sink_refused", "marks_evicted", "state_evicted"};

// As the kernel shows it: absolute, links resolved.
void add_folder(RunPlaces& places, const char* path, std::string_view name) {
  if (path == nullptr || *path == '\0') return;
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (!error && real.has_relative_path()) places.folders.emplace_back(real.string(), name);
}

void add_resolvers(RunPlaces& places) {
  std::ifstream in("/etc/resolv.conf");
  std::string line;
  for (int number = 0; number < 64 && std::getline(in, line); ++number) {
    std::istringstream words(line);
    std::string key, value;
    words >> key;
    while (words >> value) {
      if (key == "nameserver") {
        if (const auto address = parse_address(value)) places.resolvers.push_back(format_address(*address));
      } else if (key == "search" || key == "domain") {
        std::transform(value.begin(), value.end(), value.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        if (value.ends_with('.')) value.pop_back();
        if (!value.empty()) places.search.push_back(value);
      }
    }
  }
}

}  // namespace

RunPlaces places_of_run() {
  RunPlaces places;
  // The first that is set: the folder of the checked-out repository on GitHub, GitLab, Jenkins, Buildkite; else where we stand.
  std::error_code error;
  const std::string here = fs::current_path(error).string();
  const char* workspace = nullptr;
  for (const char* name : {"GITHUB_WORKSPACE", "CI_PROJECT_DIR", "WORKSPACE", "BUILDKITE_BUILD_CHECKOUT_PATH"}) {
    if (workspace == nullptr || *workspace == '\0') workspace = std::getenv(name);
  }
  const char* home = std::getenv("HOME");
  if (workspace != nullptr && *workspace != '\0') {
    add_folder(places, workspace, "workspace");
  } else if (home == nullptr || fs::path(here) != fs::path(home)) {
    add_folder(places, here.c_str(), "workspace");
  }
  add_folder(places, std::getenv("RUNNER_TEMP"), "temp");
  add_folder(places, std::getenv("TMPDIR"), "temp");
  for (const char* temp : {"/tmp", "/var/tmp", "/dev/shm"}) add_folder(places, temp, "temp");
  add_folder(places, std::getenv("RUNNER_TOOL_CACHE"), "tools");
  add_folder(places, home, "home");
  add_resolvers(places);
  return places;
}

void BaselineOptions::declare(CLI::App& command) {
  auto* baseline =
      command.add_option("--baseline", path_, "what COMMAND usually does; what it does besides is reported as new")
          ->type_name("FILE");
  command.add_flag("--learn", learn_, "write or widen FILE of --baseline by what COMMAND does")->needs(baseline);
}

int BaselineOptions::open(Artefact& artefact) {
  std::error_code error;
  if (fs::exists(path_, error)) {
    const Result<std::string> text = read_kept_file(path_, Baseline::kMostBytes);
    Result<Baseline> parsed = text.ok() ? Baseline::parse(*text) : text.error();
    if (!parsed.ok()) {
      complain("--baseline `" + printable(path_) + "`: " + parsed.error().message());
      return kUsage;
    }
    baseline_ = std::move(*parsed);
  } else if (!learn_) {
    complain("--baseline `" + printable(path_) + "`: there is no such file; `--learn` writes it from what COMMAND does");
    return kUsage;
  }
  std::vector<Artefact> parts;
  parts.push_back(std::move(artefact));
  parts.push_back(observed());
  Result<Artefact> merged = merge(std::move(parts));
  if (!merged.ok()) {
    complain("--baseline: " + merged.error().message());
    return kRecipeError;
  }
  artefact = std::move(*merged);
  return kClean;
}

void BaselineOptions::observe(Live& live, bool show_secrets) {
  observer_ = std::make_unique<Observer>(places_of_run(), getpid(), [show_secrets](std::string& text) {
    if (!show_secrets) (void)redact(text);
  });
  live.observe([this](const Event& event, std::string_view recipe) { observer_->observe(event, recipe); });
}

int BaselineOptions::finish(Coverage& coverage) {
  BaselineCoverage result;
  result.file = path_;
  result.incomplete = !baseline_.incomplete().empty();
  for (const EventId event : Observer::events()) {
    const std::string name(info(event).name);
    if (std::find(coverage.probes.begin(), coverage.probes.end(), name) != coverage.probes.end()) continue;
    result.gaps.push_back("no probe here sees " + name);
  }
  for (const Coverage::Count& count : coverage.counts) {
    const bool ours = std::find(std::begin(kNotOurs), std::end(kNotOurs), count.counter) == std::end(kNotOurs);
    if (count.loss == Coverage::Loss::kLost && ours)
      result.gaps.push_back(fmt::format("{} {} ({})", count.count, count.counter, count.doc));
  }
  if (!coverage.obstacle.empty()) result.gaps.push_back("watching ended early");
  if (const uint64_t dropped = observer_->without_room(); dropped > 0) {
    result.gaps.push_back(
        fmt::format("{} events of more than {} different things were not told apart", dropped, Observer::kMostThings));
  }
  observer_->compare(baseline_, result);
  Status written = Done{};
  if (learn_) {
    const size_t dropped = baseline_.widen(observer_->things());
    if (dropped > 0)
      result.gaps.push_back(fmt::format("{} things found no room among {} entries", dropped, Baseline::kMostEntries));
    std::string why;
    for (const std::string& gap : result.gaps) why += (why.empty() ? "" : "; ") + gap;
    baseline_.set_incomplete(why);
    result.incomplete = !why.empty();
    result.learnt = true;
    written = replace_kept_file(path_, baseline_.print());
  }
  result.entries = baseline_.size();
  if (!written.ok()) {
    complain("--baseline: " + written.error().message());
    result.gaps.push_back("the baseline could not be written");
    result.learnt = false;
  }
  coverage.baseline = std::move(result);
  return written.ok() ? kClean : kFault;
}

}  // namespace recipe::reciped
