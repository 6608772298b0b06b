// SPDX-License-Identifier: Apache-2.0
// Lanes and letters of the kernel filter, as questions. The table of lanes is enum kernel_lane of bpf/abi/filter_image.h.
#pragma once
#include <cstdint>

#include "bpf/abi/filter_image.h"
#include "bpf/lib/hash.h"
#include "runtime/catalogue/catalogue.h"

namespace recipe {

[[nodiscard]] constexpr bool is_argv_lane(uint32_t lane) {
  return lane >= LANE_ARGV && lane < LANE_ARGV + RECIPE_ARGV_LANES;
}
[[nodiscard]] constexpr bool is_lane(uint32_t lane) {
  return lane < LANES;
}
[[nodiscard]] constexpr lane_kind kind_of_lane(uint32_t lane) {
  if ((LANE_MASK(lane) & LANES_OF_NUMBERS) != 0) return LANE_IS_NUMBER;
  if ((LANE_MASK(lane) & LANES_OF_BITS) != 0) return LANE_IS_BITS;
  if (lane == LANE_IP) return LANE_IS_IP;
  return is_argv_lane(lane) ? LANE_IS_ARGV : LANE_IS_STRING;
}
// Exact values are integers.
[[nodiscard]] constexpr bool is_number_lane(uint32_t lane) {
  return kind_of_lane(lane) == LANE_IS_NUMBER;
}
[[nodiscard]] constexpr bool is_string_lane(uint32_t lane) {
  return kind_of_lane(lane) == LANE_IS_STRING || is_argv_lane(lane);
}

// The lane whose exact values choose an event's blocks.
[[nodiscard]] inline uint32_t pivot_lane(EventId event) {
  return (info(event).families & kOnFile) != 0 ? LANE_FILE_NAME : LANE_NAME;
}

// The lane that stands in keys: argv's lanes share their keys.
[[nodiscard]] constexpr uint32_t key_lane(uint32_t lane) {
  return is_argv_lane(lane) ? uint32_t{LANE_ARGV} : lane;
}

[[nodiscard]] inline bool is_flag_letter(char letter) {
  return flag_bit(static_cast<unsigned char>(letter)) < 64;
}

// Bits of process_entry.tags: names of ancestors, marks.
[[nodiscard]] constexpr bool is_tag_lane(uint32_t lane) {
  return lane == LANE_TAGS || lane == LANE_MARKS;
}

// The field that a lane judges; kNone of LANE_TAGS and LANE_SELF.
[[nodiscard]] inline FieldId field_of_lane(uint32_t lane) {
  for (const FieldInfo& field : all_fields()) {
    if (field.lane != Lane::kNone && static_cast<uint32_t>(field.lane) == key_lane(lane)) return field.id;
  }
  return FieldId::kNone;
}

}  // namespace recipe
