// SPDX-License-Identifier: Apache-2.0
// duplicate_list_entry: a list that names an entry twice. The fix removes the later one.
#include <set>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

bool is_simple(ValueForm form) {
  return form == ValueForm::kString || form == ValueForm::kWord || form == ValueForm::kInt || form == ValueForm::kAddress;
}

}  // namespace

void lint_duplicate_list_entry(const Compilation& compilation, Diagnostics& out) {
  for_each_list(compilation, [&](const Document& document, const WrittenValue& list) {
    std::set<std::pair<bool, std::string>> seen;  // a splice is another thing than a word
    for (size_t i = 0; i < list.items.size(); ++i) {
      const WrittenValue& item = document[list.items[i]];
      if (!is_simple(item.form) && item.form != ValueForm::kSplice) continue;
      if (seen.emplace(item.form == ValueForm::kSplice, item.text.empty() ? std::to_string(item.number) : item.text).second)
        continue;
      Diagnostic& diagnostic =
          out.add(Code::kDuplicateListEntry, item.span,
                  "the list holds `" + std::string(compilation.sources.text(item.span)) + "` already", "once is enough");
      if (auto fix = remove_entry(compilation.sources, document, list, i)) diagnostic.fixes.push_back(std::move(*fix));
    }
  });
}

}  // namespace recipe
