// SPDX-License-Identifier: Apache-2.0
// no_kernel_filter: a clause of executions that names no program, or of files that names no file. The kernel cannot dismiss
// such an event by its name alone, so each one pays. Other events are few.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {

void lint_no_kernel_filter(const Compilation& compilation, Diagnostics& out) {
  const Filter& filter = compilation.artefact.filter;
  std::vector<bool> without(compilation.artefact.clauses.size());
  for (const FilterBlock& block : filter.blocks) {
    if (!block.names.empty() || (info(block.event).families & (kOnExec | kOnFile)) == 0) continue;
    for (const FilterSlot& slot : block.slots) {
      for (const ClauseId clause : slot.clauses) without[clause.index()] = true;
    }
  }

  // Clauses of one trigger stand together in the artefact, in the order of Clauses.
  uint32_t next = 0;
  for_each_trigger(compilation, [&](const TriggerView& trigger) {
    for (const Clause& clause : trigger.clauses.clauses) {
      while (next < without.size() && compilation.artefact.clauses[next].trigger < trigger.id) ++next;
      if (next >= without.size() || compilation.artefact.clauses[next].trigger != trigger.id) return;
      if (!without[next++]) continue;
      const EventId id = compilation.artefact.triggers[trigger.id.index()].event;
      const std::string event(info(id).name);
      const bool file = (info(id).families & kOnFile) != 0;
      const Span first = clause.terms.empty() ? trigger.on.span : trigger.predicate.nodes[clause.terms[0]].span;
      const std::string text = words(compilation, trigger.predicate, clause);
      Diagnostic& diagnostic = out.add(Code::kNoKernelFilter, place(first, trigger.on.span),
                                       "every " + event + " pays for `" + (text.empty() ? "true" : text) + "`",
                                       file ? "no file is named" : "no program is named");
      diagnostic.hints.push_back(file ? "name the files it is about: `file.name in [...] and ...`"
                                      : "name the programs it is about: `process.name in [...] and ...`");
    }
  });
}

}  // namespace recipe
