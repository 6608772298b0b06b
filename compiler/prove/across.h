// SPDX-License-Identifier: Apache-2.0
// Proofs across the recipes of a set: which one detects nothing that another does not. Not every pair is looked at: a clause
// can only be covered by one that asks for the same name, or for none, so clauses are found by the name they ask for, and by
// what else they ask (a few bits each).
#pragma once
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "compiler/compile.h"
#include "compiler/prove/prove.h"

namespace recipe::prove {

struct Subsumed {
  RecipeId narrow, wide;
  bool equal = false;  // each covers the other; then `narrow` is the later one
};

// progress: recipes done and all, every few hundred; may be empty.
using AcrossProgress = std::function<void(size_t done, size_t total)>;

// Each narrow recipe once, with the first that covers it. A recipe that marks, that is off, that reports nothing or not each
// match (a sequence, a count, a memory), or that has more importance than the other is not looked at. compilation.ok must hold.
[[nodiscard]] std::vector<Subsumed> find_subsumed(const Compilation& compilation, const AcrossProgress& progress);

// What a recipe reports: conditions of its triggers, and exceptions. Points into the compilation, which must outlive it.
struct Reported {
  struct Part {
    EventId event{};
    Condition condition;
    uint32_t trigger = 0;  // index into Compilation::simplified
  };
  std::vector<Part> triggers;
  std::deque<std::pair<Predicate, Clauses>> exceptions;  // simplified
};
[[nodiscard]] std::vector<Reported> reported(const Compilation& compilation);  // by RecipeId

// Whatever `narrow` reports, `wide` reports: each clause is covered, and no exception of `wide` holds more back.
[[nodiscard]] bool covers(const Reported& wide, const Reported& narrow);

}  // namespace recipe::prove
