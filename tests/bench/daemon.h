// SPDX-License-Identifier: Apache-2.0
// A reciped of this build as a child: started, waited for until it watches, ended by SIGTERM.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace recipe::bench {

class Daemon {
 public:
  // nullopt where it does not come to watch within ten seconds (no root, no BPF); its stderr says why.
  [[nodiscard]] static std::optional<Daemon> start(const std::vector<std::string>& arguments);
  Daemon(Daemon&& other) noexcept;
  Daemon(const Daemon&) = delete;
  ~Daemon();

  [[nodiscard]] int output() const { return output_; }  // its stdout
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  Daemon(pid_t pid, int output, int errors) : pid_(pid), output_(output), errors_(errors) {}
  pid_t pid_ = -1;
  int output_ = -1;
  int errors_ = -1;
};

// Runs the program `count` times, one after another, and returns runs per second.
[[nodiscard]] double exec_storm(const std::string& program, int count, const std::vector<std::string>& arguments = {});

// Where the build put tiny, under a name of its own.
[[nodiscard]] std::string tiny_program();

}  // namespace recipe::bench
