// SPDX-License-Identifier: Apache-2.0
// What the server does between messages: checks the file that is typed in, reads the workspace piece by piece, checks the
// whole set in a job, sends diagnostics.
#include <algorithm>
#include <utility>

#include "tools/recipec/lsp/server.h"

namespace recipe::lsp {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr milliseconds kSlice{8};  // of reading the workspace: a request waits at most so long and one file's parse
constexpr milliseconds kLongestPause{2000};

bool holds(const Json& all, const Json& finding) {
  return std::any_of(all.begin(), all.end(), [&](const Json& each) {
    return each.at("range") == finding.at("range") && member(each, "code") == member(finding, "code");
  });
}

}  // namespace

// The file first, then, once nobody types, every other open one: it may import this one.
void Server::changed(const File& file) {
  std::erase(to_check_, file.path);
  to_check_.insert(to_check_.begin(), file.path);
  add_open_files();
  // A file whose check is slow is checked at longer pauses.
  check_at_ = Clock::now() + std::min(std::max(options_.typing_pause, 2 * last_check_), kLongestPause);
  set_due_ = true;
  set_at_ = Clock::now() + options_.set_pause;
}

void Server::add_open_files() {
  for (const auto& [path, each] : session_.workspace.files()) {
    if (each.version && std::find(to_check_.begin(), to_check_.end(), path) == to_check_.end()) to_check_.push_back(path);
  }
}

std::optional<Clock::time_point> Server::work(Clock::time_point now) {
  if (!initialized_ || shut_down_) return std::nullopt;
  std::erase_if(tests_, [&](const TestRun& run) {
    if (!run.job->is_late(now)) return false;
    refuse(run.id, {kRequestFailed, "the tests took more than a minute and were stopped"});
    return true;
  });
  if (set_job_ != nullptr && set_job_->is_late(now)) set_job_.reset();
  if (!to_check_.empty() && now >= check_at_) {
    const std::string path = to_check_.front();
    to_check_.erase(to_check_.begin());
    check(path);
  } else if (!indexed_) {
    const Clock::time_point stop = now + kSlice;
    indexed_ = session_.workspace.index_some([&] { return Clock::now() >= stop; });
    // What other files declare is known only now.
    if (indexed_) add_open_files();
  } else if (set_due_ && now >= set_at_) {
    start_set_check();
  }
  std::optional<Clock::time_point> next;
  const auto at = [&](Clock::time_point when) { next = next ? std::min(*next, when) : when; };
  if (!indexed_) at(now);
  if (!to_check_.empty()) at(check_at_);
  if (set_due_) at(set_at_);
  if (set_job_ != nullptr || !tests_.empty()) at(now + std::chrono::seconds(1));
  return next;
}

void Server::check(const std::string& path) {
  const File* file = session_.workspace.find(path);
  if (file == nullptr || !file->version) return;
  const Clock::time_point before = Clock::now();
  (void)session_.analysis(*file);
  last_check_ = duration_cast<milliseconds>(Clock::now() - before);
  publish(path);
}

// Of an open file what was found while typing, and of every file what the whole set has brought, if it was of this text.
void Server::publish(const std::string& path) {
  const File* file = session_.workspace.find(path);
  Json all = Json::array();
  const auto analysis = session_.analyses.find(path);
  // Typed in since: its places are those of a text that is no more, and a check of the new one is due.
  if (file != nullptr && file->version && analysis != session_.analyses.end() && analysis->second.changes != file->changes)
    return;
  if (file != nullptr && file->version && analysis != session_.analyses.end()) all = analysis->second.findings;
  const auto seen = set_seen_.find(path);
  if (file != nullptr && seen != set_seen_.end() && seen->second == file->changes && !file->too_large) {
    const Json& set = member(set_findings_, path.c_str());
    if (set_lints_) all = Json::array();  // they hold all that was found before, in the light of all files
    if (set.is_array()) {
      for (const Json& finding : set) {
        if (!holds(all, finding)) all.push_back(finding);
      }
    }
  }
  if (const auto failed = failures_.find(path); failed != failures_.end() && file != nullptr) {
    if (failed->second.first == file->changes) {
      for (const Json& finding : failed->second.second) all.push_back(finding);
    }
  }
  const auto sent = session_.shown.find(path);
  const bool open = file != nullptr && file->version.has_value();
  if (!open && all.empty() && (sent == session_.shown.end() || sent->second.empty())) return;
  Json params = {{"uri", file != nullptr ? file->uri : uri_of(path)}, {"diagnostics", all}};
  if (open) params["version"] = *file->version;
  session_.shown[path] = std::move(all);
  notify("textDocument/publishDiagnostics", std::move(params));
}

void Server::start_set_check() {
  set_due_ = false;
  set_job_.reset();  // what it would say is out of date
  if (!options_.jobs) return;
  set_started_.clear();
  for (const auto& [path, file] : session_.workspace.files()) set_started_[path] = file.changes;
  set_job_ = Job::start([&] { return dump(check_set(session_.workspace, session_.encoding)); });
}

void Server::end_set_check() {
  const Json result = Json::parse(set_job_->take_result(), nullptr, false);
  set_job_.reset();
  if (!result.is_object()) return;
  const Json before = std::exchange(set_findings_, result.at("findings"));
  set_lints_ = result.at("lints").get<bool>();
  set_seen_ = std::move(set_started_);
  for (const auto& [path, file] : session_.workspace.files()) {
    if (file.version && session_.analyses.contains(path)) publish(path);
  }
  const auto publish_closed = [&](const Json& findings) {
    for (const auto& [path, all] : findings.items()) {
      const File* file = session_.workspace.find(path);
      if (file == nullptr || !file->version) publish(path);
    }
  };
  publish_closed(before);
  for (const auto& [path, all] : set_findings_.items()) {
    if (!before.contains(path) && session_.workspace.find(path) != nullptr && !session_.workspace.find(path)->version)
      publish(path);
  }
}

void Server::end_test_run(TestRun run) {
  const Json result = Json::parse(run.job->take_result(), nullptr, false);
  if (!result.is_object()) return refuse(run.id, {kInternalError, "the tests ended without a result"});
  const std::string error = text_of(result, "error");
  const size_t passed = result.at("passed").get<size_t>(), failed = result.at("failed").get<size_t>();
  if (!error.empty()) {
    say(1, error);
  } else if (failed == 0) {
    say(3, std::to_string(passed) + (passed == 1 ? " test passes" : " tests pass"));
  } else {
    say(2, std::to_string(failed) + " of " + std::to_string(passed + failed) +
               (passed + failed == 1 ? " test fails" : " tests fail"));
  }
  failures_[run.path] = {run.changes, result.at("diagnostics")};
  publish(run.path);
  answer(run.id, {{"passed", passed}, {"failed", failed}, {"failures", result.at("failures")}, {"error", error}});
}

std::vector<int> Server::descriptors() const {
  std::vector<int> all;
  if (set_job_ != nullptr) all.push_back(set_job_->descriptor());
  for (const TestRun& run : tests_) all.push_back(run.job->descriptor());
  return all;
}

void Server::read_job(int descriptor) {
  if (set_job_ != nullptr && set_job_->descriptor() == descriptor) {
    if (set_job_->read()) end_set_check();
    return;
  }
  const auto run =
      std::find_if(tests_.begin(), tests_.end(), [&](const TestRun& each) { return each.job->descriptor() == descriptor; });
  if (run == tests_.end() || !run->job->read()) return;
  TestRun done = std::move(*run);
  tests_.erase(run);
  end_test_run(std::move(done));
}

}  // namespace recipe::lsp
