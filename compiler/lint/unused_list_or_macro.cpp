// SPDX-License-Identifier: Apache-2.0
// unused_list_or_macro: a name that nothing in the set uses. A library (a file below a folder `lib`) is for others: it is
// judged only where recipes are in the set that could use it.
#include <filesystem>
#include <unordered_set>

#include "compiler/lint/lint.h"

namespace recipe {
namespace {

bool is_library(const std::string& path) {
  for (const auto& part : std::filesystem::path(path).parent_path()) {
    if (part == "lib") return true;
  }
  return false;
}

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
  bool recipes = false;
  for (const Document& document : compilation.set.documents) recipes = recipes || !document.recipes.empty();
  for (const Document& document : compilation.set.documents) {
    if (!recipes && is_library(compilation.sources[document.source].path)) continue;
    for (const WrittenList& list : document.lists) {
      if (names.contains(list.name.text)) continue;
      out.add(Code::kUnusedListOrMacro, list.name.span, "list `" + list.name.text + "` is never used")
          .hints.push_back("remove it, or use it: `in " + list.name.text + "`");
    }
    for (const WrittenMacro& macro : document.macros) {
      if (names.contains(macro.name.text)) continue;
      out.add(Code::kUnusedListOrMacro, macro.name.span, "macro `" + macro.name.text + "` is never used")
          .hints.push_back("remove it, or use it in a condition");
    }
  }
}

}  // namespace recipe
