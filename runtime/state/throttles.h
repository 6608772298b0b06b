// SPDX-License-Identifier: Apache-2.0
// Throttles: which detections a recipe's `throttle N per PERIOD by FIELDS` lets out, and at the end of a window what it held
// back. Memory is bounded: when it is full, what is forgotten is reported again, never held back.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "runtime/detection.h"
#include "runtime/state/key.h"

namespace recipe {

class Throttles {
 public:
  static constexpr size_t kMaxWindows = 1u << 16;  // of all recipes together: some 8 MiB
  static constexpr size_t kSamples = 3;            // of what a window holds back, as whole detections …
  static constexpr size_t kMaxSamples = 3072;      // … and of all windows together: some 10 MiB

  explicit Throttles(uint64_t seed) : keys_(seed) {}

  // A window begins with the first event of its values and lasts one period of event time (ns from boot); its first `count`
  // pass. sample: makes the detection of an event that is held back; it is called for the first ones of a window.
  [[nodiscard]] bool admit(RecipeId recipe, const Throttle& throttle, const Event& event, Context& context,
                           const std::function<Detection()>& sample);

  // Of a window that is over and held something back: its first sample as the detection, with all of them and the tally.
  // One a call, until there is none; each window is told once.
  [[nodiscard]] std::optional<Detection> take_closed(uint64_t now_boot_ns);
  // When that has something next; nullopt: nothing is held back.
  [[nodiscard]] std::optional<uint64_t> next_close() const;

 private:
  struct Held {
    Detection::Tally tally;
    std::vector<Detection> samples;
  };
  struct Window {
    uint64_t begin_ns = 0, end_ns = 0;
    uint32_t passed = 0;
    std::optional<Held> held;
  };
  using Windows = std::unordered_map<StateKey, Window, StateKeyHash>;

  void make_room(uint64_t now_ns);
  void close(Window& window, const StateKey& key);

  KeyMaker keys_;
  Windows windows_;
  std::set<std::pair<uint64_t, StateKey>> ends_;  // of windows that hold something back
  std::vector<Detection> closed_;
  size_t samples_ = 0;
};

}  // namespace recipe
