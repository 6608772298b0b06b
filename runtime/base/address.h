// SPDX-License-Identifier: Apache-2.0
// Internet addresses as bytes: 16 of them, IPv4 as ::ffff:a.b.c.d. A range has one more: the length of its prefix in bits.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace recipe {

inline constexpr size_t kAddressBytes = 16;
inline constexpr size_t kRangeBytes = 17;

// "10.0.0.1", "::1", "fe80::1". nullopt: it is none.
[[nodiscard]] std::optional<std::string> parse_address(std::string_view text);
// Also "10.0.0.0/8", "fd00::/8"; bits behind the prefix must be zero. An address alone has /128.
[[nodiscard]] std::optional<std::string> parse_range(std::string_view text);
[[nodiscard]] std::string format_address(std::string_view bytes);  // 16 bytes
[[nodiscard]] std::string format_range(std::string_view bytes);    // 17 bytes
// address: 16 bytes, range: 17.
[[nodiscard]] bool lies_within(std::string_view address, std::string_view range);

}  // namespace recipe
