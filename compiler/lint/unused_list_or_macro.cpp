// SPDX-License-Identifier: Apache-2.0
// unused_list_or_macro: a name that nothing in the set uses. Of libraries see walk.h.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
void lint_unused_list_or_macro(const Compilation& compilation, Diagnostics& out) {
  std::unordered_set<std::string> names;
  for (const Document& document : compilation.set.documents) names.merge(names_in(document));
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
