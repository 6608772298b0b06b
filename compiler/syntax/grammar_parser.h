// SPDX-License-Identifier: Apache-2.0
// The generated parser behind three fences: it reads tokens that are already there, its nesting is bounded, and its first error
// is thrown as one SyntaxFault (no recovery of its own, no words of its own). Only parse.cpp and build.cpp include this.
#pragma once
#include <RecipeParser.h>
#include <antlr4-runtime.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/tokens.h"

namespace recipe {

// Thrown by the rules of BoundedParser, caught in parse.cpp. Not an antlr4::RecognitionException, so no rule catches it.
struct SyntaxFault {
  enum class Kind { kUnexpected, kTooDeep } kind = Kind::kUnexpected;
  size_t token = 0;      // index into the chunk's tokens
  std::string expected;  // "`,` or `]`"; may be empty
};

// The tokens of one chunk as ANTLR wants them, each with the leaf that stands for it in a tree. The objects are re-used by the
// next chunk.
class TokenWindow final : public antlr4::TokenStream {
 public:
  // `tokens` are of `text` and end with kEndOfText; the text outlives the use of this window.
  void assign(std::string_view text, const std::vector<Token>& tokens);

  antlr4::Token* LT(ssize_t k) override;
  antlr4::Token* get(size_t index) const override { return &pool_[index]->token; }
  [[nodiscard]] antlr4::tree::TerminalNode* leaf(size_t index) const { return &pool_[index]->leaf; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  std::string getText(const antlr4::misc::Interval& interval) override;
  std::string getText() override { return {}; }
  std::string getText(antlr4::RuleContext*) override { return {}; }
  std::string getText(antlr4::Token* start, antlr4::Token* stop) override;
  void consume() override { at_ = at_ + 1 < size_ ? at_ + 1 : at_; }
  size_t LA(ssize_t i) override;
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}
  size_t index() override { return at_; }
  void seek(size_t index) override { at_ = index < size_ ? index : size_ - 1; }
  size_t size() override { return size_; }
  std::string getSourceName() const override { return "recipe"; }

 private:
  struct Kept {
    antlr4::CommonToken token{antlr4::Token::INVALID_TYPE};
    antlr4::tree::TerminalNodeImpl leaf{&token};
  };

  std::string_view text_;
  std::vector<std::unique_ptr<Kept>> pool_;
  size_t size_ = 0;
  size_t at_ = 0;
};

// Several threads may each use one of these. It hangs the trees together itself: ANTLR would make a leaf a token, and cast at
// each rule what can be nothing else.
class BoundedParser final : public grammar::RecipeParser {
 public:
  explicit BoundedParser(TokenWindow* tokens);

  void enterRule(antlr4::ParserRuleContext* context, size_t state, size_t rule) override;
  void enterOuterAlt(antlr4::ParserRuleContext* context, size_t alternative) override;
  antlr4::Token* consume() override;
  // Frees the trees of the rules called so far.
  void forget() { _tracker.reset(); }

 private:
  TokenWindow& tokens_;
  std::vector<const antlr4::RuleContext*> open_;  // rules that nest, outermost first; those that ended are dropped on entry
};

// "`,` or `]`", "a value", "a condition": what may stand at the parser's present state, in the language's words.
[[nodiscard]] std::string describe_expected(const antlr4::misc::IntervalSet& expected);

}  // namespace recipe
