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
[[nodiscard]] constexpr bool is_number_lane(uint32_t lane) {
  return lane == LANE_UID || lane == LANE_GID || lane == LANE_EUID;
}
[[nodiscard]] constexpr bool is_string_lane(uint32_t lane) {
  return lane == LANE_NAME || lane == LANE_PARENT_NAME || lane == LANE_EXE || is_argv_lane(lane);
}
[[nodiscard]] constexpr bool is_lane(uint32_t lane) {
  return is_number_lane(lane) || is_string_lane(lane);
}

// The lane that stands in keys: argv's lanes share their keys.
[[nodiscard]] constexpr uint32_t key_lane(uint32_t lane) {
  return is_argv_lane(lane) ? uint32_t{LANE_ARGV} : lane;
}

// Only of string lanes.
[[nodiscard]] constexpr string_class string_class_of(uint32_t lane) {
  return lane == LANE_NAME          ? STRING_NAME
         : lane == LANE_PARENT_NAME ? STRING_PARENT_NAME
         : lane == LANE_EXE         ? STRING_EXE
                                    : STRING_ARGV;
}

[[nodiscard]] inline bool is_flag_letter(char letter) {
  return flag_bit(static_cast<unsigned char>(letter)) < 64;
}

// The field that a lane judges.
[[nodiscard]] inline FieldId field_of_lane(uint32_t lane) {
  for (const FieldInfo& field : all_fields()) {
    if (field.lane != Lane::kNone && static_cast<uint32_t>(field.lane) == key_lane(lane)) return field.id;
  }
  return FieldId::kNone;
}

}  // namespace recipe
