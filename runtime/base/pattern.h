// SPDX-License-Identifier: Apache-2.0
// The two pattern languages, for the compiler (which refuses a wrong one with its place) and the matcher alike.
// RE2 is used here and nowhere else.
#pragma once
#include <bitset>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace recipe {

// A glob: ? one byte, * any bytes, [a-z] [!a-z] one of a set, \ quotes. On a path ?, * and sets do not match '/', and **
// matches anything, '/' and nothing too. Time is linear in value × pattern at worst; no recursion. nocase folds ASCII letters.
struct GlobOptions {
  bool path = false;
  bool nocase = false;
};
[[nodiscard]] Status check_glob(std::string_view glob);  // an unclosed [ or a trailing backslash
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view value, GlobOptions options);
// The literal text that every match (without nocase) begins with, and ends with; both may be empty.
[[nodiscard]] std::string glob_prefix(std::string_view glob);
[[nodiscard]] std::string glob_suffix(std::string_view glob);

// One position of a glob as it is read; of a path kOne, kSet and kStar do not take '/'. Without `path`, kStar is what
// kDoubleStar is.
struct GlobPart {
  enum class Kind : uint8_t { kByte, kOne, kSet, kStar, kDoubleStar } kind = Kind::kByte;
  unsigned char byte = 0;     // kByte; folded where nocase
  std::bitset<256> set = {};  // kSet
};

// A compiled glob: what is asked more than once. The error is check_glob's.
class Glob {
 public:
  [[nodiscard]] static Result<Glob> compile(std::string_view glob, GlobOptions options);
  Glob(Glob&&) noexcept;
  Glob& operator=(Glob&&) noexcept;
  ~Glob();
  [[nodiscard]] bool matches(std::string_view value) const;
  [[nodiscard]] const std::string& prefix() const;  // folded where nocase
  [[nodiscard]] const std::string& suffix() const;
  [[nodiscard]] std::vector<GlobPart> parts() const;

 private:
  struct Token;
  struct State;
  explicit Glob(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A compiled RE2 pattern: bytes (Latin-1), unanchored search, ^ and $ explicit. nocase is RE2's (?i): on bytes above 0x7f it
// folds the Latin-1 letters too.
class Regex {
 public:
  [[nodiscard]] static Result<Regex> compile(std::string_view pattern, bool nocase);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();
  [[nodiscard]] bool found_in(std::string_view value) const;

  // The first match at or after `from`, with what the first of its groups (of at most 7) that took part holds; without such a
  // group, the match itself. What stands before `from` is seen by \b and ^.
  struct Found {
    size_t begin = 0, end = 0;
    std::string_view group;  // into value
  };
  [[nodiscard]] std::optional<Found> find(std::string_view value, size_t from) const;

 private:
  struct State;
  explicit Regex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace recipe
