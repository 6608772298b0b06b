// SPDX-License-Identifier: Apache-2.0
// A file's tokens → its top-level declarations, one at a time. No grammar is needed to find where one ends: brackets are
// counted, and a declaration's first words at the very start of a line end whatever is still open before them.
#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "compiler/syntax/tokens.h"

namespace recipe {

struct Chunk {
  // Without comments; the last one is kEndOfText. Empty but for it: the file has ended.
  std::vector<Token> tokens;
  uint32_t end = 0;        // of the last token's text
  bool declares = false;   // begins with a declaration's keyword
  bool complete = false;   // its braces are closed
  bool too_large = false;  // longer than kMaxRecipeBytes: tokens holds its first only
};

class Chunks {
 public:
  explicit Chunks(std::string_view text) : scanner_(text) {}

  // Re-uses `chunk`'s storage. False: the file has ended.
  bool next(Chunk& chunk);

  [[nodiscard]] const std::vector<Token>& comments() const { return comments_; }
  [[nodiscard]] const std::vector<Token>& broken() const { return broken_; }  // UNKNOWN and UNCLOSED tokens

 private:
  const Token& peek(size_t ahead);
  Token take();
  [[nodiscard]] bool names_follow();  // the tokens ahead look like a declaration's head
  [[nodiscard]] bool starts_declaration(size_t depth);

  Scanner scanner_;
  std::array<Token, 4> ahead_;  // a ring: names_follow looks at three
  size_t first_ = 0, held_ = 0;
  std::vector<Token> comments_;
  std::vector<Token> broken_;
};

}  // namespace recipe
