// SPDX-License-Identifier: Apache-2.0
// Who writes into a pipe: the chain of those that the kernel half has noted, and what /proc shows of the others, by processes
// and pipes of this test's own.
#include "runtime/context/stdin_writers.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

#include "tests/support/fork.h"
#include "tests/support/pipe.h"

namespace recipe {
namespace {

using test::Fork;
using test::Pipe;

using Names = std::vector<std::string>;

struct Noted final : PipeWriters {
  std::vector<PipeWriter> writers(uint64_t pipe) override {
    ++asked;
    return of[pipe];
  }
  std::map<uint64_t, std::vector<PipeWriter>> of;
  int asked = 0;
};

uint64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

struct Asked {
  StdinWriters::Answer of(uint64_t pipe, uint64_t time_ns = now_ns()) {
    return writers.find(pipe, static_cast<uint32_t>(getpid()), time_ns);
  }
  Noted noted;
  ProcTable proc;
  StdinWriters writers{&noted, proc};
};

}  // namespace

TEST_CASE("the writers of the writers follow, the nearest first") {
  Asked asked;
  asked.noted.of[3] = {{30, 1, 2, "tr"}, {31, 2, 0, "echo"}};
  asked.noted.of[2] = {{20, 1, 1, "base64"}};
  asked.noted.of[1] = {{10, 1, 0, "curl"}};
  const auto answer = asked.of(3);
  CHECK(answer.names == Names{"tr", "echo", "base64", "curl"});
  CHECK(answer.settled);
}

TEST_CASE("pipes that feed each other end, and so does a chain of any length") {
  Asked asked;
  asked.noted.of[1] = {{10, 1, 2, "tee"}};
  asked.noted.of[2] = {{20, 1, 1, "sed"}};
  CHECK(asked.of(1).names == Names{"tee", "sed"});
  for (uint32_t i = 1; i < 100; ++i) asked.noted.of[i] = {{i, 1, i + 1, "cat"}};
  CHECK(asked.of(1).names.size() == StdinWriters::kMaxNames);
}

TEST_CASE("nobody is known of a pipe that nobody holds") {
  Asked asked;
  uint64_t number = 0;
  {
    const Pipe gone;
    number = gone.number();
  }
  const auto answer = asked.of(number);
  CHECK(answer.names.empty());
  CHECK(answer.settled);
  CHECK(asked.noted.asked == 2);  // once more after the look at /proc: who executed meanwhile has been noted
}

TEST_CASE("a fork that has executed nothing so far may be anybody in a moment") {
  Asked asked;
  const Pipe pipe;
  const auto own = asked.proc.find(static_cast<uint32_t>(getpid()), std::nullopt)->info.name;
  SECTION("with the pipe in its place") {
    const Fork fork([&] { dup2(pipe.ends[1], 1); });
    const auto answer = asked.of(pipe.number());
    CHECK_FALSE(answer.settled);
    CHECK(answer.names == Names{*own});
  }
  SECTION("before it puts the pipe there") {
    const Fork fork([] {});
    CHECK_FALSE(asked.of(pipe.number()).settled);
  }
  SECTION("not a reader") {
    const Fork fork([&] { close(pipe.ends[1]); });
    CHECK(asked.of(pipe.number()).settled);
    CHECK(asked.of(pipe.number()).names.empty());
  }
  SECTION("not for ever") {
    const Fork fork([&] { dup2(pipe.ends[1], 1); });
    const auto later = asked.of(pipe.number(), now_ns() + StdinWriters::kYoungNs + 20'000'000);
    CHECK(later.settled);
    CHECK(later.names == Names{*own});
  }
  SECTION("nor once it is gone") {
    {
      const Fork fork([&] { dup2(pipe.ends[1], 1); });
    }
    CHECK(asked.of(pipe.number()).settled);
  }
}

TEST_CASE("a program that was there before anybody noted it is found, and what feeds it") {
  Asked asked;
  const Pipe before, after;
  asked.noted.of[before.number()] = {{10, 1, 0, "curl"}};
  const Fork fork([&] {
    dup2(before.ends[0], 0);
    dup2(after.ends[1], 1);
    execlp("sleep", "sleep", "60", nullptr);
  });
  const auto answer = asked.of(after.number());
  CHECK(answer.settled);
  REQUIRE(answer.names.size() == 2);
  CHECK((answer.names[0] == "sleep" || answer.names[0] == "coreutils"));
  CHECK(answer.names[1] == "curl");
}

}  // namespace recipe
