// SPDX-License-Identifier: Apache-2.0
// unused_shared_exception: one that no recipe and no tune names. Of libraries see walk.h.
#include <unordered_set>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
void lint_unused_shared_exception(const Compilation& compilation, Diagnostics& out) {
  std::unordered_set<std::string_view> named;
  const auto add = [&](const std::vector<WrittenException>& exceptions) {
    for (const WrittenException& each : exceptions) {
      if (each.shared) named.insert(each.shared->text);
    }
  };
  for (const Document& document : compilation.set.documents) {
    for (const WrittenRecipe& recipe : document.recipes) add(recipe.exceptions);
    for (const WrittenTune& tune : document.tunes) add(tune.exceptions);
  }
  for (const Document* document : judged_declarations(compilation)) {
    for (const WrittenShared& shared : document->exceptions) {
      if (named.contains(shared.name.text)) continue;
      out.add(Code::kUnusedSharedException, shared.name.span, "exception `" + shared.name.text + "` is never used")
          .hints.push_back("remove it, or use it: `except " + shared.name.text + "`");
    }
  }
}

}  // namespace recipe
