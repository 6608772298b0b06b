// SPDX-License-Identifier: Apache-2.0
// What this kernel offers to the probes, tried and not guessed, with the reason in words: `reciped features`.
#pragma once
#include <string>
#include <vector>

namespace recipe {

struct Feature {
  std::string name;     // "ring buffer"
  std::string purpose;  // what it is for here
  bool available = false;
  bool required = false;  // without it the daemon does not run
  std::string reason;     // why it is not available, and what that means; empty where it is
};

struct Features {
  std::vector<Feature> list;
  // Why the probes cannot be loaded, in one line that says what to do; empty: they can.
  [[nodiscard]] std::string obstacle() const;
  [[nodiscard]] bool has(std::string_view name) const;
};

[[nodiscard]] Features probe_features();

}  // namespace recipe
