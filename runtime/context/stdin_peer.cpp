// SPDX-License-Identifier: Apache-2.0
#include "runtime/context/stdin_peer.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>

#include "runtime/context/descriptors.h"
#include "runtime/context/socket_diag.h"

namespace recipe {
namespace {

// "TCP", "TCPv6", "UNIX-STREAM": the kernel's name of the protocol of a socket; empty: not told. The file is not opened.
std::string protocol_of(int process) {
  std::array<char, 64> name;
  const std::string path = "/proc/self/fd/" + std::to_string(process) + "/fd/0";
  const ssize_t length = getxattr(path.c_str(), "system.sockprotoname", name.data(), name.size());
  const std::string text(name.data(), static_cast<size_t>(std::max<ssize_t>(length, 0)));
  return text.substr(0, text.find('\0'));
}

struct Internet {
  std::string_view name;
  uint8_t family, protocol;
};
constexpr Internet kInternet[] = {{"TCP", AF_INET, IPPROTO_TCP},
                                  {"TCPv6", AF_INET6, IPPROTO_TCP},
                                  {"UDP", AF_INET, IPPROTO_UDP},
                                  {"UDPv6", AF_INET6, IPPROTO_UDP}};

}  // namespace

StdinPeer::StdinPeer(ProcTable& proc) : proc_(proc) {
  const Fd self(open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (self.ok()) own_namespace_ = namespace_number(self.get(), "net");
}

StdinPeer::Answer StdinPeer::find(uint32_t pid, int process) {
  const SocketDiag::Clock::time_point until = SocketDiag::Clock::now() + kPatience;
  Answer answer;
  const uint64_t inode = inode_at(process, "fd/0", "socket");
  const auto name_space = namespace_number(process, "net");
  if (inode == 0 || !name_space) return answer;
  const bool ours = name_space == own_namespace_;
  const Fd theirs(ours ? -1 : openat(process, "ns/net", O_RDONLY | O_CLOEXEC));
  if (!ours && !theirs.ok()) return answer;
  const SocketDiag sockets(theirs.get());
  const std::string protocol = protocol_of(process);
  if (protocol.starts_with("UNIX")) {
    if (const uint64_t peer = sockets.unix_peer(inode); peer != 0) answer.programs = holders(peer, pid, until);
    return answer;
  }
  const auto kind =
      std::find_if(std::begin(kInternet), std::end(kInternet), [&](const Internet& one) { return one.name == protocol; });
  if (kind == std::end(kInternet)) return answer;
  const auto socket = sockets.internet(kind->family, kind->protocol, inode, kMaxSockets, until);
  if (!socket) return answer;
  answer.address = socket->peer_address;
  answer.port = socket->peer_port;
  // Its descriptor may have another socket by now: then what was found is of another time than the process is.
  if (inode_at(process, "fd/0", "socket") != inode) return {};
  if (const uint64_t peer = SocketDiag(theirs.get()).internet_peer(*socket); peer != 0)
    answer.programs = holders(peer, pid, until);
  return answer;
}

std::vector<std::string> StdinPeer::holders(uint64_t inode, uint32_t near, std::chrono::steady_clock::time_point until) {
  std::vector<std::string> names;
  for (const uint32_t pid : pids_around(near, kMaxLooked)) {
    const Folder all = list_descriptors(pid);
    bool holds = false;
    for (size_t seen = 0; all != nullptr && !holds && seen < kMaxDescriptors; ++seen) {
      const dirent* const entry = readdir(all.get());
      if (entry == nullptr) break;
      holds = inode_at(dirfd(all.get()), entry->d_name, "socket") == inode;
    }
    const ProcEntry* const process = holds ? proc_.find(pid, std::nullopt) : nullptr;
    if (process != nullptr && process->info.name && std::find(names.begin(), names.end(), *process->info.name) == names.end()) {
      names.push_back(*process->info.name);
    }
    if (names.size() == kMaxNames || SocketDiag::Clock::now() > until) break;
  }
  return names;
}

}  // namespace recipe
