// SPDX-License-Identifier: Apache-2.0
// duplicated_condition: the same words twice in one `and` or `or`. The fix removes the second.
#include <map>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {

void lint_duplicated_condition(const Compilation& compilation, Diagnostics& out) {
  for_each_expression(compilation, [&](const Document& document, const Expression& expression) {
    if (expression.form != ExpressionForm::kAnd && expression.form != ExpressionForm::kOr) return;
    std::map<std::string, ExpressionId> seen;
    for (size_t i = 0; i < expression.children.size(); ++i) {
      const Expression& child = document[expression.children[i]];
      const std::string words = folded_words(compilation.sources, child.span);
      if (words.empty()) continue;
      const auto [first, fresh] = seen.try_emplace(words, expression.children[i]);
      if (fresh) continue;
      const bool conjunction = expression.form == ExpressionForm::kAnd;
      Diagnostic& diagnostic = out.add(
          Code::kDuplicatedCondition, child.span,
          std::string("the same condition stands twice in one `") + (conjunction ? "and" : "or") + "`", "says nothing more");
      diagnostic.secondary.push_back({document[first->second].span, "the first"});
      const auto before = with_parentheses(compilation.sources, document[expression.children[i - 1]]);
      const auto here = with_parentheses(compilation.sources, child);
      if (!before || !here) continue;
      const Span removed{child.span.source, before->end, here->end};
      if (!folded_words(compilation.sources, removed).empty()) diagnostic.fixes.push_back({removed, "", "remove the second"});
    }
  });
}

}  // namespace recipe
