// SPDX-License-Identifier: Apache-2.0
// See walk.h.
#include "compiler/lint/walk.h"

namespace recipe {

void for_each_trigger(const Compilation& compilation, const std::function<void(const TriggerView&)>& visit) {
  uint32_t next = 0;
  for (const Recipe& recipe : compilation.set.recipes) {
    for (const On& on : recipe.ons) {
      assert(next < compilation.simplified.size() && next < compilation.clauses.size());
      visit({recipe, on, TriggerId{next}, compilation.simplified[next], compilation.clauses[next]});
      ++next;
    }
  }
}

void for_each_predicate(const Compilation& compilation, const std::function<void(const Recipe&, const Predicate&)>& visit) {
  for (const Recipe& recipe : compilation.set.recipes) {
    for (const On& on : recipe.ons) visit(recipe, on.when);
    for (const Except& except : recipe.exceptions) visit(recipe, except.when);
  }
}

Span place(Span words, Span otherwise) {
  return words.source == otherwise.source && words.end > words.begin ? words : otherwise;
}

std::string words(const Compilation& compilation, const Predicate& predicate, const Clause& clause) {
  constexpr size_t kMost = 100;
  std::string out;
  for (const uint32_t term : clause.terms) {
    if (!out.empty()) out += " and ";
    const PredicateNode& node = predicate.nodes[term];
    bool blank = false;
    std::string text;
    for (const char c : compilation.sources.text(node.span)) {
      const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      if (!is_blank) {
        if (blank && !text.empty()) text += ' ';
        text += c;
      }
      blank = is_blank;
    }
    out += text;
    if (out.size() > kMost) return out.substr(0, kMost) + " ...";
  }
  return out;
}

bool same_question(const Predicate& predicate, uint32_t a, uint32_t b) {
  const uint32_t size = predicate.nodes[a].end - a;
  if (predicate.nodes[b].end - b != size) return false;
  for (uint32_t i = 0; i < size; ++i) {
    const PredicateNode& x = predicate.nodes[a + i];
    const PredicateNode& y = predicate.nodes[b + i];
    if (x.kind != y.kind || x.list != y.list || x.end - a != y.end - b || (i > 0 && x.negated != y.negated)) return false;
    if (x.kind == PredicateKind::kTest && !(predicate.tests[x.test] == predicate.tests[y.test])) return false;
  }
  return true;
}

bool is_plain(const Test& test) {
  return test.subject.variable == 0 && test.subject.selector == Selector::kNone && test.over == Over::kValue &&
         test.right.empty() && test.table == 0;
}

}  // namespace recipe
