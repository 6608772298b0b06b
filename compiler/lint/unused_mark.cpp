// SPDX-License-Identifier: Apache-2.0
// unused_mark: a mark that recipes set and no condition asks for. (One that is asked for and never set is an error.)
#include <set>

#include "compiler/lint/lint.h"

namespace recipe {

void lint_unused_mark(const Compilation& compilation, Diagnostics& out) {
  std::set<std::pair<bool, std::string>> asked;  // of files, name
  for (const Document& document : compilation.set.documents) {
    for (const Expression& expression : document.expressions) {
      if (expression.form == ExpressionForm::kMarked)
        asked.emplace(expression.subject.path.text == info(FieldId::file_marked).name, expression.name.text);
    }
    // A macro may be given the name: `asked_as(downloaded)`.
    for (const WrittenValue& value : document.values) {
      if (value.form != ValueForm::kWord) continue;
      asked.emplace(true, value.text);
      asked.emplace(false, value.text);
    }
  }
  const auto judge = [&](const std::vector<WrittenMark>& marks) {
    for (const WrittenMark& mark : marks) {
      if (asked.contains({mark.target.text == "file", mark.name.text})) continue;
      out.add(Code::kUnusedMark, mark.name.span, "no condition asks for the mark `" + mark.name.text + "`")
          .hints.push_back("ask for it in some recipe of the set, or remove it");
    }
  };
  for (const Document& document : compilation.set.documents) {
    for (const WrittenRecipe& recipe : document.recipes) {
      judge(recipe.marks);
      for (const WrittenOn& on : recipe.ons) judge(on.marks);
    }
  }
}

}  // namespace recipe
