// SPDX-License-Identifier: Apache-2.0
// Keys: which events a `throttle`, a `count` or a `sequence` takes together. A key is 128 seeded bits of its owner and values:
// values may be 4 KiB of argv, and whoever runs commands must not be able to make two of them collide.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/artefact/artefact.h"
#include "runtime/context/context.h"
#include "runtime/event.h"
#include "runtime/match/identity.h"

namespace recipe {

struct StateKey {
  uint64_t low = 0, high = 0;
  friend auto operator<=>(const StateKey&, const StateKey&) = default;
};
struct StateKeyHash {
  size_t operator()(const StateKey& key) const noexcept { return key.low; }
};

enum class KeyOwner : uint8_t { kThrottle, kCount, kSequence };

class KeyMaker {
 public:
  explicit KeyMaker(uint64_t seed) : seed_(seed) {}

  // Absent values are told from empty ones. index: of the recipe or count.
  [[nodiscard]] StateKey of_values(KeyOwner owner, uint32_t index, std::span<const FieldId> fields, const Event& event,
                                   Context& context);
  // The same where each field must be there; nullopt: one is not. process: one that it is of too, by its number alone; its
  // start is compared apart, because it may not be known.
  [[nodiscard]] std::optional<StateKey> of_group(KeyOwner owner, uint32_t index, std::optional<int64_t> process,
                                                 std::span<const FieldId> fields, const Event& event, Context& context);

 private:
  void begin(KeyOwner owner, uint32_t index);
  void add(std::string_view bytes);
  [[nodiscard]] bool add(FieldId field, const Event& event, Context& context);
  [[nodiscard]] StateKey finish() const;

  uint64_t seed_;
  std::string scratch_;
};

// The process of the event and its ancestors, parent first, as far as they are known.
[[nodiscard]] std::vector<ProcessIdentity> line_of(const Event& event, Context& context);

}  // namespace recipe
