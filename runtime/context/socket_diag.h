// SPDX-License-Identifier: Apache-2.0
// Sockets of a network namespace, as the kernel tells of them (NETLINK_SOCK_DIAG, man 7 sock_diag). Nothing is waited for: an
// answer is there when the question has been sent.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/base/fd.h"

namespace recipe {

// A connected internet socket. Addresses: 16 bytes, IPv4 as ::ffff:a.b.c.d. Ports in host order.
struct InternetSocket {
  uint8_t family = 0, protocol = 0;  // AF_INET, AF_INET6; IPPROTO_TCP, IPPROTO_UDP
  std::string own_address, peer_address;
  uint16_t own_port = 0, peer_port = 0;
  uint64_t inode = 0;
};

class SocketDiag {
 public:
  using Clock = std::chrono::steady_clock;
  // name_space: a descriptor of it; negative: ours. A process's own namespace may have gone: then nothing is found.
  explicit SocketDiag(int name_space);

  // The inode of the socket that a connected Unix socket talks to; 0: not known.
  [[nodiscard]] uint64_t unix_peer(uint64_t inode) const;
  // By the inode: the kernel has no way but to list them all, at most `most`, until then.
  [[nodiscard]] std::optional<InternetSocket> internet(uint8_t family, uint8_t protocol, uint64_t inode, size_t most,
                                                       Clock::time_point until) const;
  // The inode of the socket that has these two addresses the other way round, of the one that listens while nobody has accepted
  // it; 0: it is not in this namespace.
  [[nodiscard]] uint64_t internet_peer(const InternetSocket& socket) const;

 private:
  [[nodiscard]] uint64_t listener(const InternetSocket& socket) const;

  Fd netlink_;
};

}  // namespace recipe
