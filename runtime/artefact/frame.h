// SPDX-License-Identifier: Apache-2.0
// What stands around an artefact's body: offsets of its head, and fixed-width little-endian numbers. Private to encode.cpp and
// decode.cpp.
//
//   0 magic (8) | 8 version (4) | 12 catalogue hash (8) | 20 bytes of the body (8) | 28 body | checksum (8)
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace recipe::frame {

inline constexpr size_t kVersionAt = 8;
inline constexpr size_t kCatalogueAt = 12;
inline constexpr size_t kBodyBytesAt = 20;
inline constexpr size_t kBodyAt = 28;
inline constexpr size_t kChecksumBytes = 8;

inline void append(std::string& out, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// [at, at + bytes) must lie within `in`.
[[nodiscard]] inline uint64_t read(std::string_view in, size_t at, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value |= static_cast<uint64_t>(static_cast<unsigned char>(in[at + i])) << (8 * i);
  return value;
}

}  // namespace recipe::frame
