// SPDX-License-Identifier: Apache-2.0
// What this kernel offers to the probes, tried and not guessed, with the reason in words: `reciped features`.
#pragma once
#include <string>
#include <string_view>
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

// A program of the kernel half: what it makes, where it hangs, and what it cannot see.
struct ProbeUse {
  std::string event;    // "open"; of fork and exit their own names
  std::string program;  // "recipe_s_openat"
  std::string hook;     // "tracepoint/syscalls/sys_exit_openat"
  std::string_view sees;
  bool used = false;  // by this kernel, where a recipe wants the event
};
// Nothing is loaded. Events of the catalogue that no program makes are not here.
[[nodiscard]] std::vector<ProbeUse> probe_uses(const Features& features);

// Whether this kernel can do what the event is about: one that was built without modules loads none.
[[nodiscard]] bool can_happen(std::string_view event);

}  // namespace recipe
