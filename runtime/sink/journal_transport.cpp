// SPDX-License-Identifier: Apache-2.0
// systemd-journald's native protocol: an entry is a datagram of fields; one too long for a datagram goes in a sealed memfd.
// Decided against sd_journal_sendv: it waits for journald without end, and knows one socket only.
#include <endian.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "runtime/sink/transport.h"
#include "runtime/sink/write_all.h"

namespace recipe {
namespace {

constexpr int kPatienceMs = 5000;

// "NAME=value\n", or where the value has more than one line "NAME\n", its length as 8 bytes, the value, "\n".
void add_field(std::string& entry, std::string_view name, std::string_view value) {
  entry += name;
  if (value.find('\n') == std::string_view::npos) {
    entry += '=';
  } else {
    const uint64_t size = htole64(value.size());
    entry += '\n';
    entry.append(reinterpret_cast<const char*>(&size), sizeof size);
  }
  entry += value;
  entry += '\n';
}

// Of syslog's levels.
std::string_view priority_of(const std::string& importance) {
  return importance == "critical" ? "2" : importance == "high" ? "3" : importance == "medium" ? "4" : "5";
}

std::string entry_of(std::string_view message, bool json) {
  std::string entry;
  add_field(entry, "SYSLOG_IDENTIFIER", "reciped");
  const auto parsed = json ? nlohmann::json::parse(message, nullptr, false) : nlohmann::json();
  const bool detection = parsed.is_object() && parsed.contains("id") && parsed["id"].is_string();
  if (!detection) {
    add_field(entry, "MESSAGE", message);
    add_field(entry, "PRIORITY", "6");
    return entry;
  }
  add_field(entry, "MESSAGE", parsed.value("message", parsed.value("recipe", std::string())));
  add_field(entry, "PRIORITY", priority_of(parsed.value("importance", std::string())));
  add_field(entry, "RECIPE_ID", parsed["id"].get_ref<const std::string&>());
  add_field(entry, "RECIPE_NAME", parsed.value("recipe", std::string()));
  add_field(entry, "RECIPE_DETECTION", message);
  return entry;
}

class JournalTransport final : public Transport {
 public:
  JournalTransport(std::string socket, bool json) : socket_(std::move(socket)), json_(json) {}
  ~JournalTransport() override { hang_up(); }

  // One: what became of a datagram is known for it alone.
  size_t most_messages() const override { return 1; }

  Outcome send(const std::vector<std::string>& batch) override {
    if (const int code = connect_to_journald(); code != 0) return fail("connect to", code);
    const std::string entry = entry_of(without_newline(batch.front()), json_);
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    int code = send_once(entry);
    while (code == EAGAIN || code == EINTR) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
      if (left <= 0) return fail("send to", ETIMEDOUT);
      pollfd polled{descriptor_, POLLOUT, 0};
      poll(&polled, 1, static_cast<int>(left));
      code = send_once(entry);
    }
    return code == 0 ? Outcome{} : fail("send to", code);
  }

 private:
  // 0, or an errno.
  int connect_to_journald() {
    if (descriptor_ >= 0) return 0;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    socket_.copy(address.sun_path, socket_.size());
    descriptor_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor_ < 0) return errno;
    return connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
  }

  int send_once(const std::string& entry) {
    if (::send(descriptor_, entry.data(), entry.size(), MSG_NOSIGNAL) >= 0) return 0;
    return errno == EMSGSIZE || errno == ENOBUFS ? send_as_file(entry) : errno;
  }

  // journald takes a memfd only when nobody can change it any more.
  int send_as_file(const std::string& entry) {
    const int file = memfd_create("reciped", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return errno;
    constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    const Status written = write_all(file, entry);
    int code = written.ok() ? 0 : written.error().code;
    if (code == 0 && fcntl(file, F_ADD_SEALS, kSeals) != 0) code = errno;
    if (code == 0) code = send_descriptor(file);
    close(file);
    return code;
  }

  int send_descriptor(int file) {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof file)] = {};
    msghdr message{};
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof file);
    memcpy(CMSG_DATA(head), &file, sizeof file);
    return sendmsg(descriptor_, &message, MSG_NOSIGNAL) >= 0 ? 0 : errno;
  }

  Outcome fail(const std::string& what, int code) {
    hang_up();
    return {Outcome::Kind::kRetry, {"cannot " + what + " journald at `" + socket_ + "`", code}};
  }

  void hang_up() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }

  std::string socket_;
  bool json_;
  int descriptor_ = -1;
};

}  // namespace

std::unique_ptr<Transport> make_journal_transport(const std::string& socket, bool json) {
  return std::make_unique<JournalTransport>(socket, json);
}

}  // namespace recipe
