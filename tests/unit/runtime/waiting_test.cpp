// SPDX-License-Identifier: Apache-2.0
// Records that wait for a process to settle: when they come back, how often, and that there is an end to it.
#include "runtime/waiting.h"

#include <catch2/catch.hpp>
#include <cstring>

namespace recipe {
namespace {

using namespace std::chrono_literals;

const Waiting::Clock::time_point kStart{};

std::span<const std::byte> bytes_of(const char* text) {
  return std::as_bytes(std::span(text, std::strlen(text)));
}

}  // namespace

TEST_CASE("a record comes back when its time has come, whole, and not before") {
  Waiting waiting;
  CHECK_FALSE(waiting.next());
  REQUIRE(waiting.add(bytes_of("a record"), 0, kStart));
  CHECK(waiting.next() == kStart + 2ms);
  CHECK_FALSE(waiting.take(kStart + 1ms));
  const auto due = waiting.take(kStart + 2ms);
  REQUIRE(due);
  CHECK(due->bytes == 8);
  CHECK(std::memcmp(due->record().data(), "a record", 8) == 0);
  CHECK_FALSE(waiting.next());
}

TEST_CASE("each round waits longer, and some tens of milliseconds are the end") {
  Waiting waiting;
  Waiting::Clock::time_point now = kStart;
  uint32_t round = 0;
  while (waiting.add(bytes_of("x"), round, now)) {
    now = waiting.next().value();
    round = waiting.take(now)->round;
  }
  CHECK(round == 5);
  CHECK(now - kStart == 62ms);
}

TEST_CASE("one that waits longer holds up none that is due, and there is a bound on all") {
  Waiting waiting;
  REQUIRE(waiting.add(bytes_of("long"), 4, kStart));
  REQUIRE(waiting.add(bytes_of("short"), 0, kStart));
  CHECK(waiting.next() == kStart + 2ms);
  CHECK(waiting.take(kStart + 2ms)->bytes == 5);
  CHECK_FALSE(waiting.take(kStart + 2ms));
  for (size_t i = 1; i < Waiting::kMaxRecords; ++i) REQUIRE(waiting.add(bytes_of("x"), 0, kStart));
  CHECK_FALSE(waiting.add(bytes_of("x"), 0, kStart));
}

}  // namespace recipe
