// SPDX-License-Identifier: Apache-2.0
// unused_list_or_macro: a name that nothing in the set uses. Of libraries see walk.h.
#include <unordered_set>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

// Every name that stands in some condition, list or argument. A string may spell a name by chance; then it counts as used.
std::unordered_set<std::string> mentioned(const RecipeSet& set) {
  std::unordered_set<std::string> names;
  for (const Document& document : set.documents) {
    for (const Expression& expression : document.expressions) {
      if (expression.form == ExpressionForm::kCall) names.insert(expression.name.text);
      if (expression.form == ExpressionForm::kBare) names.insert(expression.subject.path.text);
    }
    for (const WrittenValue& value : document.values) {
      if (value.form == ValueForm::kWord || value.form == ValueForm::kSplice || value.form == ValueForm::kPath)
        names.insert(value.text);
    }
  }
  return names;
}

}  // namespace

void lint_unused_list_or_macro(const Compilation& compilation, Diagnostics& out) {
  const std::unordered_set<std::string> names = mentioned(compilation.set);
  for (const Document* document : judged_declarations(compilation)) {
    for (const WrittenList& list : document->lists) {
      if (names.contains(list.name.text)) continue;
      out.add(Code::kUnusedListOrMacro, list.name.span, "list `" + list.name.text + "` is never used")
          .hints.push_back("remove it, or use it: `in " + list.name.text + "`");
    }
    for (const WrittenMacro& macro : document->macros) {
      if (names.contains(macro.name.text)) continue;
      out.add(Code::kUnusedListOrMacro, macro.name.span, "macro `" + macro.name.text + "` is never used")
          .hints.push_back("remove it, or use it in a condition");
    }
  }
}

}  // namespace recipe
