// SPDX-License-Identifier: Apache-2.0
// Items that do not depend on each other, worked on by all processors at once.
#pragma once
#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>

namespace recipe {

// What is left to do, for all threads that do it.
class Items {
 public:
  explicit Items(size_t count) : count_(count) {}
  // Each item once, in rising order over all threads; nullopt: none is left.
  std::optional<size_t> next() {
    const size_t item = next_.fetch_add(1, std::memory_order_relaxed);
    return item < count_ ? std::optional<size_t>(item) : std::nullopt;
  }

 private:
  std::atomic<size_t> next_{0};
  size_t count_;
};

// Those that this process may use, at most 8: past that, what is not parallel decides.
[[nodiscard]] size_t processors();

// Calls `work` on this thread and on threads - 1 more, never on more than there are items, and returns when all have: what they
// wrote is then seen here. Each call takes items until none is left, so that what it needs for them it makes once; what one
// item writes no other may touch. What one of them throws is thrown here once all have returned. A thread that the machine
// refuses is missed by nobody: the others do its part.
void work_on(size_t items, const std::function<void(Items&)>& work, size_t threads = processors());

}  // namespace recipe
