// SPDX-License-Identifier: Apache-2.0
// Drives the generated lexer over bytes. Offsets are bytes of the file, and invalid UTF-8 needs no care.
#include "compiler/syntax/tokens.h"

#include <RecipeLexer.h>
#include <antlr4-runtime.h>

#include <algorithm>

namespace recipe {
namespace {

// ANTLR's lexer remembers its decisions for characters up to 127 only. Above, all bytes mean the same to the grammar (part of a
// string, a comment or an error), so they are shown to it as 127 and stay on the fast path.
class Bytes final : public antlr4::CharStream {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}

  void consume() override { at_ = std::min(at_ + 1, text_.size()); }
  size_t LA(ssize_t i) override {
    const size_t at = i > 0 ? at_ + static_cast<size_t>(i) - 1 : at_ - static_cast<size_t>(-i);
    if (i == 0 || at >= text_.size()) return EOF;
    return std::min<size_t>(static_cast<unsigned char>(text_[at]), 127);
  }
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}
  size_t index() override { return at_; }
  void seek(size_t index) override { at_ = std::min(index, text_.size()); }
  size_t size() override { return text_.size(); }
  std::string getSourceName() const override { return "recipe"; }
  std::string getText(const antlr4::misc::Interval& interval) override {
    const auto begin = static_cast<size_t>(interval.a);
    return begin < text_.size() ? std::string(text_.substr(begin, static_cast<size_t>(interval.b - interval.a + 1))) : "";
  }
  std::string toString() const override { return std::string(text_); }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

// The lexer's keywords stand together, from the first to the last.
bool is_keyword(uint16_t kind) {
  return kind >= grammar::RecipeLexer::IMPORT && kind <= grammar::RecipeLexer::FALSE;
}

bool is_word(uint16_t kind) {
  return kind == grammar::RecipeLexer::WORD || is_keyword(kind);
}

struct Scanner::State {
  explicit State(std::string_view all) : text(all), bytes(all), lexer(&bytes) { lexer.removeErrorListeners(); }

  std::string_view text;
  Bytes bytes;
  grammar::RecipeLexer lexer;
  size_t line_begin = 0;
  bool line_fresh = true;  // no token yet on this line
};

Scanner::Scanner(std::string_view text) : state_(std::make_unique<State>(text)) {
  if (!text.starts_with("\xef\xbb\xbf")) return;
  state_->bytes.seek(3);
  state_->line_begin = 3;
}
Scanner::~Scanner() = default;

Token Scanner::next() {
  using antlr4::Lexer;
  State& s = *state_;
  while (true) {
    const size_t begin = s.bytes.index();
    if (begin >= s.text.size()) {
      const auto end = static_cast<uint32_t>(s.text.size());
      return {kEndOfText, end, end, static_cast<uint32_t>(end - std::min<size_t>(s.line_begin, end)), s.line_fresh};
    }
    s.lexer.type = antlr4::Token::INVALID_TYPE;
    size_t kind = grammar::RecipeLexer::UNKNOWN;
    try {
      kind = s.lexer.getInterpreter<antlr4::atn::LexerATNSimulator>()->match(&s.bytes, Lexer::DEFAULT_MODE);
    } catch (const antlr4::RecognitionException&) {
      s.bytes.seek(begin + 1);  // UNKNOWN takes any byte, so no text leads here
    }
    const size_t end = s.bytes.index();
    const std::string_view words = s.text.substr(begin, end - begin);
    const Token token{static_cast<uint16_t>(kind), static_cast<uint32_t>(begin), static_cast<uint32_t>(end),
                      static_cast<uint32_t>(begin - s.line_begin), s.line_fresh};
    const bool skipped = s.lexer.type == Lexer::SKIP;
    if (!skipped && kind != grammar::RecipeLexer::COMMENT) s.line_fresh = false;
    if (const size_t newline = words.rfind('\n'); newline != std::string_view::npos) {
      s.line_begin = begin + newline + 1;
      if (skipped) s.line_fresh = true;
    }
    if (!skipped) return token;
  }
}

}  // namespace recipe
