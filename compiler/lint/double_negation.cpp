// SPDX-License-Identifier: Apache-2.0
// double_negation: `not (a != b)`, `not (x not in y)`, `not (not x)`. The fix says it without.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

// The same test without its negation.
std::string affirmed(const Sources& sources, const Expression& test) {
  std::string text(sources.text(test.span));
  const uint32_t at = test.op_span.begin - test.span.begin;
  if (test.op == WrittenOperator::kNotEqual) return text.replace(at, 2, "==");
  const size_t word = text.find_first_not_of(" \t\r\n", at + 3);  // behind `not`
  return text.erase(at, word - at);
}

}  // namespace

void lint_double_negation(const Compilation& compilation, Diagnostics& out) {
  for_each_expression(compilation, [&](const Document& document, const Expression& outer) {
    if (outer.form != ExpressionForm::kNot) return;
    const Expression& inner = document[outer.children.front()];
    std::string text;
    if (inner.form == ExpressionForm::kTest && (inner.negated != (inner.op == WrittenOperator::kNotEqual))) {
      text = affirmed(compilation.sources, inner);
    } else if (inner.form == ExpressionForm::kNot) {
      const auto whole = with_parentheses(compilation.sources, document[inner.children.front()]);
      if (whole) text = compilation.sources.text(*whole);
    } else {
      return;
    }
    Diagnostic& diagnostic = out.add(Code::kDoubleNegation, outer.span, "a negation of a negation", "one undoes the other");
    if (text.empty() || folded_words(compilation.sources, outer.span).empty()) return;
    diagnostic.hints.push_back("write `" + text + "`");
    diagnostic.fixes.push_back({outer.span, text, "say it without negation"});
  });
}

}  // namespace recipe
