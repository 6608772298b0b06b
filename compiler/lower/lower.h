// SPDX-License-Identifier: Apache-2.0
// RecipeSet → Artefact: simplify, split_clauses, build_filter, build_program.
#pragma once
#include "compiler/clauses.h"
#include "compiler/compile.h"
#include "compiler/predicate.h"
#include "runtime/artefact/artefact.h"

namespace recipe {

// Negation pushed to the leaves (kNot is gone), constants folded, and/or flattened, equal siblings merged, tests with equal
// subject and operator joined (or of ==: one list). Truth of every event is unchanged.
[[nodiscard]] Predicate simplify(const Predicate& predicate);

// Bounded disjunctive normal form. or over clauses ⇔ predicate.
[[nodiscard]] Clauses split_clauses(const Predicate& simplified);

// The same truth, children of and/or in the order of cost. node_of[i]: the program's node for the predicate's node i.
struct BuiltProgram {
  Program program;
  std::vector<uint32_t> node_of;
};
[[nodiscard]] BuiltProgram build_program(const Predicate& simplified);

// Clause by clause, what the kernel can decide. Sets ClauseTerm::in_kernel and exact, ClauseInfo::exact.
// Law 1 holds for what it returns, and lay_out() takes it.
struct KernelClause {
  ClauseId clause;
  EventId event{};
  const Predicate* predicate = nullptr;
  const Clause* terms = nullptr;
};
[[nodiscard]] Filter build_filter(const std::vector<KernelClause>& clauses, std::vector<ClauseInfo>& infos);

// compilation.set → simplified, clauses, artefact.
void lower(Compilation& compilation);

[[nodiscard]] std::string print(const Clauses& clauses, const Predicate& simplified);  // --emit=clauses
[[nodiscard]] std::string spell_term(const Predicate& simplified, uint32_t node);      // a whole sub-expression, on one line
// --emit=filter and --emit=program: runtime/artefact/dump.h

// `recipec explain`: for one recipe in words and as a table: clause, slot, what the kernel decides, what is left, exact, cost,
// why.
[[nodiscard]] std::string explain(const Compilation& compilation, RecipeId recipe, bool colour);

}  // namespace recipe
