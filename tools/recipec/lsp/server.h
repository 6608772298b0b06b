// SPDX-License-Identifier: Apache-2.0
// The language server: messages in, messages out. It reads no stream itself; serve.h does, and tests and fuzzers call it as
// they like. One message is answered before the next is read; what may take long waits in jobs.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/recipec/lsp/frame.h"
#include "tools/recipec/lsp/job.h"
#include "tools/recipec/lsp/session.h"

namespace recipe::lsp {

using Clock = std::chrono::steady_clock;

struct ServerOptions {
  std::function<void(const std::string& message)> send;  // one message, without its header
  RunTests run_tests;
  bool jobs = true;                            // false: nothing is forked; the whole set is not checked, tests are not run
  std::chrono::milliseconds typing_pause{30};  // behind the last change, before the file is checked
  std::chrono::milliseconds set_pause{400};    // and before the whole set is
};

class Server {
 public:
  explicit Server(ServerOptions options);

  void receive(const Frame& frame);
  // Does at most one piece of the work that is due. The next time at which there is some; nullopt: none.
  std::optional<Clock::time_point> work(Clock::time_point now);
  // Jobs whose descriptors are to be watched; read_job when one is readable.
  [[nodiscard]] std::vector<int> descriptors() const;
  void read_job(int descriptor);

  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] int exit_code() const { return shut_down_ ? 0 : 1; }

 private:
  struct TestRun {
    Json id;
    std::string path;
    uint64_t changes = 0;
    std::unique_ptr<Job> job;
  };

  void dispatch(const Json& message);
  void request(const Json& id, const std::string& method, const Json& params);
  Json initialize(const Json& params);
  void execute(const Json& id, const Json& params);
  void answer(const Json& id, Json result);
  void refuse(const Json& id, const Refusal& refusal);
  void notify(const char* method, Json params);
  void say(int type, const std::string& text);

#define NOTIFICATION(method, member) void member(const Json& params);
#include "tools/recipec/lsp/methods.def"

  void changed(const File& file);
  void add_open_files();
  void check(const std::string& path);
  void publish(const std::string& path);
  void start_set_check();
  void end_set_check();
  void end_test_run(TestRun run);

  ServerOptions options_;
  Session session_;
  bool initialized_ = false, shut_down_ = false, ended_ = false, indexed_ = true, watches_ = false;

  std::vector<std::string> to_check_;  // paths, the one changed last in front
  Clock::time_point check_at_, set_at_;
  std::chrono::milliseconds last_check_{0};
  bool set_due_ = false;

  std::unique_ptr<Job> set_job_;
  std::map<std::string, uint64_t> set_started_, set_seen_;  // File::changes by path: of the job, of its result
  Json set_findings_ = Json::object();
  bool set_lints_ = false;
  std::vector<TestRun> tests_;
  std::map<std::string, std::pair<uint64_t, Json>> failures_;  // by path: File::changes, diagnostics of failed tests
};

}  // namespace recipe::lsp
