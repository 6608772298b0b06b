// SPDX-License-Identifier: Apache-2.0
// redundant_term: a part of an `and` that is true whenever another part is.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/prove/prove.h"

namespace recipe {

void lint_redundant_term(const Compilation& compilation, Witness& witness, Diagnostics& out) {
  for_each_implied(compilation, PredicateKind::kAnd, [&](const Implied& parts) {
    const PredicateNode &narrow = parts.predicate.nodes[parts.narrow], &wide = parts.predicate.nodes[parts.wide];
    Diagnostic& diagnostic = out.add(
        Code::kRedundantTerm, place(wide.span, parts.otherwise),
        "this term says nothing more: it holds whenever `" + words(compilation, parts.predicate, {{parts.narrow}}) + "` does",
        "never decides");
    diagnostic.secondary.push_back({narrow.span, "is enough"});
    witness.show(parts, {"meets both", "meets this one alone"}, diagnostic);
    diagnostic.hints.push_back("remove it, or see which of the two is not what was meant");
  });
}

}  // namespace recipe
