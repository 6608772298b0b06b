// SPDX-License-Identifier: Apache-2.0
// A pipe of the test's own, closed at its end.
#pragma once
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdint>

namespace recipe::test {

struct Pipe {
  Pipe() { REQUIRE(pipe2(ends, O_CLOEXEC) == 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  // As process.stdin.pipe numbers it.
  [[nodiscard]] uint64_t number() const {
    struct stat status {};
    REQUIRE(fstat(ends[0], &status) == 0);
    return status.st_ino + ((uint64_t{major(status.st_dev)} << 20 | minor(status.st_dev)) << 32);
  }
  int ends[2];
};

}  // namespace recipe::test
