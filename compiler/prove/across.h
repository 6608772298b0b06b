// SPDX-License-Identifier: Apache-2.0
// Proofs across the recipes of a set: which one detects nothing that another does not. Not every pair is looked at: a clause
// can only be covered by one that asks for the same name, or for none, so clauses are found by the name they ask for, and by
// what else they ask (a few bits each).
#pragma once
#include <deque>
#include <functional>
#include <string>
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
  struct Exception {
    const Except* written = nullptr;
    Predicate predicate;  // simplified
    Clauses clauses;
    [[nodiscard]] Condition condition() const { return {&predicate, &clauses}; }
  };
  std::vector<Part> triggers;
  std::deque<Exception> exceptions;
  bool enabled = true;
  // What decides beside conditions, in words: sequence, counts, memory, marks. Empty: an event that matches is reported.
  std::string beside;
  std::string bound;      // conditions of the triggers that these words are about, in words
  bool of_events = true;  // one event can be its match: no sequence, no count
};
[[nodiscard]] std::vector<Reported> reported(const Compilation& compilation);  // by RecipeId

// Whatever `narrow` reports, `wide` reports: each clause is covered, and no exception of `wide` holds more back, on any event
// or for longer. Of recipes that are on and say the same beside their conditions.
[[nodiscard]] bool covers(const Reported& wide, const Reported& narrow);

}  // namespace recipe::prove
