// SPDX-License-Identifier: Apache-2.0
// Sockets: Unix, TCP, UDP, and syslog over them. A connection is made when there is something to send and kept; any fault
// closes it, and the next batch makes a new one.
//
// What a stream socket took may still be lost with the other end. So a batch counts as delivered only when the socket's queue
// of sent bytes is empty (Unix: the reader has read them; TCP: the other machine has them) and the other end has not closed.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <functional>

#include "runtime/report/report.h"
#include "runtime/sink/transport.h"

namespace recipe {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{5};  // for a connection, and for a batch

Outcome retry(const std::string& what, int code) {
  return {Outcome::Kind::kRetry, {what, code}};
}

int remaining_ms(Clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

// 0 when ready, else an errno.
int wait_for(int descriptor, short events, Clock::time_point until) {
  pollfd polled{descriptor, events, 0};
  const int ready = poll(&polled, 1, remaining_ms(until));
  return ready > 0 ? 0 : ready == 0 ? ETIMEDOUT : errno;
}

// A descriptor, or -errno.
int connect_to(int family, int type, int protocol, const sockaddr* address, socklen_t size) {
  const int descriptor = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  if (descriptor < 0) return -errno;
  int code = connect(descriptor, address, size) == 0 ? 0 : errno;
  if (code == EINPROGRESS) {
    code = wait_for(descriptor, POLLOUT, Clock::now() + kPatience);
    socklen_t length = sizeof code;
    if (code == 0 && getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) != 0) code = errno;
  }
  if (code == 0) return descriptor;
  close(descriptor);
  return -code;
}

using Connect = std::function<int()>;  // a descriptor, or -errno

Connect to_unix(const std::string& path, int type) {
  return [path, type] {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return -ENAMETOOLONG;
    path.copy(address.sun_path, path.size());
    return connect_to(AF_UNIX, type, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  };
}

Connect to_internet(const std::string& host, const std::string& port, int type) {
  return [host, port, type] {
    addrinfo hints{};
    hints.ai_socktype = type;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return -EHOSTUNREACH;
    int descriptor = -EHOSTUNREACH;
    for (const addrinfo* each = found; each != nullptr && descriptor < 0; each = each->ai_next) {
      descriptor = connect_to(each->ai_family, each->ai_socktype, each->ai_protocol, each->ai_addr, each->ai_addrlen);
    }
    freeaddrinfo(found);
    return descriptor;
  };
}

class SocketTransport : public Transport {
 public:
  SocketTransport(Connect connect, std::string name) : connect_(std::move(connect)), name_(std::move(name)) {}
  ~SocketTransport() override { hang_up(); }

 protected:
  // 0, or an errno.
  int ready() {
    if (descriptor_ < 0) descriptor_ = connect_();
    return descriptor_ < 0 ? -descriptor_ : 0;
  }
  void hang_up() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }
  Outcome fail(const std::string& what, int code) {
    hang_up();
    return retry("cannot " + what + " " + name_, code);
  }

  Connect connect_;
  std::string name_;
  int descriptor_ = -1;
};

using Frame = std::function<std::string(const std::string&)>;

class StreamTransport final : public SocketTransport {
 public:
  StreamTransport(Connect connect, std::string name, Frame frame)
      : SocketTransport(std::move(connect), std::move(name)), frame_(std::move(frame)) {}

