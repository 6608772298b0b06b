// SPDX-License-Identifier: Apache-2.0
// The two pattern languages, for the compiler (which refuses a wrong one with its place) and the matcher alike.
// RE2 is used here and nowhere else.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace recipe {

// A glob: ? one byte, * any bytes, [a-z] [!a-z] one of a set, \ quotes. On a path ? and * do not match '/', and ** matches
// anything. Time is linear in value × pattern at worst; no recursion.
struct GlobOptions {
  bool path = false;
  bool nocase = false;
};
[[nodiscard]] Status check_glob(std::string_view glob);  // an unclosed [ or a trailing backslash
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view value, GlobOptions options);
// The literal text that every match begins with, and ends with; both may be empty.
[[nodiscard]] std::string glob_prefix(std::string_view glob);
[[nodiscard]] std::string glob_suffix(std::string_view glob);

// A compiled RE2 pattern: bytes (Latin-1), unanchored search, ^ and $ explicit.
class Regex {
 public:
  [[nodiscard]] static Result<Regex> compile(std::string_view pattern, bool nocase);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();
  [[nodiscard]] bool found_in(std::string_view value) const;

 private:
  struct State;
  explicit Regex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace recipe
