// SPDX-License-Identifier: Apache-2.0
// Seen: what `unless seen [...] in PERIOD` remembers, and the file that carries it from one ephemeral machine to the next.
//
//   {"format":"recipe-seen","version":1}
//   {"recipe":"new_peer","last":"2026-11-30T10:00:00.000000000Z","values":["/usr/bin/curl","example.com"]}
//
// Values are texts as messages show them, secrets masked; a field that the event lacks is null. Limits: 65,536 memories (the
// oldest go first), 16 MiB, 64 KiB a line.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/artefact/artefact.h"
#include "runtime/base/result.h"
#include "runtime/context/context.h"
#include "runtime/event.h"

namespace recipe {

class Seen {
 public:
  static constexpr size_t kMostMemories = 1u << 16, kMostBytes = 16u << 20, kMostLine = 64u << 10;
  static constexpr uint32_t kVersion = 1;

  // Whether the recipe has seen the event's values within its period; they are seen from now on.
  [[nodiscard]] bool seen_before(const RecipeInfo& recipe, const Event& event, Context& context);

  // Error: the line and what is wrong with it; another version is said to be one.
  [[nodiscard]] Status read(std::string_view text);
  [[nodiscard]] std::string print() const;

  void clear();
  [[nodiscard]] size_t size() const { return memories_.size(); }
  [[nodiscard]] uint64_t evicted() const { return evicted_; }

 private:
  using Values = std::vector<std::optional<std::string>>;
  using Memory = std::pair<std::string, Values>;  // of a recipe

  void remember(Memory memory, int64_t unix_ns);

  std::map<Memory, int64_t> memories_;
  std::set<std::pair<int64_t, const Memory*>> by_time_;
  size_t bytes_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace recipe
