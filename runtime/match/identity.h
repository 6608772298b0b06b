// SPDX-License-Identifier: Apache-2.0
// One process, told from others that had its number before.
#pragma once
#include <cstdint>

#include "runtime/event.h"

namespace recipe {

struct ProcessIdentity {
  int64_t pid = 0;
  uint64_t start_time = 0;  // ns from boot; 0: not known, then the pid alone names it

  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

// Start times that /proc gives are whole ticks, rounded down; the probes' are exact and hardly ever whole ticks.
inline constexpr uint64_t kStartTick = 10'000'000;

[[nodiscard]] inline bool same_start(uint64_t a, uint64_t b) {
  if (a == 0 || b == 0 || a == b) return true;
  return (a % kStartTick == 0 || b % kStartTick == 0) && a / kStartTick == b / kStartTick;
}

// Steps of a recipe's test that give no pid are one process.
[[nodiscard]] inline ProcessIdentity identity_of(const Event& event) {
  return {event.number(FieldId::process_pid).value_or(0),
          static_cast<uint64_t>(event.number(FieldId::process_start_time).value_or(0))};
}

}  // namespace recipe
