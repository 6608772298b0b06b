// SPDX-License-Identifier: Apache-2.0
// What one operator says of one value and one right side. Literals (sets, patterns) have their own ways: literals.h.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "runtime/artefact/test.h"

namespace recipe {

void fold_letters(std::string& text);  // ASCII to lower case
// A letter is in it, or a byte above 0x7f, which RE2 folds too: to compare it without case may be another question.
[[nodiscard]] bool has_case(std::string_view text);

// `/etc` holds /etc and /etc/passwd, not /etcetera. Slashes at the directory's end say nothing.
[[nodiscard]] bool is_under_path(std::string_view value, std::string_view directory);
// example.com holds example.com and a.example.com, not myexample.com.
[[nodiscard]] bool is_under_domain(std::string_view value, std::string_view domain);

enum class UnderKind : uint8_t { kPath, kDomain };
[[nodiscard]] UnderKind under_kind(const Subject& subject);

// Operators that a text filled by the event may stand behind: == contains startswith endswith under, nocase too.
[[nodiscard]] bool compare_texts(const Test& test, std::string_view value, std::string_view right);
// Which operators those are, those of numbers included: a field may stand behind them.
[[nodiscard]] bool takes_right(Operator op);
// What may be compared with each other: texts (string, path, domain), numbers (int, port).
[[nodiscard]] constexpr bool is_text_type(Type type) {
  return type == Type::kString || type == Type::kPath || type == Type::kDomain;
}
[[nodiscard]] constexpr bool is_number_type(Type type) {
  return type == Type::kInt || type == Type::kPort;
}

// Numbers from low to high.
struct NumberRange {
  int64_t low = std::numeric_limits<int64_t>::min();
  int64_t high = std::numeric_limits<int64_t>::max();
  [[nodiscard]] bool empty() const { return low > high; }
  [[nodiscard]] bool holds(const NumberRange& other) const { return other.empty() || (low <= other.low && other.high <= high); }
  [[nodiscard]] bool meets(const NumberRange& other) const {
    return !empty() && !other.empty() && low <= other.high && other.low <= high;
  }
};
// The numbers that == < <= > >= are true of, with `right` behind; of another operator none.
[[nodiscard]] NumberRange numbers_of(Operator op, int64_t right);
// == < <= > >=
[[nodiscard]] bool compare_numbers(Operator op, int64_t value, int64_t right);

}  // namespace recipe
