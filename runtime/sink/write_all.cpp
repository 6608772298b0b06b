// SPDX-License-Identifier: Apache-2.0
// sigpending, block, write, sigtimedwait: the way that leaves no trace in a process whose signals belong to someone else.
#include "runtime/sink/write_all.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace recipe {
namespace {

// Blocks SIGPIPE in this thread; what came of our write is consumed before the old mask is back.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoPipeSignal() {
    const timespec now{};
    while (!was_pending_ && sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t pipe_{}, before_{};
  bool was_pending_ = false;
};

}  // namespace

Status write_all(int descriptor, std::string_view bytes, size_t* written) {
  const NoPipeSignal guard;
  size_t done = 0;
  int failure = 0;
  while (done < bytes.size() && failure == 0) {
    const ssize_t wrote = write(descriptor, bytes.data() + done, bytes.size() - done);
    if (wrote > 0) {
      done += static_cast<size_t>(wrote);
    } else if (wrote == 0) {
      failure = EIO;
    } else if (errno == EAGAIN) {
      pollfd ready{descriptor, POLLOUT, 0};
      poll(&ready, 1, 1000);
    } else if (errno != EINTR) {
      failure = errno;
    }
  }
  if (written != nullptr) *written = done;
  if (failure != 0) return Error{"cannot write", failure};
  return Done{};
}

}  // namespace recipe
