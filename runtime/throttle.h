// SPDX-License-Identifier: Apache-2.0
// Throttles: which detections a recipe's `throttle N per PERIOD by FIELDS` lets out. Memory is bounded: when it is full, what
// is forgotten is reported again, never held back.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>

#include "runtime/artefact/artefact.h"
#include "runtime/context/context.h"
#include "runtime/event.h"

namespace recipe {

class Throttles {
 public:
  static constexpr size_t kMaxWindows = 1u << 16;  // of all recipes together: 4 MiB

  explicit Throttles(uint64_t seed) : seed_(seed) {}

  // A window begins with the first event of its values and lasts one period of event time; its first `count` pass.
  [[nodiscard]] bool admit(RecipeId recipe, const Throttle& throttle, const Event& event, Context& context);

 private:
  struct Key {
    uint64_t low = 0, high = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const noexcept { return key.low; }
  };
  struct Window {
    int64_t begin_ns = 0, end_ns = 0;
    uint32_t passed = 0;
  };

  Key key_of(RecipeId recipe, const Throttle& throttle, const Event& event, Context& context);
  void make_room(int64_t now_ns);

  uint64_t seed_;
  std::unordered_map<Key, Window, KeyHash> windows_;
  std::string scratch_;
};

}  // namespace recipe
