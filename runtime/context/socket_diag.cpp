// SPDX-License-Identifier: Apache-2.0
#include "runtime/context/socket_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <functional>
#include <system_error>
#include <thread>
#include <utility>

namespace recipe {
namespace {

constexpr uint32_t kAnyCookie[2] = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE};
constexpr size_t kMostListeners = 4096;
constexpr uint32_t kConnected = ~((1u << TCP_LISTEN) | (1u << TCP_TIME_WAIT));

int open_netlink() {
  return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

// A socket belongs for ever to the namespace in which it was made, and a thread can be in another one than its process.
int open_netlink_in(int name_space) {
  int made = -1;
  try {
    std::thread([&] {
      if (setns(name_space, CLONE_NEWNET) == 0) made = open_netlink();
    }).join();
  } catch (const std::system_error&) {  // no thread to be had
  }
  return made;
}

// 4 bytes or 16 → 16
std::string address_of(uint8_t family, const uint32_t (&words)[4]) {
  std::string address(16, '\0');
  if (family == AF_INET6) {
    std::memcpy(address.data(), words, 16);
  } else {
    address[10] = address[11] = '\xff';
    std::memcpy(address.data() + 12, words, 4);
  }
  return address;
}

void put_address(uint8_t family, const std::string& address, uint32_t (&words)[4]) {
  std::memset(words, 0, sizeof words);
  if (family == AF_INET6) {
    std::memcpy(words, address.data(), 16);
  } else {
    std::memcpy(words, address.data() + 12, 4);
  }
}

InternetSocket socket_of(const inet_diag_msg& told, uint8_t protocol) {
  InternetSocket socket;
  socket.family = told.idiag_family;
  socket.protocol = protocol;
  socket.own_address = address_of(told.idiag_family, told.id.idiag_src);
  socket.peer_address = address_of(told.idiag_family, told.id.idiag_dst);
  socket.own_port = ntohs(told.id.idiag_sport);
  socket.peer_port = ntohs(told.id.idiag_dport);
  socket.inode = told.idiag_inode;
  return socket;
}

template <class Request>
bool ask(int netlink, const Request& request, uint16_t flags) {
  struct {
    nlmsghdr header;
    Request request;
  } message{};
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
  message.request = request;
  return send(netlink, &message, sizeof message, 0) == static_cast<ssize_t>(sizeof message);
}

// Calls `take` for each answer (its body and the bytes of that) while it says true.
void each_answer(int netlink, bool many, const std::function<bool(const char*, size_t)>& take) {
  alignas(nlmsghdr) std::array<char, 32768> buffer;
  for (;;) {
    const ssize_t got = recv(netlink, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got <= 0) return;
    auto left = static_cast<size_t>(got);
    for (const auto* header = reinterpret_cast<const nlmsghdr*>(buffer.data()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return;  // NLMSG_DONE, NLMSG_ERROR
      if (!take(static_cast<const char*>(NLMSG_DATA(header)), NLMSG_PAYLOAD(header, 0))) return;
    }
    if (!many) return;
  }
}

}  // namespace

SocketDiag::SocketDiag(int name_space) : netlink_(name_space < 0 ? open_netlink() : open_netlink_in(name_space)) {}

uint64_t SocketDiag::unix_peer(uint64_t inode) const {
  unix_diag_req request{};
  request.sdiag_family = AF_UNIX;
  request.udiag_states = ~0u;
  request.udiag_ino = static_cast<uint32_t>(inode);
  request.udiag_show = UDIAG_SHOW_PEER;
  std::memcpy(request.udiag_cookie, kAnyCookie, sizeof kAnyCookie);
  uint64_t peer = 0;
  if (!netlink_.ok() || !ask(netlink_.get(), request, 0)) return 0;
  each_answer(netlink_.get(), false, [&](const char* body, size_t bytes) {
    if (bytes < sizeof(unix_diag_msg)) return false;
    size_t at = NLMSG_ALIGN(sizeof(unix_diag_msg));
    while (at + sizeof(nlattr) <= bytes) {
      nlattr attribute;
      std::memcpy(&attribute, body + at, sizeof attribute);
      if (attribute.nla_len < sizeof attribute || at + attribute.nla_len > bytes) return false;
      if (attribute.nla_type == UNIX_DIAG_PEER && attribute.nla_len == sizeof attribute + sizeof(uint32_t)) {
        uint32_t number = 0;
        std::memcpy(&number, body + at + sizeof attribute, sizeof number);
        peer = number;
      }
      at += NLA_ALIGN(attribute.nla_len);
    }
    return false;
  });
  return peer;
}

std::optional<InternetSocket> SocketDiag::internet(uint8_t family, uint8_t protocol, uint64_t inode, size_t most,
                                                   Clock::time_point until) const {
  inet_diag_req_v2 request{};
  request.sdiag_family = family;
  request.sdiag_protocol = protocol;
  request.idiag_states = kConnected;
  std::optional<InternetSocket> found;
  if (!netlink_.ok() || !ask(netlink_.get(), request, NLM_F_DUMP)) return found;
  each_answer(netlink_.get(), true, [&](const char* body, size_t bytes) {
    inet_diag_msg told;
    if (bytes < sizeof told || most-- == 0 || Clock::now() > until) return false;
    std::memcpy(&told, body, sizeof told);
    if (told.idiag_inode != inode || told.id.idiag_dport == 0) return true;
    found = socket_of(told, protocol);
    return false;
  });
  return found;
}

uint64_t SocketDiag::internet_peer(const InternetSocket& socket) const {
  inet_diag_req_v2 request{};
  request.sdiag_family = socket.family;
  request.sdiag_protocol = socket.protocol;
  request.idiag_states = kConnected;
  put_address(socket.family, socket.peer_address, request.id.idiag_src);
  put_address(socket.family, socket.own_address, request.id.idiag_dst);
  request.id.idiag_sport = htons(socket.peer_port);
  request.id.idiag_dport = htons(socket.own_port);
  if (socket.protocol == IPPROTO_UDP) {  // whose look-up has the two the other way round, for historical reasons, as it says
    std::swap(request.id.idiag_src, request.id.idiag_dst);
    std::swap(request.id.idiag_sport, request.id.idiag_dport);
  }
  std::memcpy(request.id.idiag_cookie, kAnyCookie, sizeof kAnyCookie);
  uint64_t inode = 0;
  bool waits = false;
  if (!netlink_.ok() || !ask(netlink_.get(), request, 0)) return 0;
  each_answer(netlink_.get(), false, [&](const char* body, size_t bytes) {
    inet_diag_msg told;
    if (bytes < sizeof told) return false;
    std::memcpy(&told, body, sizeof told);
    // Where none has both addresses the kernel names who listens at the one.
    const InternetSocket other = socket_of(told, socket.protocol);
    const bool found = other.own_port == socket.peer_port && other.peer_port == socket.own_port;
    if (found) inode = other.inode;
    waits = found && inode == 0;
    return false;
  });
  return waits ? listener(socket) : inode;
}

// A connection that nobody has accepted so far is in the hands of who listens there.
uint64_t SocketDiag::listener(const InternetSocket& socket) const {
  inet_diag_req_v2 request{};
  request.sdiag_family = socket.family;
  request.sdiag_protocol = socket.protocol;
  request.idiag_states = 1u << TCP_LISTEN;
  uint64_t inode = 0;
  size_t most = kMostListeners;
  if (!ask(netlink_.get(), request, NLM_F_DUMP)) return 0;
  each_answer(netlink_.get(), true, [&](const char* body, size_t bytes) {
    inet_diag_msg told;
    if (bytes < sizeof told || most-- == 0) return false;
    std::memcpy(&told, body, sizeof told);
    const InternetSocket other = socket_of(told, socket.protocol);
    constexpr uint32_t kAny[4] = {};
    const bool here = other.own_address == socket.peer_address || std::memcmp(told.id.idiag_src, kAny, sizeof kAny) == 0;
    if (here && other.own_port == socket.peer_port) inode = other.inode;
    return inode == 0;
  });
  return inode;
}

}  // namespace recipe
