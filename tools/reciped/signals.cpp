// SPDX-License-Identifier: Apache-2.0
// Handlers only set a flag or send a signal on; a signal also ends the wait for records, so the loops look at once.
#include "tools/reciped/signals.h"

#include <unistd.h>

#include <cerrno>

namespace recipe::reciped {
namespace {

volatile sig_atomic_t g_stop = 0;
volatile pid_t g_child = 0;

void on_stop(int, siginfo_t*, void*) {
  g_stop = 1;
}
void on_child(int, siginfo_t*, void*) {}

void on_pass(int signal, siginfo_t* info, void*) {
  const int code = errno;
  const bool from_process = info->si_code == SI_USER || info->si_code == SI_TKILL || info->si_code == SI_QUEUE;
  // Not what COMMAND itself sends to its group: it has had it.
  if (from_process && g_child > 0 && info->si_pid != g_child) kill(g_child, signal);
  if (signal == SIGTSTP) raise(SIGSTOP);
  errno = code;
}

}  // namespace

Signals::Signals(bool stops) {
  g_stop = 0;
  g_child = 0;
  if (stops) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) set(signal, on_stop);
  } else {
    for (const int signal : kPassedOn) set(signal, on_pass);
  }
  set(SIGCHLD, on_child);
}

void Signals::set(int signal, void (*handler)(int, siginfo_t*, void*)) {
  const auto index = static_cast<size_t>(signal);
  sigaction(signal, nullptr, &before_[index]);
  if (signal != SIGCHLD && before_[index].sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO;  // without SA_RESTART: a wait for records ends
  sigemptyset(&action.sa_mask);
  changed_[index] = sigaction(signal, &action, nullptr) == 0;
}

Signals::~Signals() {
  restore();
}

void Signals::restore() {
  g_child = 0;
  for (size_t signal = 1; signal < changed_.size(); ++signal) {
    if (changed_[signal]) sigaction(static_cast<int>(signal), &before_[signal], nullptr);
    changed_[signal] = false;
  }
}

void Signals::pass_to(pid_t child) {
  g_child = child;
}
bool Signals::stop_asked() {
  return g_stop != 0;
}

}  // namespace recipe::reciped
