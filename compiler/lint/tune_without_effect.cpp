// SPDX-License-Identifier: Apache-2.0
// tune_without_effect: what stands behind `where` holds for no recipe of the set.
#include <algorithm>

#include "compiler/lint/lint.h"

namespace recipe {

void lint_tune_without_effect(const Compilation& compilation, Diagnostics& out) {
  const auto tunes_any = [&](Span tune) {
    return std::any_of(compilation.set.recipes.begin(), compilation.set.recipes.end(), [&](const Recipe& recipe) {
      return std::any_of(recipe.tunes.begin(), recipe.tunes.end(), [&](Span each) { return each == tune; });
    });
  };
  for (const Document& document : compilation.set.documents) {
    for (const WrittenTune& tune : document.tunes) {
      if (!tune.where || tunes_any(tune.span)) continue;
      out.add(Code::kTuneWithoutEffect, tune.where->span, "the tune chooses no recipe of the set", "holds for none")
          .hints.push_back("give the files of the recipes that are meant too, or see which comparison is too narrow");
    }
  }
}

}  // namespace recipe
