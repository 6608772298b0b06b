// SPDX-License-Identifier: Apache-2.0
// Clauses: the bounded disjunctive normal form of a simplified predicate.
#pragma once
#include <vector>

#include "compiler/predicate.h"

namespace recipe {

// A conjunction. A term names a node of the simplified predicate: a leaf (kTest, kAny, kAll) or, where the bound would have
// been passed, an inner node that stays whole: the kernel then treats it as any, the program decides it.
struct Clause {
  std::vector<uint32_t> terms;

  friend bool operator==(const Clause&, const Clause&) = default;
};

struct Clauses {
  std::vector<Clause> clauses;  // empty: the condition can never hold
  bool widened = false;         // the bound was met

  friend bool operator==(const Clauses&, const Clauses&) = default;
};

inline constexpr uint32_t kMaxClauses = 256;     // of one trigger
inline constexpr uint32_t kMaxClauseTerms = 32;  // of one clause

}  // namespace recipe
