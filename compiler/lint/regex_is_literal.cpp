// SPDX-License-Identifier: Apache-2.0
// regex_is_literal: a pattern that only spells a text: startswith, endswith, contains and == say it, cost less, and the kernel
// can decide most of them.
#include "compiler/check/check.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/prove/shapes.h"

namespace recipe {
namespace {

std::string_view spelling(Operator op) {
  switch (op) {
    case Operator::kStartsWith:
      return "startswith";
    case Operator::kEndsWith:
      return "endswith";
    case Operator::kContains:
      return "contains";
    case Operator::kEquals:
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual:
    case Operator::kLike:
    case Operator::kMatches:
    case Operator::kUnder:
    case Operator::kExists:
    case Operator::kHasFlag:
    case Operator::kHasOption:
    case Operator::kHas:
      break;
  }
  return "==";
}

}  // namespace

void lint_regex_is_literal(const Compilation& compilation, Diagnostics& out) {
  for_each_expression(compilation, [&](const Document& document, const Expression& test) {
    const WrittenValue* pattern = pattern_of(document, test);
    if (pattern == nullptr || test.quantifier != WrittenQuantifier::kNone) return;
    const auto plain = prove::plain_regex(pattern->text);
    if (!plain || plain->text.empty()) return;
    const bool equal = plain->op == Operator::kEquals;
    const std::string op = equal && test.negated ? "!=" : (test.negated ? "not " : "") + std::string(spelling(plain->op));
    const std::string said = op + (test.nocase ? " nocase " : " ") + spell_literal(plain->text);
    const Span span{test.span.source, test.op_span.begin, pattern->span.end};
    Diagnostic& diagnostic = out.add(Code::kRegexIsLiteral, span, "the regex spells a plain text", "is no pattern");
    diagnostic.hints.push_back("write `" + said + "`");
    if (!folded_words(compilation.sources, span).empty()) diagnostic.fixes.push_back({span, said, "compare the text"});
  });
}

}  // namespace recipe
