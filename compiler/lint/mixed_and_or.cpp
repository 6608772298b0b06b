// SPDX-License-Identifier: Apache-2.0
// mixed_and_or: `and` and `or` side by side without parentheses, where not each `or` begins its own line. The fix writes the
// parentheses that precedence means anyway.
#include <algorithm>

#include "compiler/lint/lint.h"

namespace recipe {

void lint_mixed_and_or(const Compilation& compilation, Diagnostics& out) {
  for (const Document& document : compilation.set.documents) {
    for (const Expression& expression : document.expressions) {
      if (expression.form != ExpressionForm::kOr) continue;
      const auto is_bare_and = [&](ExpressionId child) {
        return document[child].form == ExpressionForm::kAnd && !document[child].parenthesised;
      };
      const auto& children = expression.children;
      if (std::none_of(children.begin(), children.end(), is_bare_and)) continue;
      if (std::all_of(children.begin() + 1, children.end(), [&](ExpressionId id) { return document[id].begins_line; }))
        continue;

      // From the last to the first, so that offsets stay true.
      std::string text(compilation.sources.text(expression.span));
      for (auto child = children.rbegin(); child != children.rend(); ++child) {
        if (!is_bare_and(*child)) continue;
        const Span span = document[*child].span;
        text.insert(span.end - expression.span.begin, ")");
        text.insert(span.begin - expression.span.begin, "(");
      }
      Diagnostic& diagnostic = out.add(Code::kMixedAndOr, expression.span, "`and` and `or` are mixed without parentheses",
                                       "`and` binds closer than `or`");
      diagnostic.hints.push_back("put parentheses around each `and`, or begin a line with each `or`");
      diagnostic.fixes.push_back({expression.span, std::move(text), "add the parentheses that are meant"});
    }
  }
}

}  // namespace recipe
