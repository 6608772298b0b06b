// SPDX-License-Identifier: Apache-2.0
// Text → lexemes, for questions about a place in a file that may not parse: what stands before the cursor, and in what.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace recipe::lsp {

struct Lexeme {
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string_view text;
  bool first_on_line = false;

  [[nodiscard]] bool is_comment() const { return text.starts_with('#'); }
  [[nodiscard]] bool is_string() const { return text.starts_with('"') || text.starts_with("r\"") || text.starts_with("r#\""); }
  [[nodiscard]] bool is_word() const;  // a keyword, name, field, number
};

// The lexemes of [begin, end), comments included.
[[nodiscard]] std::vector<Lexeme> lexemes(std::string_view text, uint32_t begin, uint32_t end);

// Where the top-level declaration begins that `offset` stands in or behind: its first words stand at the start of a line.
[[nodiscard]] uint32_t declaration_begin(std::string_view text, uint32_t offset);

// Of a declaration's lexemes, the one that holds the offset, or ends there; nullptr: none.
[[nodiscard]] const Lexeme* lexeme_at(const std::vector<Lexeme>& lexemes, uint32_t offset);

// A name that a list, macro or recipe may have: what the grammar calls `name`, without a dot.
[[nodiscard]] bool is_name(std::string_view text);

}  // namespace recipe::lsp
