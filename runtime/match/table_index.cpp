// SPDX-License-Identifier: Apache-2.0
#include "runtime/match/table_index.h"

#include <array>
#include <bit>
#include <functional>
#include <string>

#include "runtime/base/address.h"

namespace recipe {

TableIndex::TableIndex(const ValueTable& table) : table_(&table) {
  const size_t count = table.entries.size() / 2;
  slots_.assign(std::bit_ceil(count + count / 2 + 2), 0);
  std::array<bool, 256> lengths{};
  for (uint32_t n = 0; n < count; ++n) {
    const std::string_view key = entry(n);
    if (key.size() == kRangeBytes) lengths[static_cast<unsigned char>(key.back())] = true;
    size_t at = std::hash<std::string_view>{}(key) & (slots_.size() - 1);
    while (slots_[at] != 0 && entry(slots_[at] - 1) != key) at = (at + 1) & (slots_.size() - 1);
    if (slots_[at] == 0) slots_[at] = n + 1;  // the first of equal entries
  }
  for (size_t length = 8 * kAddressBytes + 1; length-- > 0;) {
    if (lengths[length]) prefixes_.push_back(static_cast<uint8_t>(length));
  }
}

std::optional<uint32_t> TableIndex::look_up(std::string_view key) const {
  size_t at = std::hash<std::string_view>{}(key) & (slots_.size() - 1);
  for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
    if (entry(slots_[at] - 1) == key) return slots_[at] - 1;
  }
  return std::nullopt;
}

std::optional<uint32_t> TableIndex::find(std::string_view value, bool ranges) const {
  if (!ranges) return look_up(value);
  if (value.size() != kAddressBytes) return std::nullopt;
  for (const uint8_t length : prefixes_) {
    std::string key(value);
    for (size_t bit = length; bit < 8 * kAddressBytes; ++bit)
      key[bit / 8] = static_cast<char>(static_cast<unsigned char>(key[bit / 8]) & ~(0x80u >> (bit % 8)));
    key.push_back(static_cast<char>(length));
    if (const auto found = look_up(key)) return found;
  }
  return std::nullopt;
}

std::optional<uint32_t> TableIndex::find_under(std::string_view value, UnderKind kind) const {
  if (const auto found = look_up(value)) return found;
  if (kind == UnderKind::kDomain) {
    for (size_t dot = value.find('.'); dot != std::string_view::npos; dot = value.find('.', dot + 1)) {
      if (const auto found = look_up(value.substr(dot + 1))) return found;
    }
    return std::nullopt;
  }
  for (size_t slash = value.rfind('/'); slash != std::string_view::npos && slash > 0; slash = value.rfind('/', slash - 1)) {
    if (const auto found = look_up(value.substr(0, slash))) return found;
  }
  return value.starts_with('/') ? look_up("/") : std::nullopt;
}

}  // namespace recipe
