// SPDX-License-Identifier: Apache-2.0
#include "compiler/syntax/grammar_parser.h"

#include <RecipeTables.h>
#include <fmt/format.h>

#include <mutex>

#include "compiler/predicate.h"

namespace recipe {
namespace {

using grammar::RecipeParser;

// What the parsers of several threads share in ANTLR's runtime: the automata of the decisions, which grow while they are asked,
// a cache of their parts, a counter, and what may follow a state. The runtime has locks of its own, not for all of it. The rest
// of what a parser reads is const: the grammar's own automaton (ATN) is made before main() begins.
std::mutex& shared_runtime() {
  static std::mutex mutex;
  return mutex;
}

// A token of this kind, or the end of the state's rule.
bool may_come_next(size_t state, size_t kind) {
  namespace table = grammar::next_tokens;
  const auto holds = [&](size_t bit) { return (table::kSets[2 * state + bit / 64] >> bit % 64 & 1) != 0; };
  return holds(table::kRuleEnds) || (kind < table::kKinds && holds(kind));
}

// Reports by throwing SyntaxFault, at the first error.
class ThrowingStrategy final : public antlr4::DefaultErrorStrategy {
 public:
  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) override {
    const antlr4::Token* token = error.getOffendingToken();
    fail(parser, token == nullptr ? parser->getTokenStream()->index() : token->getTokenIndex());
  }
  void recover(antlr4::Parser* parser, std::exception_ptr) override { fail(parser, parser->getTokenStream()->index()); }
  antlr4::Token* recoverInline(antlr4::Parser* parser) override { fail(parser, parser->getTokenStream()->index()); }
  // Before an optional part or a loop: what stands here must begin it or follow it. So the message can name both.
  void sync(antlr4::Parser* parser) override {
    if (may_come_next(parser->getState(), parser->getTokenStream()->LA(1))) return;
    fail(parser, parser->getTokenStream()->index());
  }

 private:
  [[noreturn]] static void fail(antlr4::Parser* parser, size_t token) {
    const std::lock_guard lock(shared_runtime());
    throw SyntaxFault{SyntaxFault::Kind::kUnexpected, token, describe_expected(parser->getExpectedTokens())};
  }
};

// Decides for the parser. At the head of `conjunction (OR conjunction)*` and `negation (AND negation)*` the next token is
// enough: an `or` inside of `any x in list: a or b` belongs to the inner loop, which SLL takes too, as the first alternative.
// ANTLR finds the end of such a loop by an exception that it makes and does not throw, once a condition.
class Predictor final : public antlr4::atn::ParserATNSimulator {
 public:
  using ParserATNSimulator::ParserATNSimulator;

  size_t adaptivePredict(antlr4::TokenStream* input, size_t decision, antlr4::ParserRuleContext* outer) override {
    constexpr size_t kOnceMore = 1, kNoMore = 2;
    const size_t rule = atn.decisionToState[decision]->ruleIndex;
    if (rule == RecipeParser::RuleExpression) return input->LA(1) == RecipeParser::OR ? kOnceMore : kNoMore;
    if (rule == RecipeParser::RuleConjunction) return input->LA(1) == RecipeParser::AND ? kOnceMore : kNoMore;
    const std::lock_guard lock(shared_runtime());
    return ParserATNSimulator::adaptivePredict(input, decision, outer);
  }
};

// How a token is named in a message, where it is expected.
std::string_view spelling(size_t kind) {
  switch (kind) {
    case RecipeParser::ASSIGN:
      return "`=`";
    case RecipeParser::LBRACE:
      return "`{`";
    case RecipeParser::RBRACE:
      return "`}`";
    case RecipeParser::LBRACKET:
      return "`[`";
    case RecipeParser::RBRACKET:
      return "`]`";
    case RecipeParser::LPAREN:
      return "`(`";
    case RecipeParser::RPAREN:
      return "`)`";
    case RecipeParser::COMMA:
      return "`,`";
    case RecipeParser::COLON:
      return "`:`";
    case RecipeParser::WHEN:
      return "`when`";
    case RecipeParser::PER:
      return "`per`";
    case RecipeParser::BY:
      return "`by`";
    case RecipeParser::MATCH:
      return "`match`";
    case RecipeParser::NOTHING:
      return "`nothing`";
    case RecipeParser::AND:
      return "`and`";
    case RecipeParser::OR:
      return "`or`";
    case RecipeParser::IN:
      return "`in`";
    default:
      return {};
  }
}

constexpr size_t kDeepRules[] = {RecipeParser::RuleExpression, RecipeParser::RuleNegation, RecipeParser::RuleList,
                                 RecipeParser::RuleObject};

bool is_deep(size_t rule) {
  return std::find(std::begin(kDeepRules), std::end(kDeepRules), rule) != std::end(kDeepRules);
}

}  // namespace

