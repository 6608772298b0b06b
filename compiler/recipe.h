// SPDX-License-Identifier: Apache-2.0
// Recipe: what check makes of documents: metadata, predicates, tests; every name resolved.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/document.h"
#include "compiler/predicate.h"
#include "runtime/artefact/artefact.h"
#include "runtime/event.h"

namespace recipe {

struct On {
  EventId event{};
  Predicate when;
  Importance importance = Importance::kNone;
  std::vector<MessagePart> message;
  Span span;
  bool report = true;
  std::vector<MarkAction> marks;
  uint32_t count = 0;  // 0: none; n: entry n - 1 of Recipe::counts
  uint32_t step = 0;   // 0: none; n: step n - 1 of Recipe::sequence
};

// What of a recipe remembers, with its words: passages are filled by lower.
struct WrittenState {
  std::vector<Count> counts;
  std::vector<Span> count_spans;
  std::optional<UnlessSeen> seen;
  Span seen_span;
  std::optional<Sequence> sequence;
  Span sequence_span;  // its head
  std::vector<Span> step_spans;
};

struct Except {
  std::string title;
  Predicate when;
  std::vector<EventId> events;  // of the recipe's: those that have every field it asks
  Span span;                    // of a shared one its declaration
  Span use;                     // where the recipe, or a tune of it, has it; differs from span where it is shared
  int64_t until_unix_ns = 0;    // 0: for ever
};

struct RecipeTest {
  std::string title;
  TestExpectation expectation = TestExpectation::kMatch;
  std::vector<EventValues>
      steps;  // at least one (of a file none); the last is judged. Times from the boot of the test's machine
  Span span;
  int64_t wait_ns = 0;                     // behind the last; then what the time brings is judged
  bool todo = false;                       // is known not to hold yet
  std::optional<Importance> importance{};  // that the detection must have
  uint32_t clause = 0;                     // 0: any; n: the n-th of the trigger, as `explain` counts, must be the one that held
  std::string events{};                    // a file of events instead of steps: none of them matches
};

struct Recipe {
  RecipeInfo info;  // exceptions and passage are filled by lower
  std::vector<On> ons;
  WrittenState state;
  std::vector<Except> exceptions;
  std::vector<Span> tunes;            // what has changed it from outside
  std::vector<std::string> evasions;  // what is known to get away; behind a trick's name and a colon, why
  std::optional<Span> enabled_span;   // where it was last said whether it is enabled, by itself or by a tune
  std::vector<RecipeTest> tests;
  Span span;  // whole
  Span name_span;
};

// A whole set, checked together. Only recipes without errors are here.
struct RecipeSet {
  std::vector<Document> documents;  // as read, imports included; lints read them
  std::vector<Recipe> recipes;      // in the order of their sources
  std::vector<OptionTable> option_tables;
  std::vector<Span> option_table_spans;
  std::vector<ValueTable> tables;  // lists from files; Test::table counts them from 1. lower moves them into the artefact
};

}  // namespace recipe
