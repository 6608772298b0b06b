// SPDX-License-Identifier: Apache-2.0
// See daemon.h.
#include "tests/bench/daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/bench/bench.h"

namespace recipe::bench {
namespace {

constexpr double kStartSeconds = 10;

// Reads stderr until the line that says it watches ("not watching" is another).
bool wait_until_watching(int errors) {
  std::string text;
  const double end = now_seconds() + kStartSeconds;
  while (now_seconds() < end) {
    pollfd poller{errors, POLLIN, 0};
    if (poll(&poller, 1, 100) <= 0) continue;
    char buffer[4096];
    const ssize_t got = read(errors, buffer, sizeof buffer);
    if (got <= 0) break;
    text.append(buffer, static_cast<size_t>(got));
    if (text.find("reciped: watching:") != std::string::npos) return true;
  }
  fmt::print(stderr, "bench: reciped does not watch: {}\n", text);
  return false;
}

}  // namespace

std::optional<Daemon> Daemon::start(const std::vector<std::string>& arguments) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) return std::nullopt;
  const pid_t child = fork();
  if (child == 0) {
    dup2(out[1], 1);
    dup2(err[1], 2);
    const std::string program = RECIPE_BIN_DIR "/reciped";
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
    argv.push_back(nullptr);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  Daemon daemon(child, out[0], err[0]);
  if (!wait_until_watching(err[0])) return std::nullopt;
  return daemon;
}

Daemon::Daemon(Daemon&& other) noexcept : pid_(other.pid_), output_(other.output_), errors_(other.errors_) {
  other.pid_ = other.output_ = other.errors_ = -1;
}

Daemon::~Daemon() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  // Drained, so that it can write what is pending and leave.
  char buffer[65536];
  while (read(output_, buffer, sizeof buffer) > 0) {
  }
  while (read(errors_, buffer, sizeof buffer) > 0) {
  }
  waitpid(pid_, nullptr, 0);
  close(output_);
  close(errors_);
}

double exec_storm(const std::string& program, int count, const std::vector<std::string>& arguments) {
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  char* environment[] = {nullptr};
  const double start = now_seconds();
  for (int i = 0; i < count; ++i) {
    pid_t child = -1;
    if (posix_spawn(&child, program.c_str(), nullptr, nullptr, argv.data(), environment) != 0) std::abort();
    waitpid(child, nullptr, 0);
  }
  return count / (now_seconds() - start);
}

std::string tiny_program() {
  return RECIPE_TEST_BIN_DIR "/recipe_bench_tiny";
}

}  // namespace recipe::bench
