// SPDX-License-Identifier: Apache-2.0
// process.stdin.peer_address, peer_port, peer_programs: who is at the other end of the socket on a process's standard input.
//
//   bash -i <&3 of a reverse shell      a TCP socket: 203.0.113.9, 4444; programs where that address is this machine's
//   child_process.spawn of node         one end of a socketpair: node holds the other
//
// The kernel is asked over NETLINK_SOCK_DIAG, in the network namespace of the process: of a Unix socket for its peer, of an
// internet socket for its addresses, and for the socket that has them the other way round. Who holds that is looked for in
// /proc. All of it is bounded by kPatience: what takes longer is absent.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/context/proc.h"

namespace recipe {

class StdinPeer {
 public:
  explicit StdinPeer(ProcTable& proc);

  struct Answer {
    std::string address;  // 16 bytes, IPv4 as ::ffff:a.b.c.d; empty: not known, or none as of a Unix socket
    std::optional<int64_t> port;
    std::vector<std::string> programs;  // names, the nearest pids first, each once
  };
  // process: its folder in /proc. What is not known is empty.
  [[nodiscard]] Answer find(uint32_t pid, int process);

  static constexpr std::chrono::milliseconds kPatience{30};
  static constexpr size_t kMaxLooked = 1024;       // processes
  static constexpr size_t kMaxDescriptors = 256;   // of each
  static constexpr size_t kMaxSockets = 1u << 16;  // that the kernel may list
  static constexpr size_t kMaxNames = 32;

 private:
  std::vector<std::string> holders(uint64_t inode, uint32_t near, std::chrono::steady_clock::time_point until);

  ProcTable& proc_;
  std::optional<int64_t> own_namespace_;
};

}  // namespace recipe
