// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/storms.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/bench/bench.h"

namespace recipe::bench {

double open_storm(const std::string& path, int count) {
  const double begin = now_seconds();
  for (int i = 0; i < count; ++i) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) std::abort();
    close(file);
  }
  return count / (now_seconds() - begin);
}

double connect_storm(int count) {
  const int datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(10);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const double begin = now_seconds();
  for (int i = 0; i < count; ++i) {
    if (connect(datagrams, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
  }
  const double rate = count / (now_seconds() - begin);
  close(datagrams);
  return rate;
}

double call_storm(int count) {
  const double begin = now_seconds();
  for (int i = 0; i < count; ++i) (void)getppid();
  return count / (now_seconds() - begin);
}

}  // namespace recipe::bench
