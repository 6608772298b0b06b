// SPDX-License-Identifier: Apache-2.0
// Times of events as text: RFC 3339 with nanoseconds.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recipe {

[[nodiscard]] std::string format_time(int64_t unix_ns);  // 2026-11-23T10:00:00.000000001Z

// Any offset, none to nine digits of a second. nullopt: no such time, or none that 64 bits of nanoseconds hold.
[[nodiscard]] std::optional<int64_t> parse_time(std::string_view text);

}  // namespace recipe
