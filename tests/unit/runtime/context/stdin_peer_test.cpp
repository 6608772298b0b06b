// SPDX-License-Identifier: Apache-2.0
// Who is at the other end of a socket on standard input: socketpairs and connections of this test's own processes, in this
// network namespace and in another.
#include "runtime/context/stdin_peer.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>

#include "runtime/base/address.h"
#include "tests/support/fork.h"
#include "tests/support/skip.h"

namespace recipe {
namespace {

using test::Fork;
using Names = std::vector<std::string>;

struct Pair {
  int near = -1, far = -1;
  ~Pair() {
    close(near);
    close(far);
  }
};

Pair socket_pair() {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  return {ends[0], ends[1]};
}

// near: connected to an address of loopback; far: what was accepted there, or the other of two datagram sockets.
Pair connection(int family, int type, uint16_t& port) {
  sockaddr_storage address{};
  socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  if (family == AF_INET) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
    v4->sin_family = AF_INET;
    v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
    v6->sin6_family = AF_INET6;
    v6->sin6_addr = in6addr_loopback;
  }
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  const int listener = socket(family, type | SOCK_CLOEXEC, 0), near = socket(family, type | SOCK_CLOEXEC, 0);
  REQUIRE(bind(listener, any, size) == 0);
  REQUIRE(getsockname(listener, any, &size) == 0);
  port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in*>(&address)->sin_port
                                 : reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
  if (type == SOCK_STREAM) REQUIRE(listen(listener, 1) == 0);
  REQUIRE(connect(near, any, size) == 0);
  if (type == SOCK_DGRAM) {
    REQUIRE(getsockname(near, any, &size) == 0);
    REQUIRE(connect(listener, any, size) == 0);
    return {near, listener};
  }
  const int far = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  close(listener);
  REQUIRE(far >= 0);
  return {near, far};
}

StdinPeer::Answer peer_of(pid_t pid) {
  ProcTable proc;
  StdinPeer peers(proc);
  const Fd process = proc.folder(static_cast<uint32_t>(pid), std::nullopt);
  REQUIRE(process.ok());
  return peers.find(static_cast<uint32_t>(pid), process.get());
}

std::string address_of(const StdinPeer::Answer& answer) {
  return answer.address.empty() ? "none" : format_address(answer.address);
}

// This program, as processes are named.
Names own_name() {
  ProcTable proc;
  const ProcEntry* entry = proc.find(static_cast<uint32_t>(getpid()), std::nullopt);
  REQUIRE(entry != nullptr);
  return {entry->info.name.value_or("")};
}

// A process of another program with the descriptor as its standard input, and no other of ours.
void become_sleep(int stdin_now) {
  dup2(stdin_now, 0);
  execl("/bin/sleep", "sleep", "60", nullptr);
}

bool bring_loopback_up() {
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq lo{};
  std::snprintf(lo.ifr_name, sizeof lo.ifr_name, "lo");
  lo.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool up = ioctl(any, SIOCSIFFLAGS, &lo) == 0;
  close(any);
  return up;
}

}  // namespace

TEST_CASE("the other end of a socketpair is who holds it, as with node's children") {
  Pair pair = socket_pair();
  const Fork child([&] { become_sleep(pair.near); });
  const auto answer = peer_of(child.pid());
  CHECK(answer.programs == own_name());
  CHECK(answer.address.empty());
  CHECK_FALSE(answer.port);
  close(pair.far);
  pair.far = -1;
  CHECK(peer_of(child.pid()).programs.empty());  // it has gone
}

TEST_CASE("of a connected internet socket the address is told, and the program where it is of this machine") {
  const int family = GENERATE(AF_INET, AF_INET6), type = GENERATE(SOCK_STREAM, SOCK_DGRAM);
  uint16_t port = 0;
  Pair pair = connection(family, type, port);
  const Fork child([&] { become_sleep(pair.near); });
  close(pair.near);  // as a reverse shell: only its own process has that end
  pair.near = -1;
  const auto answer = peer_of(child.pid());
  CHECK(address_of(answer) == (family == AF_INET ? "127.0.0.1" : "::1"));
  CHECK(answer.port == port);
  CHECK(answer.programs == own_name());
  if (type == SOCK_DGRAM) return;
  close(pair.far);
  pair.far = -1;
  CHECK(peer_of(child.pid()).programs.empty());
}

