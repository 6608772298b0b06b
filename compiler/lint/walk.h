// SPDX-License-Identifier: Apache-2.0
// What several lints ask of a compilation: its triggers with their clauses, the parts of a clause, words for findings.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "compiler/compile.h"

namespace recipe {

struct TriggerView {
  const Recipe& recipe;
  const On& on;
  TriggerId id;
  const Predicate& predicate;  // simplified
  const Clauses& clauses;
};

// Every `on` block, in the order of TriggerId.
void for_each_trigger(const Compilation& compilation, const std::function<void(const TriggerView&)>& visit);

// Every predicate as written: conditions, then exceptions, of each recipe.
void for_each_predicate(const Compilation& compilation, const std::function<void(const Recipe&, const Predicate&)>& visit);

// The node's words where they stand in the same file as the recipe; else (a macro's body elsewhere) `otherwise`.
[[nodiscard]] Span place(Span words, Span otherwise);

// The clause as the author wrote its terms, joined by `and`, white space folded, cut after some 100 bytes.
[[nodiscard]] std::string words(const Compilation& compilation, const Predicate& predicate, const Clause& clause);

// Whether two subtrees of one predicate ask the same, negation of the roots apart.
[[nodiscard]] bool same_question(const Predicate& predicate, uint32_t a, uint32_t b);

// A test of a plain field of the event.
[[nodiscard]] bool is_plain(const Test& test);

}  // namespace recipe
