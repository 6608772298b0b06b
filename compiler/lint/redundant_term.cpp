// SPDX-License-Identifier: Apache-2.0
// redundant_term: a part of an `and` that is true whenever another part is.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/prove/prove.h"

namespace recipe {

void lint_redundant_term(const Compilation& compilation, Diagnostics& out) {
  for_each_implied(
      compilation, PredicateKind::kAnd, [&](const Predicate& predicate, Span otherwise, uint32_t narrow, uint32_t wide) {
        Diagnostic& diagnostic =
            out.add(Code::kRedundantTerm, place(predicate.nodes[wide].span, otherwise),
                    "this term says nothing more: it holds whenever `" + words(compilation, predicate, {{narrow}}) + "` does",
                    "never decides");
        diagnostic.secondary.push_back({predicate.nodes[narrow].span, "is enough"});
        diagnostic.hints.push_back("remove it, or see which of the two is not what was meant");
      });
}

}  // namespace recipe
