// SPDX-License-Identifier: Apache-2.0
// See prove.h. Sub-expressions are compared by their form; the work of one question is bounded by kMostSteps.
#include "compiler/prove/prove.h"

#include <algorithm>
#include <optional>

#include "compiler/prove/tests.h"
#include "runtime/base/path.h"

namespace recipe::prove {
namespace {

constexpr uint32_t kMostSteps = 20000;  // of one question; past them the answer is "not known"
constexpr size_t kMostCases = 256;      // literals of a list that are looked at one by one

const Test* test_of(const Term& term) {
  const PredicateNode& node = term.predicate->nodes[term.node];
  if (node.kind != PredicateKind::kTest) return nullptr;
  return term.narrowed != nullptr ? term.narrowed : &term.predicate->tests[node.test];
}

bool is_negated(const Term& term) {
  return term.predicate->nodes[term.node].negated;
}

// A tree under an odd or even number of negations.
struct View {
  Term term;
  bool flipped = false;

  [[nodiscard]] const PredicateNode& node() const { return term.predicate->nodes[term.node]; }
  [[nodiscard]] bool negated() const { return node().negated != flipped; }
  [[nodiscard]] PredicateKind kind() const {
    const PredicateKind kind = node().kind;
    if (!flipped) return kind;
    if (kind == PredicateKind::kAnd) return PredicateKind::kOr;
    if (kind == PredicateKind::kOr) return PredicateKind::kAnd;
    if (kind == PredicateKind::kTrue) return PredicateKind::kFalse;
    if (kind == PredicateKind::kFalse) return PredicateKind::kTrue;
    return kind;
  }
  [[nodiscard]] bool is_leaf() const {
    return node().kind == PredicateKind::kTest || node().kind == PredicateKind::kAny || node().kind == PredicateKind::kAll;
  }
  [[nodiscard]] View child(uint32_t at) const { return {{term.predicate, at}, flipped}; }
};

class Prover {
 public:
  // Recurses as deep as both trees together: twice kMaxExpressionDepth.
  bool implies(const View& a, const View& b) {
    if (++steps_ > kMostSteps) return false;
    if (b.kind() == PredicateKind::kTrue || a.kind() == PredicateKind::kFalse) return true;
    if (a.kind() == PredicateKind::kOr) return of_children(a, true, [&](const View& child) { return implies(child, b); });
    if (b.kind() == PredicateKind::kAnd) return of_children(b, true, [&](const View& child) { return implies(a, child); });
    if (a.is_leaf() && b.is_leaf()) return leaf_implies(a, b);
    return (a.kind() == PredicateKind::kAnd && of_children(a, false, [&](const View& child) { return implies(child, b); })) ||
           (b.kind() == PredicateKind::kOr && of_children(b, false, [&](const View& child) { return implies(a, child); }));
  }

 private:
  template <class Ask>
  bool of_children(const View& parent, bool all, Ask ask) {
    for (uint32_t at = parent.term.node + 1; at < parent.node().end; at = parent.term.predicate->nodes[at].end) {
      if (ask(parent.child(at)) != all) return !all;
    }
    return all;
  }

  bool leaf_implies(const View& a, const View& b) {
    const Test *one = test_of(a.term), *two = test_of(b.term);
    if (one != nullptr && two != nullptr) {
      if (a.negated()) return b.negated() && prove::implies(*two, *one);  // the contrapositive
      return b.negated() ? excludes(*one, *two) : prove::implies(*one, *two);
    }
    // Loops over one list, by their bodies: the variable is the same in both, it is counted from outside.
    if (one != nullptr || two != nullptr || a.node().kind != b.node().kind || a.node().list != b.node().list ||
        a.negated() != b.negated())
      return false;
    const View of_a{{a.term.predicate, a.term.node + 1}}, of_b{{b.term.predicate, b.term.node + 1}};
    return a.negated() ? implies(of_b, of_a) : implies(of_a, of_b);
  }

