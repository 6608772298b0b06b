// SPDX-License-Identifier: Apache-2.0
// TableIndex: one ValueTable made ready for look-ups: a flat hash table of entry numbers, 4 to 8 bytes an entry beside the
// table itself. Built once an artefact.
//
//   in            the value itself                              dns.question in bad
//   under, names  the value and what stands behind each dot     a.b.example → a.b.example, b.example, example
//   under, paths  the value and its directories                 /etc/ssh/x → /etc/ssh/x, /etc/ssh, /etc, /
//   addresses     the address under each length of prefix that the table has
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/artefact/artefact.h"
#include "runtime/artefact/compare.h"

namespace recipe {

class TableIndex {
 public:
  // The table must outlive it.
  explicit TableIndex(const ValueTable& table);

  // The entry that holds of the value; nullopt: none. ranges: entries are ranges of addresses, the value is an address.
  [[nodiscard]] std::optional<uint32_t> find(std::string_view value, bool ranges) const;
  [[nodiscard]] std::optional<uint32_t> find_under(std::string_view value, UnderKind kind) const;

  [[nodiscard]] std::string_view entry(uint32_t n) const { return part(2 * n); }
  [[nodiscard]] std::string_view note(uint32_t n) const { return part(2 * n + 1); }

 private:
  [[nodiscard]] std::string_view part(size_t n) const {
    const uint32_t begin = n == 0 ? 0 : table_->entries[n - 1];
    return std::string_view(table_->bytes).substr(begin, table_->entries[n] - begin);
  }
  [[nodiscard]] std::optional<uint32_t> look_up(std::string_view key) const;

  const ValueTable* table_;
  std::vector<uint32_t> slots_;    // entry + 1; 0: free. A power of two, at most two thirds full
  std::vector<uint8_t> prefixes_;  // lengths of 17-byte entries, long ones first
};

}  // namespace recipe
