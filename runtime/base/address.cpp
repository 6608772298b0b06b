// SPDX-License-Identifier: Apache-2.0
// Text ⇄ bytes by inet_pton and inet_ntop; IPv4 is mapped into IPv6, so that there is one kind of address.
#include "runtime/base/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace recipe {
namespace {

constexpr char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\xff', '\xff'};
constexpr size_t kMappedBits = 8 * sizeof kMapped;

bool is_mapped(std::string_view bytes) {
  return std::memcmp(bytes.data(), kMapped, sizeof kMapped) == 0;
}

bool bit_of(std::string_view bytes, size_t bit) {
  return ((static_cast<unsigned char>(bytes[bit / 8]) >> (7 - bit % 8)) & 1) != 0;
}

}  // namespace

std::optional<std::string> parse_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  std::string bytes(kAddressBytes, '\0');
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return bytes;
  std::memcpy(bytes.data(), kMapped, sizeof kMapped);
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data() + sizeof kMapped) == 1) return bytes;
  return std::nullopt;
}

std::optional<std::string> parse_range(std::string_view text) {
  const size_t slash = text.find('/');
  std::optional<std::string> bytes = parse_address(text.substr(0, slash));
  if (!bytes) return std::nullopt;
  size_t length = 8 * kAddressBytes;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const bool short_form = text.substr(0, slash).find(':') == std::string_view::npos;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    if (length > (short_form ? 32 : 128)) return std::nullopt;
    if (short_form) length += kMappedBits;
    for (size_t bit = length; bit < 8 * kAddressBytes; ++bit) {
      if (bit_of(*bytes, bit)) return std::nullopt;
    }
  }
  bytes->push_back(static_cast<char>(length));
  return bytes;
}

std::string format_address(std::string_view bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_mapped(bytes)) {
    inet_ntop(AF_INET, bytes.data() + sizeof kMapped, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  }
  return text;
}

std::string format_range(std::string_view bytes) {
  size_t length = static_cast<unsigned char>(bytes[kAddressBytes]);
  std::string text = format_address(bytes);
  if (length == 8 * kAddressBytes) return text;
  if (is_mapped(bytes) && length >= kMappedBits) length -= kMappedBits;
  return text + "/" + std::to_string(length);
}

bool lies_within(std::string_view address, std::string_view range) {
  const size_t length = static_cast<unsigned char>(range[kAddressBytes]);
  const size_t whole = length / 8;
  if (std::memcmp(address.data(), range.data(), whole) != 0) return false;
  if (length % 8 == 0) return true;
  const auto mask = static_cast<unsigned char>(0xff << (8 - length % 8));
  return ((static_cast<unsigned char>(address[whole]) ^ static_cast<unsigned char>(range[whole])) & mask) == 0;
}

}  // namespace recipe
