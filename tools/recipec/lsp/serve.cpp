// SPDX-License-Identifier: Apache-2.0
// See serve.h.
#include "tools/recipec/lsp/serve.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace recipe::lsp {
namespace {

// false: nobody reads any more.
bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

int milliseconds_until(std::optional<Clock::time_point> when) {
  if (!when) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*when - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 60000));
}

}  // namespace

int serve(int in, int out, ServerOptions options) {
  ::signal(SIGPIPE, SIG_IGN);
  bool readers = true;
  options.send = [&](const std::string& message) { readers = readers && write_all(out, framed(message)); };
  Server server(std::move(options));
  FrameReader frames;
  Frame frame;
  std::string bytes(65536, '\0');
  while (!server.ended() && readers) {
    // Messages that have arrived come before work: an answer waits for no check.
    const std::vector<int> jobs = server.descriptors();
    std::vector<pollfd> watched = {{in, POLLIN, 0}};
    for (const int job : jobs) watched.push_back({job, POLLIN, 0});
    int ready = ::poll(watched.data(), watched.size(), 0);
    if (ready == 0) {
      const std::optional<Clock::time_point> next = server.work(Clock::now());
      if (jobs != server.descriptors()) continue;
      ready = ::poll(watched.data(), watched.size(), milliseconds_until(next));
    }
    if (ready < 0 && errno != EINTR) return 1;
    if (ready <= 0) continue;
    if (watched[0].revents != 0) {
      const ssize_t got = ::read(in, bytes.data(), bytes.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      frames.feed({bytes.data(), static_cast<size_t>(got)});
      while (!server.ended() && frames.next(frame)) server.receive(frame);
      continue;
    }
    for (size_t i = 1; i < watched.size(); ++i) {
      if (watched[i].revents != 0) server.read_job(watched[i].fd);
    }
  }
  return server.exit_code();
}

}  // namespace recipe::lsp
