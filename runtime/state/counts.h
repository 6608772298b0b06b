// SPDX-License-Identifier: Apache-2.0
// Counts: `count > N within T by ...`. A window keeps the times of its last events, no more than are asked for, so the answer
// is exact: it is reached when as many lie within the time. Memory is bounded; the window that was used last goes last.
#pragma once
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "runtime/detection.h"
#include "runtime/state/key.h"

namespace recipe {

class Counts {
 public:
  static constexpr size_t kMaxWindows = 1u << 14;
  static constexpr size_t kMaxTimes = 1u << 21;  // of all windows together: 16 MiB
  static constexpr size_t kSamples = 4;          // the first events of a window, as detections …
  static constexpr size_t kMaxSamples = 4096;    // … and of all windows together

  Counts(const std::vector<Count>& counts, uint64_t seed) : counts_(counts), keys_(seed) {}

  struct Reached {
    Detection::Tally tally;          // all events of the window, this one among them
    std::vector<Detection> samples;  // of the earliest ones
  };
  // An event for which a trigger holds. number: Trigger::count, not 0. nullopt: not reached, or the event is in no group.
  // sample: makes its detection.
  [[nodiscard]] std::optional<Reached> add(uint32_t number, const Event& event, Context& context,
                                           const std::function<Detection()>& sample);
  void clear();
  [[nodiscard]] uint64_t evicted() const { return evicted_; }

 private:
  struct Moment {
    uint64_t boot_ns = 0;
    int64_t unix_ns = 0;
  };
  struct Window {
    uint64_t start_time = 0;    // of the process it is of
    std::vector<Moment> times;  // a ring once it is full
    size_t oldest = 0;
    std::vector<Detection> samples;
    std::list<StateKey>::iterator used;
  };

  [[nodiscard]] std::optional<std::pair<StateKey, uint64_t>> key_of(uint32_t number, const Event& event, Context& context);
  void forget(Window& window);
  void drop_samples(Window& window, int64_t before_unix_ns);
  void make_room(size_t times);

  const std::vector<Count>& counts_;
  KeyMaker keys_;
  std::unordered_map<StateKey, Window, StateKeyHash> windows_;
  std::list<StateKey> by_use_;  // the last one was used last
  size_t times_ = 0, samples_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace recipe