  Outcome send(const std::vector<std::string>& batch) override {
    if (descriptor_ >= 0 && other_end_closed()) hang_up();
    if (const int code = ready(); code != 0) return fail("connect to", code);
    std::string bytes;
    for (const std::string& message : batch) bytes += frame_(message);
    const auto until = Clock::now() + kPatience;
    for (size_t done = 0; done < bytes.size();) {
      const ssize_t sent = ::send(descriptor_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (sent > 0) {
        done += static_cast<size_t>(sent);
      } else if (errno == EAGAIN) {
        if (const int code = wait_for(descriptor_, POLLOUT, until); code != 0) return fail("send to", code);
      } else if (errno != EINTR) {
        return fail("send to", errno);
      }
    }
    return wait_until_taken(until);
  }

 private:
  Outcome wait_until_taken(Clock::time_point until) {
    for (timespec pause{0, 100'000};; pause.tv_nsec = std::min(pause.tv_nsec * 2, 20'000'000L)) {
      if (other_end_closed()) return fail("send to", EPIPE);
      int unsent = 0;
      if (ioctl(descriptor_, SIOCOUTQ, &unsent) != 0 || unsent == 0) return {};
      if (Clock::now() >= until) return fail("send to", ETIMEDOUT);
      nanosleep(&pause, nullptr);
    }
  }

  // We expect no answer: bytes are thrown away, an end or a fault is the end.
  bool other_end_closed() const {
    char thrown[256];
    ssize_t got = 0;
    do got = recv(descriptor_, thrown, sizeof thrown, MSG_DONTWAIT);
    while (got > 0 || (got < 0 && errno == EINTR));
    return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  Frame frame_;
};

class DatagramTransport final : public SocketTransport {
 public:
  DatagramTransport(Connect connect, std::string name, Frame frame)
      : SocketTransport(std::move(connect), std::move(name)), frame_(std::move(frame)) {}

  // One: what became of a datagram is known for it alone.
  size_t most_messages() const override { return 1; }

  Outcome send(const std::vector<std::string>& batch) override {
    if (const int code = ready(); code != 0) return fail("connect to", code);
    const auto until = Clock::now() + kPatience;
    const std::string bytes = frame_(batch.front());
    while (::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
      const int code = errno;
      if (code == EMSGSIZE) return {Outcome::Kind::kRejected, {"a message is too long for " + name_, code}};
      if (code == EAGAIN || code == ENOBUFS) {
        if (const int waited = wait_for(descriptor_, POLLOUT, until); waited != 0) return fail("send to", waited);
      } else if (code != EINTR) {
        return fail("send to", code);
      }
    }
    return {};
  }

 private:
  Frame frame_;
};

// "<86>1 2026-11-23T10:00:00.000000Z host reciped 4242 detection - MESSAGE": informational, of security.
std::string syslog_line(const std::string& message) {
  char host[256] = {};
  if (gethostname(host, sizeof host - 1) != 0) host[0] = '-';
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::string time = rfc3339(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  return fmt::format("<86>1 {}Z {} reciped {} detection - {}", time.substr(0, time.size() - 4), host, getpid(), message);
}

Frame syslog_frame(bool framed) {
  return [framed](const std::string& message) {
    const std::string line(without_newline(message));
    return framed ? line : syslog_line(line);
  };
}

std::string bare(const std::string& message) {
  return std::string(without_newline(message));
}

std::string as_it_is(const std::string& message) {
  return message;
}

}  // namespace

std::unique_ptr<Transport> make_unix_transport(const std::string& path) {
  return std::make_unique<StreamTransport>(to_unix(path, SOCK_STREAM), "`" + path + "`", as_it_is);
}

std::unique_ptr<Transport> make_tcp_transport(const std::string& host, const std::string& port) {
  return std::make_unique<StreamTransport>(to_internet(host, port, SOCK_STREAM), host + ":" + port, as_it_is);
}

std::unique_ptr<Transport> make_udp_transport(const std::string& host, const std::string& port) {
  return std::make_unique<DatagramTransport>(to_internet(host, port, SOCK_DGRAM), host + ":" + port, bare);
}

std::unique_ptr<Transport> make_syslog_transport(const std::string& socket, bool framed) {
  return std::make_unique<DatagramTransport>(to_unix(socket, SOCK_DGRAM), "`" + socket + "`", syslog_frame(framed));
}

std::unique_ptr<Transport> make_syslog_udp_transport(const std::string& host, const std::string& port, bool framed) {
  return std::make_unique<DatagramTransport>(to_internet(host, port, SOCK_DGRAM), host + ":" + port, syslog_frame(framed));
}

std::unique_ptr<Transport> make_syslog_tcp_transport(const std::string& host, const std::string& port, bool framed) {
  const Frame counted = [frame = syslog_frame(framed)](const std::string& message) {
    const std::string line = frame(message);
    return std::to_string(line.size()) + " " + line;
  };
  return std::make_unique<StreamTransport>(to_internet(host, port, SOCK_STREAM), host + ":" + port, counted);
}

}  // namespace recipe
