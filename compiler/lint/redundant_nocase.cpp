// SPDX-License-Identifier: Apache-2.0
// redundant_nocase: no letter in what is compared, so there is no case to ignore. The fix removes the word.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "runtime/artefact/compare.h"

namespace recipe {
void lint_redundant_nocase(const Compilation& compilation, Diagnostics& out) {
  for_each_expression(compilation, [&](const Document& document, const Expression& test) {
    if (test.form != ExpressionForm::kTest || !test.nocase) return;
    const WrittenValue& value = document[test.value];
    std::vector<const WrittenValue*> values;
    if (value.form != ValueForm::kList) values.push_back(&value);
    for (const ValueId item : value.items) values.push_back(&document[item]);
    for (const WrittenValue* each : values) {
      if (each->form != ValueForm::kString || has_case(each->text)) return;
    }
    const std::string_view between = compilation.sources.text({test.span.source, test.op_span.end, value.span.begin});
    const size_t word = between.find("nocase");
    if (word == std::string_view::npos) return;
    const uint32_t begin = test.op_span.end + static_cast<uint32_t>(word);
    Diagnostic& diagnostic = out.add(Code::kRedundantNocase, {test.span.source, begin, begin + 6},
                                     "there is no letter to ignore the case of", "changes nothing");
    // With the blanks before it: one stays behind it.
    diagnostic.fixes.push_back({{test.span.source, test.op_span.end, begin + 6}, "", "remove `nocase`"});
  });
}

}  // namespace recipe
