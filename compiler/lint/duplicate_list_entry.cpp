// SPDX-License-Identifier: Apache-2.0
// duplicate_list_entry: a list that names an entry twice. The fix removes the later one.
#include <set>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "runtime/catalogue/catalogue.h"

namespace recipe {
namespace {

bool is_simple(ValueForm form) {
  return form == ValueForm::kString || form == ValueForm::kWord || form == ValueForm::kInt || form == ValueForm::kAddress;
}

}  // namespace

void lint_duplicate_list_entry(const Compilation& compilation, Diagnostics& out) {
  for_each_list(compilation, [&](const Document& document, const WrittenValue& list) {
    // A string and a word are one thing, if the word is no field's; the number 0, the text "0", an empty text and a splice are
    // others.
    std::set<std::pair<ValueForm, std::string>> seen;
    for (size_t i = 0; i < list.items.size(); ++i) {
      const WrittenValue& item = document[list.items[i]];
      if (!is_simple(item.form) && item.form != ValueForm::kSplice) continue;
      const bool is_text = item.form == ValueForm::kWord && find_field(item.text) == nullptr;
      const ValueForm form = is_text ? ValueForm::kString : item.form;
      if (seen.emplace(form, form == ValueForm::kInt ? std::to_string(item.number) : item.text).second) continue;
      Diagnostic& diagnostic =
          out.add(Code::kDuplicateListEntry, item.span,
                  "the list holds `" + std::string(compilation.sources.text(item.span)) + "` already", "once is enough");
      if (auto fix = remove_entry(compilation.sources, document, list, i)) diagnostic.fixes.push_back(std::move(*fix));
    }
  });
}

}  // namespace recipe
