// SPDX-License-Identifier: Apache-2.0
// required_metadata: what recipes.toml asks each recipe to say of itself.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {

void lint_required_metadata(const Compilation& compilation, const SettingsOf& settings_of, Diagnostics& out) {
  for_each_recipe(compilation, [&](const Document& document, const WrittenRecipe& recipe) {
    std::string missing;
    for (const std::string& key : settings_of(compilation.sources[document.source].path).required) {
      if (!gives(document, recipe, key)) missing += (missing.empty() ? "`" : ", `") + key + "`";
    }
    if (missing.empty()) return;
    out.add(Code::kRequiredMetadata, recipe.name.span, "`" + recipe.name.text + "` lacks " + missing,
            "recipes.toml asks for it");
  });
}

}  // namespace recipe
