// SPDX-License-Identifier: Apache-2.0
// Shared by contradictory_clauses, which reports it, and impossible_clause, which leaves it to the other.
#pragma once
#include <optional>
#include <utility>

#include "compiler/clauses.h"

namespace recipe {

// A positive term of the clause, and a negated one that is false whenever the first is true.
[[nodiscard]] std::optional<std::pair<uint32_t, uint32_t>> find_contradiction(const Predicate& predicate, const Clause& clause);

}  // namespace recipe
