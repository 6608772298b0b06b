// SPDX-License-Identifier: Apache-2.0
// Runs one command line in a folder of its own, with nothing on its input and five seconds to live, and hands back what it
// printed.
#pragma once
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tests/live/option_lines.h"

namespace recipe::oracle {

struct Outcome {
  std::string output;  // both streams, at most 64 KiB
  bool zero = false;   // it left by itself with status 0
  bool late = false;   // it did not leave in time, on a busy machine perhaps before it began
};

// Where `program` is found in PATH, links followed; nullopt: it is not installed.
inline std::optional<std::filesystem::path> find_program(const std::string& program) {
  std::vector<std::filesystem::path> places{"/usr/local/bin", "/usr/bin", "/bin"};
  if (program.find('/') != std::string::npos) places = {""};
  for (const auto& place : places) {
    std::error_code error;
    auto path = std::filesystem::canonical(place / program, error);
    if (!error && access(path.c_str(), X_OK) == 0) return path;
  }
  return std::nullopt;
}

inline Outcome run_line(const std::filesystem::path& folder, const std::string& program, const Words& arguments) {
  std::filesystem::create_directories(folder / "lib");
  for (const File& file : files()) std::ofstream(folder / file.name) << file.text;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  const std::string home = "HOME=" + folder.string();
  const char* const environment[] = {
      "PATH=/usr/local/bin:/usr/bin:/bin", home.c_str(), "TERM=dumb", "RUBYLIB=.", "LUA_PATH=./?.lua;;", nullptr};
  const pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    if (chdir(folder.c_str()) != 0) _exit(126);
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    execvpe(argv[0], argv.data(), const_cast<char* const*>(environment));
    _exit(127);
  }
  close(ends[1]);
  Outcome outcome;
  if (child < 0) {
    close(ends[0]);
    return outcome;
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    pollfd wait{ends[0], POLLIN, 0};
    if (left <= 0 || poll(&wait, 1, static_cast<int>(left)) <= 0) break;
    char buffer[4096];
    const ssize_t n = read(ends[0], buffer, sizeof buffer);
    if (n <= 0) break;
    if (outcome.output.size() < (64u << 10)) outcome.output.append(buffer, static_cast<size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= until) {
      outcome.late = true;
      kill(-child, SIGKILL);
      waitpid(child, &status, 0);
      break;
    }
    usleep(500);
  }
  outcome.zero = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return outcome;
}

}  // namespace recipe::oracle
