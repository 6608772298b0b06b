// SPDX-License-Identifier: Apache-2.0
// Walks the lexer's table (make_tables.cpp) over bytes. Offsets are bytes of the file, and invalid UTF-8 needs no care:
// above ASCII all bytes mean the same to the grammar, part of a string, a comment or an error, and the table reads them as 127.
#include "compiler/syntax/tokens.h"

#include <RecipeLexer.h>
#include <RecipeTables.h>

#include <algorithm>

namespace recipe {
namespace {

namespace table = grammar::lexer_table;

struct Match {
  size_t end = 0;
  uint16_t accepts = 0;  // a kind, with table::kSkips
};

// The longest token at `begin`; of several kinds of that length the grammar's first, which the table knows.
Match longest(std::string_view text, size_t begin) {
  Match found{begin + 1, grammar::RecipeLexer::UNKNOWN};  // it takes any byte, so no text leads here
  size_t state = table::kStart;
  for (size_t at = begin; at < text.size();) {
    state = table::kNext[state * table::kColumns + table::kColumn[static_cast<unsigned char>(text[at])]];
    if (state == table::kDead) break;
    ++at;
    if (table::kAccepts[state] != 0) found = {at, table::kAccepts[state]};
  }
  return found;
}

}  // namespace

// The lexer's keywords stand together, from the first to the last.
bool is_keyword(uint16_t kind) {
  return kind >= grammar::RecipeLexer::IMPORT && kind <= grammar::RecipeLexer::FALSE;
}

bool is_word(uint16_t kind) {
  return kind == grammar::RecipeLexer::WORD || is_keyword(kind);
}

Scanner::Scanner(std::string_view text) : text_(text) {
  if (!text.starts_with("\xef\xbb\xbf")) return;
  at_ = 3;
  line_begin_ = 3;
}

Token Scanner::next() {
  while (at_ < text_.size()) {
    const size_t begin = at_;
    const Match found = longest(text_, begin);
    at_ = found.end;
    const bool skipped = (found.accepts & table::kSkips) != 0;
    const Token token{static_cast<uint16_t>(found.accepts & ~table::kSkips), static_cast<uint32_t>(begin),
                      static_cast<uint32_t>(found.end), static_cast<uint32_t>(begin - line_begin_), line_fresh_};
    if (!skipped && token.kind != grammar::RecipeLexer::COMMENT) line_fresh_ = false;
    const size_t newline = text_.substr(begin, found.end - begin).rfind('\n');
    if (newline != std::string_view::npos) {
      line_begin_ = begin + newline + 1;
      if (skipped) line_fresh_ = true;
    }
    if (!skipped) return token;
  }
  const auto end = static_cast<uint32_t>(text_.size());
  return {kEndOfText, end, end, static_cast<uint32_t>(end - std::min<size_t>(line_begin_, end)), line_fresh_};
}

}  // namespace recipe