  uint32_t steps_ = 0;
};

bool same_place(const Test& a, const Test& b) {
  return a.subject == b.subject && is_scalar(a) && is_scalar(b);
}

// The values of the first list that a scalar must be in, of those that the other terms leave. nullopt: no list, or too long.
struct Cases {
  const Test* list = nullptr;
  std::vector<Literal> left;
};
std::optional<Cases> cases_of(const Conjunction& all, const Subject& subject) {
  Cases cases;
  for (const Term& term : all) {
    const Test* test = test_of(term);
    if (test == nullptr || is_negated(term) || !(test->subject == subject) || !is_scalar(*test)) continue;
    if (test->op != Operator::kEquals || test->nocase || test->table != 0 || !test->right.empty()) continue;
    if (test->literals.size() > kMostCases) continue;
    cases.list = test;
    break;
  }
  if (cases.list == nullptr) return std::nullopt;
  for (const Literal& value : cases.list->literals) {
    const bool stays = std::none_of(all.begin(), all.end(), [&](const Term& term) {
      const Test* test = test_of(term);
      if (test == nullptr || !same_place(*test, *cases.list)) return false;
      const std::optional<bool> held = holds(*test, value);
      return held && *held == is_negated(term);
    });
    if (stays) cases.left.push_back(value);
  }
  return cases;
}

// Each value that is left satisfies b.
bool cases_imply(const Conjunction& all, const Term& b) {
  const Test* wanted = test_of(b);
  if (wanted == nullptr || !is_scalar(*wanted) || wanted->op == Operator::kExists) return false;
  const std::optional<Cases> cases = cases_of(all, wanted->subject);
  return cases && std::all_of(cases->left.begin(), cases->left.end(), [&](const Literal& value) {
           const std::optional<bool> held = holds(*wanted, value);
           return held && *held != is_negated(b);
         });
}

// The field that holds a path's last component. Only where both are known whole is it so: it proves what cannot be, and no
// implication.
std::optional<Subject> name_of(const Subject& path) {
  Subject name;
  if (path.variable == 0 && path.selector == Selector::kNone && path.field == FieldId::process_exe) {
    name.field = FieldId::process_name;
  } else if (path.variable == 0 && path.selector == Selector::kNone && path.field == FieldId::file_path) {
    name.field = FieldId::file_name;
  } else {
    return std::nullopt;
  }
  return name;
}

// The last component of one of the paths is what every term about the name asks, as far as is known.
bool some_name_fits(const Conjunction& all, const std::vector<Literal>& paths, const Subject& name) {
  return std::any_of(paths.begin(), paths.end(), [&](const Literal& path) {
    const auto* text = std::get_if<std::string>(&path);
    if (text == nullptr) return true;
    const Literal last = std::string(last_component(*text));
    if (std::get<std::string>(last).empty()) return true;  // of "/" the event has no name
    return std::none_of(all.begin(), all.end(), [&](const Term& term) {
      const Test* test = test_of(term);
      if (test == nullptr || !(test->subject == name) || !is_scalar(*test)) return false;
      const std::optional<bool> held = holds(*test, last);
      return held && *held == is_negated(term);
    });
  });
}

std::vector<size_t> about(const Conjunction& all, const std::vector<Subject>& subjects) {
  std::vector<size_t> terms;
  for (size_t i = 0; i < all.size(); ++i) {
    const Test* test = test_of(all[i]);
    if (test != nullptr && std::find(subjects.begin(), subjects.end(), test->subject) != subjects.end()) terms.push_back(i);
  }
  return terms;
}

bool contradict(const Term& a, const Term& b) {
  return Prover().implies({a}, {b, true});
}

}  // namespace

Conjunction conjunction(const Predicate& simplified, const Clause& clause) {
  Conjunction all;
  for (const uint32_t term : clause.terms) all.push_back({&simplified, term});
  return all;
}

bool implies(const Term& a, const Term& b) {
  return Prover().implies({a}, {b});
}

bool implies(const Conjunction& all, const Term& b) {
  return std::any_of(all.begin(), all.end(), [&](const Term& a) { return implies(a, b); }) || cases_imply(all, b);
}

bool implies(const Conjunction& all, const Conjunction& b) {
  return std::all_of(b.begin(), b.end(), [&](const Term& term) { return implies(all, term); });
}

std::vector<size_t> find_impossible(const Conjunction& all) {
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = i + 1; j < all.size(); ++j) {
      if (contradict(all[i], all[j])) return {i, j};
    }
    const Test* test = test_of(all[i]);
    if (test == nullptr || is_negated(all[i]) || !is_scalar(*test)) continue;
    const std::optional<Cases> cases = cases_of(all, test->subject);
    if (!cases || cases->list != test) continue;
    if (cases->left.empty()) return about(all, {test->subject});
    if (std::optional<Subject> name = name_of(test->subject); name && !some_name_fits(all, cases->left, *name))
      return about(all, {test->subject, *name});
  }
  return {};
}

