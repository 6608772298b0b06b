// SPDX-License-Identifier: Apache-2.0
// What several lints ask of a compilation: its triggers with their clauses, the parts of a clause, words for findings.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

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

// Every test of every condition and exception as written, each once at a place however often a macro brings it.
struct LeafView {
  const PredicateNode& node;
  const Test& test;
  bool negated;    // it stands under an odd number of `not`
  Span otherwise;  // the place of the recipe
};
void for_each_leaf(const Compilation& compilation, const std::function<void(const LeafView&)>& visit);

// The node's words where they stand in the same file as the recipe; else (a macro's body elsewhere) `otherwise`.
[[nodiscard]] Span place(Span words, Span otherwise);

// The clause as the author wrote its terms, joined by `and`, white space folded, cut after some 100 bytes.
[[nodiscard]] std::string words(const Compilation& compilation, const Predicate& predicate, const Clause& clause);

// Parts of one `and` or `or` (of simplified conditions and exceptions) of which `narrow` implies `wide`. Each part that is too
// much is visited once, wherever its words are expanded.
struct Implied {
  const Predicate& predicate;
  EventId event;   // that asks it; of an exception the first of several
  Span otherwise;  // the place of the condition
  uint32_t narrow, wide;
};
using ImpliedVisitor = std::function<void(const Implied&)>;
void for_each_implied(const Compilation& compilation, PredicateKind kind, const ImpliedVisitor& visit);

// Whether two subtrees of one predicate ask the same, negation of the roots apart.
[[nodiscard]] bool same_question(const Predicate& predicate, uint32_t a, uint32_t b);

// Every written condition, sub-conditions too, in the order of the files.
void for_each_expression(const Compilation& compilation, const std::function<void(const Document&, const Expression&)>& visit);

// The words of a sub-condition with the parentheses around it; nullopt: a comment stands within them.
[[nodiscard]] std::optional<Span> with_parentheses(const Sources& sources, const Expression& expression);

// The words on one line, white space between them folded. Empty: a comment is among them.
[[nodiscard]] std::string folded_words(const Sources& sources, Span span);

// Lists that conditions read: declared ones, and those that stand behind an operator. Not those of tests' events or of
// metadata.
void for_each_list(const Compilation& compilation, const std::function<void(const Document&, const WrittenValue&)>& visit);

// What has the entry at `at` leave a list, with its comma; nullopt: a comment stands there.
[[nodiscard]] std::optional<Fix> remove_entry(const Sources& sources, const Document& document, const WrittenValue& list,
                                              size_t at);

void for_each_recipe(const Compilation& compilation, const std::function<void(const Document&, const WrittenRecipe&)>& visit);
[[nodiscard]] const Property* find_property(const std::vector<Property>& properties, std::string_view key);  // nullptr: none
// Whether the recipe gives the key (`author`, `doc.actions`, `throttle`), and not as an empty list.
[[nodiscard]] bool gives(const Document& document, const WrittenRecipe& recipe, const std::string& key);

// Every name that stands in some condition, list or argument, or behind `except`. A string may spell a name by chance; then it
// counts as used.
[[nodiscard]] std::unordered_set<std::string> names_in(const Document& document);

// Every id in `attack [...]`.
void for_each_attack_id(const Compilation& compilation, const std::function<void(const WrittenValue&)>& visit);

// The one pattern of `x matches "..."`; nullptr: another test, or a list of patterns.
[[nodiscard]] const WrittenValue* pattern_of(const Document& document, const Expression& test);

// A test of a plain field of the event.
[[nodiscard]] bool is_plain(const Test& test);

// A file below a folder `lib`, whose declarations are for others: they are judged only where recipes are in the set that could
// use them.
[[nodiscard]] bool is_library(const std::string& path);
// Of a set with recipes all documents; else those that are no library.
[[nodiscard]] std::vector<const Document*> judged_declarations(const Compilation& compilation);

}  // namespace recipe
