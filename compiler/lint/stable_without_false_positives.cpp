// SPDX-License-Identifier: Apache-2.0
// stable_without_false_positives: a recipe that is called finished and does not say who sets it off honestly.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {

void lint_stable_without_false_positives(const Compilation& compilation, Diagnostics& out) {
  for_each_recipe(compilation, [&](const Document& document, const WrittenRecipe& recipe) {
    const Property* status = find_property(recipe.properties, "status");
    if (status == nullptr || document[status->value].text != "stable" || gives(document, recipe, "false_positives")) return;
    out.add(Code::kStableWithoutFalsePositives, document[status->value].span,
            "`" + recipe.name.text + "` is stable and names no false positive", "whoever receives it has to guess")
        .hints.push_back("say who does it honestly: `false_positives [\"...\"]`");
  });
}

}  // namespace recipe
