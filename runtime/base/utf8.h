// SPDX-License-Identifier: Apache-2.0
// The first character of bytes that may not be UTF-8.
#pragma once
#include <cstddef>
#include <string_view>

namespace recipe {

struct Utf8 {
  char32_t code = 0;
  size_t bytes = 1;
  bool valid = false;
};

// text must not be empty. Overlong forms, surrogates and what is past U+10FFFF are not valid; then bytes is 1.
[[nodiscard]] constexpr Utf8 decode_utf8(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
  char32_t code = first & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, length, true};
}

}  // namespace recipe
