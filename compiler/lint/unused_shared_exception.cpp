// SPDX-License-Identifier: Apache-2.0
// unused_shared_exception: one that no recipe and no tune names. A library may declare it for others: see unused_list_or_macro.
#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "compiler/lint/lint.h"

namespace recipe {
namespace {

bool is_library(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return std::find(folder.begin(), folder.end(), "lib") != folder.end();
}

}  // namespace

void lint_unused_shared_exception(const Compilation& compilation, Diagnostics& out) {
  std::unordered_set<std::string_view> named;
  const auto add = [&](const std::vector<WrittenException>& exceptions) {
    for (const WrittenException& each : exceptions) {
      if (each.shared) named.insert(each.shared->text);
    }
  };
  bool recipes = false;
  for (const Document& document : compilation.set.documents) {
    for (const WrittenRecipe& recipe : document.recipes) add(recipe.exceptions);
    for (const WrittenTune& tune : document.tunes) add(tune.exceptions);
    recipes = recipes || !document.recipes.empty();
  }
  for (const Document& document : compilation.set.documents) {
    if (!recipes && is_library(compilation.sources[document.source].path)) continue;
    for (const WrittenShared& shared : document.exceptions) {
      if (named.contains(shared.name.text)) continue;
      out.add(Code::kUnusedSharedException, shared.name.span, "exception `" + shared.name.text + "` is never used")
          .hints.push_back("remove it, or use it: `except " + shared.name.text + "`");
    }
  }
}

}  // namespace recipe