TEST_CASE("an IPv4 connection of an IPv6 socket has an IPv4 address") {
  uint16_t port = 0;
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  address.sin6_family = AF_INET6;
  const int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), near = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  REQUIRE(listen(listener, 1) == 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = address.sin6_port;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(near, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  const int accepted = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  socklen_t own = sizeof to;
  REQUIRE(getsockname(near, reinterpret_cast<sockaddr*>(&to), &own) == 0);
  port = ntohs(to.sin_port);
  const Fork child([&] { become_sleep(accepted); });
  const auto answer = peer_of(child.pid());
  CHECK(address_of(answer) == "127.0.0.1");
  CHECK(answer.port == port);
  CHECK(answer.programs == own_name());
  for (const int descriptor : {listener, near, accepted}) close(descriptor);
}

TEST_CASE("a connection that nobody has accepted so far is held by who listens") {
  const uint32_t place = GENERATE(uint32_t{INADDR_LOOPBACK}, uint32_t{INADDR_ANY});
  sockaddr_in address{};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(place);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), near = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(bind(listener, any, size) == 0);
  REQUIRE(getsockname(listener, any, &size) == 0);
  REQUIRE(listen(listener, 1) == 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(near, any, size) == 0);
  const Fork child([&] { become_sleep(near); });
  CHECK(peer_of(child.pid()).programs == own_name());
  for (const int descriptor : {listener, near}) close(descriptor);
}

TEST_CASE("a socket of another network namespace is found there") {
  if (geteuid() != 0) SKIP_TEST("needs root: a network namespace");
  // The outer one holds the far end, the inner one has the near end as its standard input.
  int told[2];
  REQUIRE(pipe2(told, O_CLOEXEC) == 0);
  const Fork outer([&] {
    uint16_t port = 0;
    if (unshare(CLONE_NEWNET) != 0 || !bring_loopback_up()) _exit(1);
    Pair pair = connection(AF_INET, SOCK_STREAM, port);
    const pid_t inner = fork();
    if (inner == 0) become_sleep(pair.near);
    const uint32_t words[2] = {static_cast<uint32_t>(inner), port};
    (void)!write(told[1], words, sizeof words);
    pair.near = pair.far = -1;  // kept
  });
  close(told[1]);
  uint32_t words[2] = {};
  REQUIRE(read(told[0], words, sizeof words) == sizeof words);
  const auto inner = static_cast<pid_t>(words[0]);
  for (int i = 0; i < 500 && ProcTable::has_executed(words[0]) != true; ++i) usleep(10'000);
  const auto answer = peer_of(inner);
  kill(inner, SIGKILL);
  CHECK(address_of(answer) == "127.0.0.1");
  CHECK(answer.port == words[1]);
  CHECK(answer.programs == own_name());
  for (const int end : told) close(end);
}

TEST_CASE("what is no connected socket has no other end") {
  const auto nothing = [](const StdinPeer::Answer& answer) {
    return answer.address.empty() && !answer.port && answer.programs.empty();
  };
  SECTION("a pipe") {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const Fork child([&] { become_sleep(ends[0]); });
    CHECK(nothing(peer_of(child.pid())));
    for (const int end : ends) close(end);
  }
  SECTION("a socket that listens, and one that is bound to nothing") {
    const int type = GENERATE(SOCK_STREAM, SOCK_DGRAM);
    const int lone = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (type == SOCK_STREAM) REQUIRE(listen(lone, 1) == 0);
    const Fork child([&] { become_sleep(lone); });
    CHECK(nothing(peer_of(child.pid())));
    close(lone);
  }
  SECTION("a kind of socket that has no peer") {
    const int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
    const Fork child([&] { become_sleep(netlink); });
    CHECK(nothing(peer_of(child.pid())));
    close(netlink);
  }
}

}  // namespace recipe
