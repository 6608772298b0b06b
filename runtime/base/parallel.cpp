// SPDX-License-Identifier: Apache-2.0
// No pool: threads live as long as one call, so that nothing of them is left when a process forks.
#include "runtime/base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace recipe {
namespace {

constexpr size_t kMostThreads = 8;

}  // namespace

// hardware_concurrency() counts those of the machine, also where this process is held to one.
size_t processors() {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  const bool told = ::sched_getaffinity(0, sizeof mine, &mine) == 0;  // not of more than 1,024
  return std::clamp<size_t>(told ? static_cast<size_t>(CPU_COUNT(&mine)) : std::thread::hardware_concurrency(), 1,
                            kMostThreads);
}

void work_on(size_t items, const std::function<void(Items&)>& work, size_t threads) {
  Items left(items);
  std::mutex mutex;
  std::exception_ptr thrown;  // the first
  const auto guarded = [&] {
    try {
      work(left);
    } catch (...) {
      const std::scoped_lock lock(mutex);
      if (!thrown) thrown = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (size_t i = 1; i < std::min(threads, items); ++i) others.emplace_back(guarded);
    } catch (const std::system_error&) {  // no more threads for this process
    }
    guarded();
  }  // others are joined here
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace recipe
