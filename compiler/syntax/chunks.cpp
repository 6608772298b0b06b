// SPDX-License-Identifier: Apache-2.0
#include "compiler/syntax/chunks.h"

#include <RecipeLexer.h>

#include "compiler/source.h"
#include "compiler/syntax/broken.h"

namespace recipe {
namespace {

using L = grammar::RecipeLexer;

constexpr size_t kMaxBroken = 256;  // more would not be shown

bool begins_declaration(uint16_t kind) {
  return kind == L::IMPORT || kind == L::LIST || kind == L::MACRO || kind == L::PROGRAM || kind == L::RECIPE ||
         kind == L::TUNE || kind == L::EXCEPTION;
}

bool is_string(uint16_t kind) {
  return kind == L::STRING || kind == L::RAW;
}

// Open brackets, outermost first. A closing bracket closes what was opened inside of its partner; one without a partner is
// passed over.
class Brackets {
 public:
  void pass(uint16_t kind) {
    switch (kind) {
      case L::LBRACE:
      case L::LBRACKET:
      case L::LPAREN:
        open_.push_back(kind);
        return;
      case L::RBRACE:
        return close(L::LBRACE);
      case L::RBRACKET:
        return close(L::LBRACKET);
      case L::RPAREN:
        return close(L::LPAREN);
      default:
        return;
    }
  }
  [[nodiscard]] size_t depth() const { return open_.size(); }

 private:
  void close(uint16_t partner) {
    // Only a brace reaches through others: `]` inside of an unclosed `(` is at most a level off. So the search is short.
    while (!open_.empty() && open_.back() != partner && (partner == L::LBRACE || open_.back() != L::LBRACE)) open_.pop_back();
    if (!open_.empty() && open_.back() == partner) open_.pop_back();
  }

  std::vector<uint16_t> open_;
};

}  // namespace

const Token& Chunks::peek(size_t ahead) {
  while (held_ <= ahead) {
    const Token token = scanner_.next();
    if (token.kind == L::COMMENT) {
      comments_.push_back(token);
      continue;
    }
    if (is_broken(token.kind) && broken_.size() < kMaxBroken) broken_.push_back(token);
    ahead_[(first_ + held_++) % ahead_.size()] = token;
  }
  return ahead_[(first_ + ahead) % ahead_.size()];
}

Token Chunks::take() {
  const Token token = peek(0);
  first_ = (first_ + 1) % ahead_.size();
  --held_;
  return token;
}

bool Chunks::names_follow() {
  const uint16_t first = peek(1).kind;
  const auto second = [&] { return peek(2).kind; };
  switch (peek(0).kind) {
    case L::IMPORT:
      return is_string(first);
    case L::LIST:
      return is_word(first) && (second() == L::ASSIGN || second() == L::COLON);
    case L::MACRO:
      return is_word(first) && (second() == L::ASSIGN || second() == L::LPAREN);
    case L::PROGRAM:
      return (is_word(first) || is_string(first)) && (second() == L::COMMA || second() == L::LBRACE);
    case L::RECIPE:
      return is_word(first) && second() == L::LBRACE;
    case L::EXCEPTION:
      return is_word(first) && (second() == L::WHEN || second() == L::UNTIL);
    case L::TUNE:
      return is_word(first) && (second() == L::COMMA || second() == L::LBRACE || is_word(second()));
    default:
      return false;
  }
}

bool Chunks::starts_declaration(size_t depth) {
  const Token& token = peek(0);
  if (!begins_declaration(token.kind)) return false;
  if (depth == 0) return token.first_on_line || names_follow();
  return token.first_on_line && token.column == 0 && names_follow();
}

bool Chunks::next(Chunk& chunk) {
  chunk.tokens.clear();
  chunk.too_large = false;
  chunk.complete = false;
  const Token first = peek(0);
  if (first.kind == kEndOfText) return false;
  chunk.declares = begins_declaration(first.kind);
  const bool braced = first.kind == L::RECIPE || first.kind == L::PROGRAM || first.kind == L::TUNE;

  Brackets brackets;
  while (true) {
    const Token token = take();
    chunk.end = token.end;
    brackets.pass(token.kind);
    if (token.end - first.begin > kMaxRecipeBytes) chunk.too_large = true;
    // Of what is no declaration, or too large, only the first token is looked at.
    if (chunk.tokens.empty() || (chunk.declares && !chunk.too_large)) chunk.tokens.push_back(token);
    if (braced && token.kind == L::RBRACE && brackets.depth() == 0) {
      chunk.complete = true;
      break;
    }
    if (first.kind == L::IMPORT && (is_string(token.kind) || token.kind == L::UNCLOSED_STRING)) break;
    if (peek(0).kind == kEndOfText || starts_declaration(brackets.depth())) break;
  }
  Token end{kEndOfText, chunk.end, chunk.end, 0, false};
  chunk.tokens.push_back(end);
  return true;
}

}  // namespace recipe
