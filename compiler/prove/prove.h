// SPDX-License-Identifier: Apache-2.0
// The algebra of conditions: does one imply another, can two hold together? Lints, `diff` and whoever else compares recipes
// ask here. A yes is a proof. A no is none: the question is undecidable in general (regexes), and bounded in work.
//
// Truth is ordered false < unknown < true (runtime/artefact/test.h). "a implies b": on every event, truncated ones too, b is
// no less true than a. So what a reports b reports, and an exception that a is b is too.
#pragma once
#include <cstddef>
#include <vector>

#include "compiler/clauses.h"
#include "compiler/predicate.h"

namespace recipe::prove {

// A node of a simplified predicate, perhaps with another test in place of its own (one literal of several).
struct Term {
  const Predicate* predicate = nullptr;
  uint32_t node = 0;
  const Test* narrowed = nullptr;
};

// Terms that hold together. What they point to must outlive it.
using Conjunction = std::vector<Term>;
[[nodiscard]] Conjunction conjunction(const Predicate& simplified, const Clause& clause);

[[nodiscard]] bool implies(const Term& a, const Term& b);
[[nodiscard]] bool implies(const Conjunction& all, const Term& b);
[[nodiscard]] bool implies(const Conjunction& all, const Conjunction& b);

// No event makes all terms true. (A truncated one may leave them unknown.)
[[nodiscard]] bool is_impossible(const Conjunction& all);
// Those of them that cannot be true together, as indices in rising order: two, or all about one value. Empty: none were found.
[[nodiscard]] std::vector<size_t> find_impossible(const Conjunction& all);

// The same tests in the same form, wherever their words stand.
[[nodiscard]] bool is_same(const Predicate& a, const Predicate& b);

// Of clauses, of two conditions; past them their forms alone are compared.
inline constexpr size_t kMostPairs = 4096;

// A whole condition: the simplified predicate and its clauses.
struct Condition {
  const Predicate* predicate = nullptr;
  const Clauses* clauses = nullptr;
};
[[nodiscard]] bool implies(const Condition& a, const Condition& b);
// For one clause of a: some clause of b covers it, or several do, each a part of one of its lists.
[[nodiscard]] bool implies(const Conjunction& clause, const Condition& b);
[[nodiscard]] bool is_disjoint(const Condition& a, const Condition& b);

}  // namespace recipe::prove
