// SPDX-License-Identifier: Apache-2.0
// Text → tokens, one at a time, comments included. The automaton is the grammar's; it never fails (RecipeLexer.g4).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace recipe {

struct Token {
  uint16_t kind = 0;  // grammar::RecipeLexer's number; kEndOfText behind the last
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t column = 0;         // bytes from the start of its line, from 0
  bool first_on_line = false;  // only white space and comments stand before it on its line
};

inline constexpr uint16_t kEndOfText = 0xffff;
[[nodiscard]] bool is_keyword(uint16_t kind);
[[nodiscard]] bool is_word(uint16_t kind);  // a keyword too: it is one only where the parser expects it

class Scanner {
 public:
  explicit Scanner(std::string_view text);  // outlives the scanner

  Token next();

 private:
  std::string_view text_;
  size_t at_ = 0;
  size_t line_begin_ = 0;
  bool line_fresh_ = true;  // no token yet on this line
};

}  // namespace recipe
