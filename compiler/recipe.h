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
};

struct Except {
  std::string title;
  Predicate when;
  std::vector<EventId> events;  // of the recipe's: those that have every field it asks
  Span span;
};

struct RecipeTest {
  std::string title;
  TestExpectation expectation = TestExpectation::kMatch;
  std::vector<EventValues> steps;  // at least one; the last is judged. Times from the boot of the test's machine
  Span span;
};

struct Recipe {
  RecipeInfo info;  // exceptions and passage are filled by lower
  std::vector<On> ons;
  std::vector<Except> exceptions;
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
