// SPDX-License-Identifier: Apache-2.0
// no_kernel_filter: a clause that names no program. The kernel cannot dismiss an exec by its name alone, so every exec pays.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {

void lint_no_kernel_filter(const Compilation& compilation, Diagnostics& out) {
  const Filter& filter = compilation.artefact.filter;
  if (filter.blocks.empty() || !filter.blocks[0].names.empty()) return;
  std::vector<bool> without(compilation.artefact.clauses.size());
  for (const FilterSlot& slot : filter.blocks[0].slots) {
    for (const ClauseId clause : slot.clauses) without[clause.index()] = true;
  }

  // Clauses of one trigger stand together in the artefact, in the order of Clauses.
  uint32_t next = 0;
  for_each_trigger(compilation, [&](const TriggerView& trigger) {
    for (const Clause& clause : trigger.clauses.clauses) {
      while (next < without.size() && compilation.artefact.clauses[next].trigger < trigger.id) ++next;
      if (next >= without.size() || compilation.artefact.clauses[next].trigger != trigger.id) return;
      if (!without[next++]) continue;
      const Span first = clause.terms.empty() ? trigger.on.span : trigger.predicate.nodes[clause.terms[0]].span;
      const std::string text = words(compilation, trigger.predicate, clause);
      Diagnostic& diagnostic = out.add(Code::kNoKernelFilter, place(first, trigger.on.span),
                                       "every exec pays for `" + (text.empty() ? "true" : text) + "`", "no program is named");
      diagnostic.hints.push_back("name the programs it is about: `process.name in [...] and ...`");
    }
  });
}

}  // namespace recipe
