// SPDX-License-Identifier: Apache-2.0
// single_element_list: `x in [a]`. The fix compares with the one value.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "runtime/catalogue/catalogue.h"

namespace recipe {

void lint_single_element_list(const Compilation& compilation, Diagnostics& out) {
  for_each_expression(compilation, [&](const Document& document, const Expression& test) {
    if (test.form != ExpressionForm::kTest || test.op != WrittenOperator::kIn) return;
    const WrittenValue& list = document[test.value];
    if (list.form != ValueForm::kList || list.items.size() != 1) return;
    const WrittenValue& only = document[list.items.front()];
    if (only.form != ValueForm::kString && only.form != ValueForm::kWord && only.form != ValueForm::kInt) return;
    // A word that names a field is one in a list too; any other dotted word must be a string behind an operator.
    const bool quoted =
        only.form == ValueForm::kWord && only.text.find('.') != std::string::npos && find_field(only.text) == nullptr;
    const std::string value = quoted ? "\"" + only.text + "\"" : std::string(compilation.sources.text(only.span));
    const std::string said = std::string(test.negated ? "!= " : "== ") + (test.nocase ? "nocase " : "") + value;
    const Span span{test.span.source, test.op_span.begin, list.span.end};
    Diagnostic& diagnostic = out.add(Code::kSingleElementList, span, "a list of one", "is a comparison");
    diagnostic.hints.push_back("write `" + said + "`");
    if (!folded_words(compilation.sources, span).empty())
      diagnostic.fixes.push_back({span, said, "compare with the one value"});
  });
}

}  // namespace recipe
