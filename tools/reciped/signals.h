// SPDX-License-Identifier: Apache-2.0
// Signals of the daemon: what ends it, and what is passed on to COMMAND.
//
// COMMAND stays in our process group, so what the terminal sends (^C, ^\, ^Z, a resized window) reaches both by itself. Only
// what a process sends to us alone is passed on.
#pragma once
#include <signal.h>
#include <sys/types.h>

#include <array>

namespace recipe::reciped {

inline constexpr std::array kPassedOn = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT};

// Handlers for as long as it lives. A signal that was ignored when we were started stays ignored, for us and for COMMAND.
class Signals {
 public:
  // stops: INT, TERM, HUP and QUIT ask us to end; else they are passed on to the process that pass_to() names.
  explicit Signals(bool stops);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  void pass_to(pid_t child);
  [[nodiscard]] static bool stop_asked();
  // In a forked child, before exec: as we found them.
  void restore();

 private:
  void set(int signal, void (*handler)(int, siginfo_t*, void*));
  std::array<struct sigaction, 65> before_{};
  std::array<bool, 65> changed_{};
};

}  // namespace recipe::reciped
