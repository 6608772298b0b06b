// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/parallel.h"

#include <catch2/catch.hpp>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace recipe {
namespace {

TEST_CASE("each item is worked on once, on however many threads") {
  for (const size_t threads : {1, 2, 8, 64}) {
    std::vector<int> worked(1000);
    const auto work = [&](Items& items) {
      while (const auto item = items.next()) ++worked[*item];
    };
    work_on(worked.size(), work, threads);
    CHECK(worked == std::vector<int>(1000, 1));
  }
}

TEST_CASE("no more threads begin than there are items, and one item is worked on here") {
  for (const size_t count : {0, 1, 3}) {
    std::mutex mutex;
    std::multiset<std::thread::id> seen;
    work_on(
        count,
        [&](Items& items) {
          while (items.next()) std::this_thread::yield();
          const std::lock_guard lock(mutex);
          seen.insert(std::this_thread::get_id());
        },
        8);
    CHECK(seen.size() == std::max<size_t>(count, 1));
    CHECK(seen.contains(std::this_thread::get_id()));
  }
}

TEST_CASE("a machine has at least one processor") {
  CHECK(processors() >= 1);
}

}  // namespace
TEST_CASE("what a thread throws is thrown where the work was asked for, once all have returned") {
  const auto work = [](Items& items) {
    while (const std::optional<size_t> item = items.next()) {
      if (*item == 7) throw std::bad_alloc();
    }
  };
  CHECK_THROWS_AS(work_on(100, work, 4), std::bad_alloc);
  CHECK_THROWS_AS(work_on(100, work, 1), std::bad_alloc);
}

}  // namespace recipe