std::string describe_expected(const antlr4::misc::IntervalSet& expected) {
  const auto has = [&](size_t kind) { return expected.contains(kind); };
  std::vector<std::string_view> names;
  const bool condition = has(RecipeParser::EXISTS) && has(RecipeParser::LPAREN) && has(RecipeParser::NOT);
  const bool value = has(RecipeParser::STRING) && has(RecipeParser::INT);
  const bool operation = has(RecipeParser::CONTAINS) && has(RecipeParser::EQUAL);
  if (condition) names.push_back("a condition");
  if (value) names.push_back("a value");
  if (operation) names.push_back("an operator");
  if (!value && has(RecipeParser::STRING)) names.push_back("a string");
  if (!value && !condition && has(RecipeParser::WORD)) names.push_back("a name");
  const bool any_word = has(RecipeParser::WORD);
  for (const size_t kind :
       {RecipeParser::ASSIGN, RecipeParser::COMMA, RecipeParser::COLON, RecipeParser::WHEN, RecipeParser::PER, RecipeParser::BY,
        RecipeParser::MATCH, RecipeParser::NOTHING, RecipeParser::AND, RecipeParser::OR, RecipeParser::LBRACE,
        RecipeParser::RBRACE, RecipeParser::LBRACKET, RecipeParser::RBRACKET, RecipeParser::LPAREN, RecipeParser::RPAREN}) {
    const bool is_word =
        kind == RecipeParser::PER || kind == RecipeParser::BY || kind == RecipeParser::MATCH || kind == RecipeParser::NOTHING;
    const bool begins_part = kind == RecipeParser::LBRACKET || kind == RecipeParser::LBRACE || kind == RecipeParser::LPAREN;
    if (!has(kind) || (is_word && any_word) || (begins_part && (value || condition || operation))) continue;
    names.push_back(spelling(kind));
  }
  if (names.empty() || names.size() > 5) return {};
  std::string text(names[0]);
  for (size_t i = 1; i < names.size(); ++i) text += fmt::format("{}{}", i + 1 == names.size() ? " or " : ", ", names[i]);
  return text;
}

void TokenWindow::assign(std::string_view text, const std::vector<Token>& tokens) {
  constexpr size_t kKept = 1u << 14;  // token objects kept for the next chunk
  if (pool_.size() > kKept) pool_.resize(kKept);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i == pool_.size()) pool_.push_back(std::make_unique<Kept>());
    const Token& from = tokens[i];
    antlr4::CommonToken& to = pool_[i]->token;
    to.setType(from.kind == kEndOfText ? antlr4::Token::EOF : from.kind);
    to.setStartIndex(from.begin);
    to.setStopIndex(static_cast<size_t>(from.end) - 1);
    to.setTokenIndex(i);
  }
  text_ = text;
  size_ = tokens.size();
  at_ = 0;
}

antlr4::Token* TokenWindow::LT(ssize_t k) {
  if (k == 0) return nullptr;
  if (k < 0) return static_cast<size_t>(-k) > at_ ? nullptr : get(at_ - static_cast<size_t>(-k));
  return get(std::min(at_ + static_cast<size_t>(k) - 1, size_ - 1));
}

size_t TokenWindow::LA(ssize_t i) {
  const antlr4::Token* token = LT(i);
  return token == nullptr ? antlr4::Token::INVALID_TYPE : token->getType();
}

std::string TokenWindow::getText(const antlr4::misc::Interval& interval) {
  return interval.a < 0 || interval.b < interval.a
             ? std::string()
             : getText(get(static_cast<size_t>(interval.a)), get(static_cast<size_t>(interval.b)));
}

std::string TokenWindow::getText(antlr4::Token* start, antlr4::Token* stop) {
  if (start == nullptr || stop == nullptr) return {};
  const size_t begin = std::min(start->getStartIndex(), text_.size());
  return std::string(text_.substr(begin, stop->getStopIndex() + 1 - begin));
}

BoundedParser::BoundedParser(TokenWindow* tokens) : RecipeParser(tokens), tokens_(*tokens) {
  removeErrorListeners();
  setBuildParseTree(false);
  setErrorHandler(std::make_shared<ThrowingStrategy>());
  auto* made = getInterpreter<antlr4::atn::ParserATNSimulator>();
  auto* predictor = new Predictor(this, made->atn, made->decisionToDFA, made->getSharedContextCache());
  // LL would look at the whole stack at each decision, to the same end.
  predictor->setPredictionMode(antlr4::atn::PredictionMode::SLL);
  setInterpreter(predictor);  // the parser owns it
}

// Of children: what the smallest piece of memory holds. Nearly all rules have no more, and would ask for a piece at each.
constexpr size_t kMostlyEnough = 3;

void BoundedParser::enterRule(antlr4::ParserRuleContext* context, size_t state, size_t rule) {
  if (is_deep(rule)) {
    // Parser::exitRule cannot be overridden, so what has ended is found by asking which open rule encloses this one.
    const antlr4::tree::ParseTree* outer = context->parent;
    while (outer != nullptr && !is_deep(static_cast<const antlr4::RuleContext*>(outer)->getRuleIndex())) outer = outer->parent;
    while (!open_.empty() && open_.back() != outer) open_.pop_back();
    // An expression in parentheses is an expression and a negation: two a level.
    if (open_.size() >= 2 * kMaxExpressionDepth) throw SyntaxFault{SyntaxFault::Kind::kTooDeep, getTokenStream()->index(), {}};
    open_.push_back(context);
  }
  context->children.reserve(kMostlyEnough);
  if (context->parent != nullptr) context->parent->children.push_back(context);
  RecipeParser::enterRule(context, state, rule);
}

// A labelled alternative takes the place of what stands for its rule.
void BoundedParser::enterOuterAlt(antlr4::ParserRuleContext* context, size_t alternative) {
  if (context != _ctx && _ctx->parent != nullptr) _ctx->parent->children.back() = context;
  RecipeParser::enterOuterAlt(context, alternative);
}

antlr4::Token* BoundedParser::consume() {
  antlr4::Token* token = tokens_.LT(1);
  if (token->getType() != antlr4::Token::EOF) tokens_.consume();
  _ctx->children.push_back(tokens_.leaf(token->getTokenIndex()));
  return token;
}

}  // namespace recipe
