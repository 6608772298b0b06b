// SPDX-License-Identifier: Apache-2.0
// subsumed_clause: an alternative of an `or` that another alternative holds already. redundant_term, in its own file, is the
// same of an `and`. Both compare the sub-conditions as written, so that what only the normal form brings about is not reported.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/prove/prove.h"

namespace recipe {

void lint_subsumed_clause(const Compilation& compilation, Witness& witness, Diagnostics& out) {
  for_each_implied(compilation, PredicateKind::kOr, [&](const Implied& parts) {
    const PredicateNode &narrow = parts.predicate.nodes[parts.narrow], &wide = parts.predicate.nodes[parts.wide];
    Diagnostic& diagnostic =
        out.add(Code::kSubsumedClause, place(narrow.span, parts.otherwise),
                "this alternative adds nothing: whatever meets `" + words(compilation, parts.predicate, {{parts.narrow}}) +
                    "` meets `" + words(compilation, parts.predicate, {{parts.wide}}) + "`",
                "never decides");
    diagnostic.secondary.push_back({wide.span, "holds it already"});
    witness.show(parts, {"meets both", "meets the other alone"}, diagnostic);
    diagnostic.hints.push_back("remove it, or see whether the other one is wider than it should be");
  });
}

}  // namespace recipe