bool is_impossible(const Conjunction& all) {
  return !find_impossible(all).empty();
}

bool implies(const Conjunction& clause, const Condition& b) {
  const auto covers = [&](const Conjunction& part) {
    return std::any_of(b.clauses->clauses.begin(), b.clauses->clauses.end(),
                       [&](const Clause& other) { return implies(part, conjunction(*b.predicate, other)); });
  };
  if (covers(clause)) return true;
  if (b.clauses->clauses.size() < 2) return false;
  // A list is its literals, one or another: each may be covered by another clause. One list is taken apart, not several.
  for (size_t i = 0; i < clause.size(); ++i) {
    const Test* test = test_of(clause[i]);
    if (test == nullptr || is_negated(clause[i]) || test->table != 0 || !test->right.empty() || test->literals.size() < 2 ||
        test->literals.size() > kMostCases || test->literals.size() * b.clauses->clauses.size() > kMostPairs ||
        test->over == Over::kAllElements)
      continue;
    Conjunction part = clause;
    const bool all_covered = std::all_of(test->literals.begin(), test->literals.end(), [&](const Literal& literal) {
      Test one = *test;
      one.literals = {literal};
      part[i].narrowed = &one;
      return covers(part);
    });
    if (all_covered) return true;
  }
  return false;
}

bool is_same(const Predicate& a, const Predicate& b) {
  return a.tests == b.tests && std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(),
                                          [](const PredicateNode& x, const PredicateNode& y) {
                                            return x.kind == y.kind && x.negated == y.negated && x.list == y.list &&
                                                   x.end == y.end && x.test == y.test;
                                          });
}

bool implies(const Condition& a, const Condition& b) {
  if (is_same(*a.predicate, *b.predicate)) return true;
  if (implies(Term{a.predicate, 0}, Term{b.predicate, 0})) return true;
  if (a.clauses->clauses.size() * b.clauses->clauses.size() > kMostPairs) return false;
  return std::all_of(a.clauses->clauses.begin(), a.clauses->clauses.end(),
                     [&](const Clause& clause) { return implies(conjunction(*a.predicate, clause), b); });
}

bool is_disjoint(const Condition& a, const Condition& b) {
  if (a.clauses->clauses.size() * b.clauses->clauses.size() > kMostPairs) return false;
  return std::all_of(a.clauses->clauses.begin(), a.clauses->clauses.end(), [&](const Clause& one) {
    return std::all_of(b.clauses->clauses.begin(), b.clauses->clauses.end(), [&](const Clause& two) {
      Conjunction both = conjunction(*a.predicate, one);
      const Conjunction more = conjunction(*b.predicate, two);
      both.insert(both.end(), more.begin(), more.end());
      return is_impossible(both);
    });
  });
}

}  // namespace recipe::prove
