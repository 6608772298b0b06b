// SPDX-License-Identifier: Apache-2.0
// Strong ids: an index into one vector that cannot be mistaken for an index into another.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <limits>

namespace recipe {

template <class Tag>
struct Id {
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
  uint32_t value = kNone;

  [[nodiscard]] constexpr bool valid() const { return value != kNone; }
  [[nodiscard]] constexpr size_t index() const { return value; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

}  // namespace recipe

template <class Tag>
struct std::hash<recipe::Id<Tag>> {
  size_t operator()(recipe::Id<Tag> id) const noexcept { return std::hash<uint32_t>{}(id.value); }
};
