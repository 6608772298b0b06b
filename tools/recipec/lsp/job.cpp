// SPDX-License-Identifier: Apache-2.0
// See job.h.
#include "tools/recipec/lsp/job.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace recipe::lsp {
namespace {

// What ends a result that is whole.
constexpr char kWhole = '\0';

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

// In the child: never returns. The editor's streams are not its own.
[[noreturn]] void run(int descriptor, const std::function<std::string()>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0 || ::dup2(nowhere, STDIN_FILENO) < 0 || ::dup2(nowhere, STDOUT_FILENO) < 0) ::_exit(1);
  try {
    write_all(descriptor, work() + kWhole);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace

std::unique_ptr<Job> Job::start(const std::function<std::string()>& work) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return nullptr;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);  // else a write would not fail when the server has gone
    run(ends[1], work);
  }
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    return nullptr;
  }
  return std::unique_ptr<Job>(new Job(child, ends[0]));
}

Job::Job(pid_t child, int descriptor) : child_(child), descriptor_(descriptor), started_(std::chrono::steady_clock::now()) {}

Job::~Job() {
  ::close(descriptor_);
  ::kill(child_, SIGKILL);  // it has not been waited for, so the number is still its own
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool Job::read() {
  char bytes[65536];
  const ssize_t got = ::read(descriptor_, bytes, sizeof bytes);
  if (got < 0) return errno != EINTR && errno != EAGAIN;
  result_.append(bytes, static_cast<size_t>(got));
  return got == 0 || result_.size() > kMaxJobBytes;
}

std::string Job::take_result() {
  if (result_.empty() || result_.back() != kWhole) return {};
  result_.pop_back();
  return std::move(result_);
}

}  // namespace recipe::lsp
