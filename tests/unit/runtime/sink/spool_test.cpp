// SPDX-License-Identifier: Apache-2.0
// The spool: order, bound, what a death in the middle leaves, what others may have done to the file.
#include "runtime/sink/spool.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/run_command.h"

namespace recipe {
namespace {

constexpr uint64_t kBound = 1 << 16;
constexpr size_t kAll = 1000, kBytes = 1 << 20;

Message message(const std::string& text, uint32_t detections = 1) {
  return {text, detections};
}

std::vector<std::string> waiting(const Spool& spool) {
  std::vector<std::string> texts;
  const auto messages = spool.peek(kAll, kBytes);
  REQUIRE(messages.ok());
  for (const Message& each : *messages) texts.push_back(each.bytes);
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("what is spooled comes out in order, over a restart too, and is gone once it was taken") {
  const ScratchFolder folder;
  const std::string path = folder.path("a.spool");
  {
    auto spool = Spool::open(path, kBound);
    REQUIRE(spool.ok());
    for (const char* text : {"one", "two", "", "three\n\x01\xff"}) REQUIRE(*spool->append(message(text)));
    CHECK(waiting(*spool) == Texts{"one", "two", "", "three\n\x01\xff"});
    REQUIRE(spool->drop(1).ok());
  }
  {
    auto spool = Spool::open(path, kBound);
    REQUIRE(spool.ok());
    CHECK(spool->messages() == 3);
    CHECK(waiting(*spool) == Texts{"two", "", "three\n\x01\xff"});
    struct stat rights {};
    REQUIRE(stat(path.c_str(), &rights) == 0);
    CHECK((rights.st_mode & 0777) == 0600);
    REQUIRE(spool->drop(3).ok());
    CHECK(spool->empty());
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("the bound holds, and room that was freed is used again without end") {
  const ScratchFolder folder;
  auto spool = Spool::open(folder.path("a.spool"), kBound);
  REQUIRE(spool.ok());
  const std::string big(10'000, 'x');
  size_t taken = 0;
  while (*spool->append(message(big))) ++taken;
  CHECK(taken == 6);
  for (int i = 0; i < 500; ++i) {
    REQUIRE(spool->drop(1).ok());
    REQUIRE(*spool->append(message(std::to_string(i) + big)));
  }
  CHECK(spool->messages() == 6);
  CHECK(waiting(*spool).front().starts_with("494x"));
  CHECK(std::filesystem::file_size(folder.path("a.spool")) <= kBound + (2u << 20));
}

TEST_CASE("a file that was cut anywhere gives the whole records before the cut, and goes on") {
  const ScratchFolder folder;
  const std::string path = folder.path("a.spool");
  std::string bytes;
  {
    auto spool = Spool::open(path, kBound);
    REQUIRE(spool.ok());
    for (const char* text : {"one", "two", "three"}) REQUIRE(*spool->append(message(text)));
    bytes = folder.read("a.spool");
  }
  for (size_t size = 0; size <= bytes.size(); ++size) {
    INFO(size);
    const std::string cut = folder.write("cut.spool", bytes.substr(0, size));
    auto spool = Spool::open(cut, kBound);
    REQUIRE(spool.ok());
    const Texts texts = waiting(*spool);
    const Texts all{"one", "two", "three"};
    CHECK(texts == Texts(all.begin(), all.begin() + static_cast<ptrdiff_t>(texts.size())));
    if (size == bytes.size()) CHECK(texts == all);
    REQUIRE(*spool->append(message("more")));
    CHECK(waiting(*spool).back() == "more");
    REQUIRE(spool->drop(kAll).ok());
  }
}

TEST_CASE("a changed byte ends the file there, and another file is refused") {
  const ScratchFolder folder;
  const std::string path = folder.path("a.spool");
  {
    auto spool = Spool::open(path, kBound);
    REQUIRE(spool.ok());
    for (const char* text : {"one", "two", "three"}) REQUIRE(*spool->append(message(text)));
  }
  std::string bytes = folder.read("a.spool");
  bytes[bytes.find("two")] = 'T';
  folder.write("a.spool", bytes);
  auto spool = Spool::open(path, kBound);
  REQUIRE(spool.ok());
  CHECK(waiting(*spool) == Texts{"one"});
  CHECK_FALSE(Spool::open(path, kBound).ok());  // in use
  CHECK_FALSE(Spool::open(folder.write("other", "some other file of someone"), kBound).ok());
  CHECK(folder.read("other") == "some other file of someone");
  CHECK_FALSE(Spool::open(folder.path(), kBound).ok());
  CHECK_FALSE(Spool::open(folder.path("no/such/folder"), kBound).ok());
}

}  // namespace recipe
