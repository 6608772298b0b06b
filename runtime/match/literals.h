// SPDX-License-Identifier: Apache-2.0
// Literals: the right side of one test, made ready once: sets hashed, globs and regexes compiled, nocase folded.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runtime/artefact/compare.h"
#include "runtime/base/pattern.h"
#include "runtime/base/result.h"
#include "runtime/match/table_index.h"

namespace recipe {

// Equal patterns of many recipes are compiled once.
struct PatternPool {
  std::unordered_map<std::string, std::shared_ptr<const Regex>> regexes;
};

class Literals {
 public:
  // Error: a pattern that is refused, with the pattern.
  // tables: as Artefact::tables; they must outlive it.
  [[nodiscard]] static Result<Literals> make(const Test& test, PatternPool& pool, std::span<const TableIndex> tables);

  // op(value, l) for some literal l.
  [[nodiscard]] bool hold(std::string_view value) const;
  [[nodiscard]] bool hold(int64_t value) const;
  [[nodiscard]] bool empty() const { return empty_; }
  // The note of the table's entry that holds; empty: none, or it has none.
  [[nodiscard]] std::string_view note(std::string_view value) const;
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  [[nodiscard]] std::optional<uint32_t> find_entry(std::string_view value) const;
  [[nodiscard]] bool hold_folded(std::string_view value) const;

  Operator op_ = Operator::kEquals;
  bool nocase_ = false;
  bool empty_ = true;
  const TableIndex* table_ = nullptr;
  bool ranges_ = false;  // texts_ are ranges of addresses
  UnderKind under_ = UnderKind::kPath;
  std::vector<int64_t> numbers_;              // sorted
  std::vector<std::string> texts_;            // folded where nocase
  std::unordered_set<std::string_view> set_;  // views into texts_, where they are many
  std::vector<Glob> globs_;
  std::vector<std::shared_ptr<const Regex>> regexes_;
};

}  // namespace recipe
