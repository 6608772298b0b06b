// SPDX-License-Identifier: Apache-2.0
// subsumed_recipe: a recipe that never says anything which another one has not said, with at least its importance: proved,
// clause against clause. compiler/prove/across.h finds the pairs that are worth a look.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/prove/across.h"

namespace recipe {

void lint_subsumed_recipe(const Compilation& compilation, Witness& witness, Diagnostics& out) {
  for (const prove::Subsumed& pair : prove::find_subsumed(compilation, {})) {
    const Recipe& narrow = compilation.set.recipes[pair.narrow.index()];
    const Recipe& wide = compilation.set.recipes[pair.wide.index()];
    Diagnostic& diagnostic = out.add(Code::kSubsumedRecipe, narrow.name_span,
                                     "whatever `" + narrow.info.name + "` detects, `" + wide.info.name + "` detects too",
                                     pair.equal ? "both detect the same" : "adds no detection");
    diagnostic.secondary.push_back({wide.name_span, pair.equal ? "the other" : "the wider one"});
    witness.show(pair, diagnostic);
    diagnostic.hints.push_back("remove it, narrow the other, or give this one more importance than the other has");
  }
}

}  // namespace recipe
