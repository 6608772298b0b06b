// SPDX-License-Identifier: Apache-2.0
// What a dead destination may cost: a disk that fills up, memory, the time of those who watch.
#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "tests/support/server.h"

namespace recipe {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string numbered(int number, size_t size) {
  std::string line = std::to_string(number) + " ";
  return line + std::string(size - line.size() - 1, 'x') + "\n";
}

// No file of this process grows beyond so many bytes.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit less{bytes, before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &less) == 0);
  }
  ~FileLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  rlimit before_{};
};

size_t resident_bytes() {
  malloc_trim(0);
  std::ifstream in("/proc/self/statm");
  size_t all = 0, resident = 0;
  in >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    read = ends[0];
    write = ends[1];
  }
  ~Pipe() {
    hang_up();
    close(write);
  }
  void hang_up() {
    if (read >= 0) close(std::exchange(read, -1));
  }
};

}  // namespace

TEST_CASE("a disk that fills up costs nothing while memory has room, and what it holds goes out first") {
  const ScratchFolder folder;
  const std::string socket = folder.path("socket"), received = folder.path("received");
  const auto destination = make_shipping(make_unix_transport(socket), quick_shipping(folder.path("spool")));
  {
    const FileLimit limit(20'000);
    for (int i = 0; i < 500; ++i) {
      REQUIRE(destination->put(numbered(i, 100), 1).ok());
      if (i % 50 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    CHECK(destination->flush().ok());
    CHECK(folder.read("spool").size() <= 20'000);
  }
  Running receiver({"/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/receiver.py", "unix", socket, received});
  REQUIRE(receiver.line() == socket);
  const Status closed = destination->close();
  INFO((closed.ok() ? "" : closed.error().message()));
  CHECK(closed.ok());
  CHECK(destination->refused() == 0);
  receiver.stop(SIGTERM);
  const auto lines = lines_of(folder.read("received"));
  REQUIRE(lines.size() == 500);
  for (int i = 0; i < 500; ++i) CHECK(lines[static_cast<size_t>(i)] + "\n" == numbered(i, 100));
}

TEST_CASE("a full disk and a full memory refuse, count, and say which") {
  const ScratchFolder folder;
  ShippingOptions options = quick_shipping(folder.path("spool"));
  options.queue_bytes = 10'000;
  options.patience = std::chrono::milliseconds(0);
  auto destination = make_shipping(make_unix_transport(folder.path("nobody")), std::move(options));
  std::string words;
  {
    const FileLimit limit(10'000);
    for (int i = 0; i < 1'000; ++i) {
      if (const Status put = destination->put(numbered(i, 100), 1); !put.ok()) words = put.error().message();
      if (i % 50 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    CHECK_FALSE(destination->close().ok());
  }
  CHECK(words.find("File too large") != std::string::npos);
  CHECK(words.find("no more can wait") != std::string::npos);
  const uint64_t refused = destination->refused();
  destination.reset();
  const auto spool = Spool::open(folder.path("spool"), 1 << 20);
  REQUIRE(spool.ok());
  CHECK(spool->messages() + refused == 1'000);
  CHECK(spool->messages() > 50);
}

TEST_CASE("a place that is dead for an hour of detections holds its bound in memory and no more") {
  constexpr int kCount = 200'000;  // of 1 KiB: fifty times the bound
  for (const bool spooled : {false, true}) {
    const ScratchFolder folder;
    [[maybe_unused]] const size_t before = resident_bytes();
    ShippingOptions options = quick_shipping(spooled ? folder.path("spool") : "", 2u << 20);
    options.patience = std::chrono::milliseconds(0);
    auto destination = make_shipping(make_unix_transport(folder.path("nobody")), std::move(options));
    for (int i = 0; i < kCount; ++i) (void)destination->put(numbered(i, 1024), 1).ok();
    [[maybe_unused]] const size_t after = resident_bytes();
#ifndef __SANITIZE_ADDRESS__  // which keeps what was freed
    CHECK(after < before + (16u << 20));
#endif
    CHECK(destination->refused() > kCount / 2);
    CHECK_FALSE(destination->close().ok());
    const uint64_t refused = destination->refused();
    destination.reset();
    if (!spooled) {
      CHECK(refused == kCount);
      continue;
    }
    const auto spool = Spool::open(folder.path("spool"), 4u << 20);
    REQUIRE(spool.ok());
    CHECK(spool->messages() + refused == kCount);
  }
}

TEST_CASE("who does not read stdout holds nobody up: what fits waits for him, whole and in order") {
  const Pipe pipe;
  const auto destination = make_descriptor_destination(pipe.write, "stdout", false);
  constexpr int kCount = 3'000;  // of 1 KiB: more than a pipe holds, less than the bound
  for (int i = 0; i < kCount; ++i) REQUIRE(destination->put(numbered(i, 1024), 1).ok());
  REQUIRE(destination->flush().ok());
  std::string text;
  std::thread reader([&] {
    char piece[65536];
    while (text.size() < size_t{kCount} * 1024) {
      const ssize_t got = read(pipe.read, piece, sizeof piece);
      if (got <= 0) return;
      text.append(piece, static_cast<size_t>(got));
    }
  });
  CHECK(destination->close().ok());
  reader.join();
  CHECK(destination->refused() == 0);
  std::string all;
  for (int i = 0; i < kCount; ++i) all += numbered(i, 1024);
  CHECK(text == all);
}

TEST_CASE("what waits for a reader of stdout has a bound, and one who hangs up is told apart") {
  Pipe pipe;
  const auto destination = make_descriptor_destination(pipe.write, "stdout", false);
  constexpr int kCount = 10'000;
  int said = 0;
  for (int i = 0; i < kCount; ++i) said += destination->put(numbered(i, 1024), 1).ok() ? 0 : 1;
  CHECK(said == 1);
  const uint64_t refused = destination->refused();
  CHECK(refused > 5'000);
  CHECK(refused < 6'000);  // 4 MiB wait, 64 KiB are in the pipe
  pipe.hang_up();
  const Status flushed = destination->flush();
  REQUIRE_FALSE(flushed.ok());
  CHECK(flushed.error().code == EPIPE);
  CHECK(destination->refused() > refused + 4'000);
  CHECK(destination->close().ok());
}

}  // namespace recipe
