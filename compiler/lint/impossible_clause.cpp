// SPDX-License-Identifier: Apache-2.0
// impossible_clause: a clause that no event can satisfy, because one scalar field would need two values at once:
// `process.name == a and process.name == b`, `process.uid < 5 and process.uid > 9`.
//
// How: where a positive `==` lists the values that a field may have, each is put to every other term on that field; where
// none is left, or the bounds of a number cross, the clause is impossible. Only what is certain is reported.
#include <algorithm>
#include <limits>
#include <map>

#include "compiler/lint/contradiction.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "runtime/artefact/compare.h"
#include "runtime/base/address.h"
#include "runtime/base/pattern.h"

namespace recipe {
namespace {

struct Term {
  const Test* test;
  bool negated;
  Span span;
};

// A range stands for each of its addresses. Positive: some of them lies in the other; negated: all of them do.
bool holds_address(const std::string& given, const std::string& written, bool negated) {
  const auto length = [](const std::string& range) { return static_cast<unsigned char>(range[kAddressBytes]); };
  const bool inside = length(given) >= length(written) && lies_within(given, written);
  return inside || (!negated && length(written) >= length(given) && lies_within(written, given));
}

// Patterns are asked here, all else as the matcher asks it.
bool holds_text(const Term& term, const std::string& given, const std::string& written) {
  const Test& test = *term.test;
  if (info(test.subject.field).type == Type::kIp) return holds_address(given, written, term.negated);
  if (test.op == Operator::kLike)
    return glob_matches(written, given, {.path = info(test.subject.field).type == Type::kPath, .nocase = test.nocase});
  if (test.op == Operator::kMatches) {
    const Result<Regex> regex = Regex::compile(written, test.nocase);
    return !regex.ok() || regex->found_in(given);
  }
  return !takes_right(test.op) || compare_texts(test, given, written);
}

// Whether a field of this value satisfies the term.
bool satisfies(const Literal& value, const Term& term) {
  if (term.test->op == Operator::kExists) return !term.negated;
  const bool some = std::any_of(term.test->literals.begin(), term.test->literals.end(), [&](const Literal& literal) {
    if (value.index() != literal.index()) return true;
    if (const auto* number = std::get_if<int64_t>(&value))
      return !takes_right(term.test->op) || compare_numbers(term.test->op, *number, std::get<int64_t>(literal));
    return holds_text(term, std::get<std::string>(value), std::get<std::string>(literal));
  });
  return some != term.negated;
}

// Bounds that the positive comparisons leave; literals are alternatives, so the widest counts.
bool bounds_cross(const std::vector<Term>& terms) {
  int64_t low = std::numeric_limits<int64_t>::min();
  int64_t high = std::numeric_limits<int64_t>::max();
  for (const Term& term : terms) {
    if (term.negated || term.test->literals.size() != 1) continue;
    const auto* number = std::get_if<int64_t>(&term.test->literals[0]);
    if (number == nullptr) continue;
    if (term.test->op == Operator::kGreater) {
      if (*number == std::numeric_limits<int64_t>::max()) return true;
      low = std::max(low, *number + 1);
    }
    if (term.test->op == Operator::kLess) {
      if (*number == std::numeric_limits<int64_t>::min()) return true;
      high = std::min(high, *number - 1);
    }
    if (term.test->op == Operator::kGreaterEqual) low = std::max(low, *number);
    if (term.test->op == Operator::kLessEqual) high = std::min(high, *number);
  }
  return low > high;
}

// The values that the field's first positive `==` allows and the other terms leave; nullopt: no such term, any value may do.
std::optional<std::vector<Literal>> left_over(const std::vector<Term>& terms) {
  const auto listing = std::find_if(terms.begin(), terms.end(), [](const Term& term) {
    return term.test->op == Operator::kEquals && !term.negated && !term.test->nocase;
  });
  if (listing == terms.end()) return std::nullopt;
  std::vector<Literal> left;
  for (const Literal& value : listing->test->literals) {
    if (std::all_of(terms.begin(), terms.end(), [&](const Term& term) { return satisfies(value, term); }))
      left.push_back(value);
  }
  return left;
}

bool is_negated_existence(const Term& term) {
  return term.test->op == Operator::kExists && term.negated;
}

// The spans of terms that cannot hold together; empty: they can, as far as this lint sees.
std::vector<Span> clash(const Predicate& predicate, const Clause& clause) {
  std::map<FieldId, std::vector<Term>> fields;
  for (const uint32_t index : clause.terms) {
    const PredicateNode& node = predicate.nodes[index];
    if (node.kind != PredicateKind::kTest) continue;
    const Test& test = predicate.tests[node.test];
    if (is_plain(test) && info(test.subject.field).type != Type::kStringList) {
      fields[test.subject.field].push_back({&test, node.negated, node.span});
    }
  }
  const auto spans = [](const std::vector<Term>& terms) {
    std::vector<Span> all;
    for (const Term& term : terms) all.push_back(term.span);
    return all;
  };
  for (const auto& [field, terms] : fields) {
    const auto left = left_over(terms);
    if ((left && left->empty()) || bounds_cross(terms)) return spans(terms);
    const bool needs_value = std::any_of(terms.begin(), terms.end(), [](const Term& term) { return !term.negated; });
    if (needs_value && std::any_of(terms.begin(), terms.end(), is_negated_existence)) return spans(terms);
  }
  // The executed file's name is the last component of its path.
  const auto name = fields.find(FieldId::process_name);
  const auto exe = fields.find(FieldId::process_exe);
  if (name == fields.end() || exe == fields.end()) return {};
  const auto paths = left_over(exe->second);
  if (!paths) return {};
  const bool some = std::any_of(paths->begin(), paths->end(), [&](const Literal& path) {
    const std::string& text = std::get<std::string>(path);
    const Literal last = text.substr(text.rfind('/') + 1);
    return std::all_of(name->second.begin(), name->second.end(), [&](const Term& term) { return satisfies(last, term); });
  });
  if (some) return {};
  std::vector<Span> all = spans(name->second);
  for (const Span& span : spans(exe->second)) all.push_back(span);
  return all;
}

}  // namespace

void lint_impossible_clause(const Compilation& compilation, Diagnostics& out) {
  for_each_trigger(compilation, [&](const TriggerView& trigger) {
    if (trigger.clauses.clauses.empty()) {
      out.add(Code::kImpossibleClause, trigger.on.span, "this condition can never hold", "false for every event");
      return;
    }
    for (const Clause& clause : trigger.clauses.clauses) {
      if (find_contradiction(trigger.predicate, clause)) continue;
      const std::vector<Span> terms = clash(trigger.predicate, clause);
      if (terms.empty()) continue;
      Diagnostic& diagnostic = out.add(Code::kImpossibleClause, place(terms.back(), trigger.on.span),
                                       "this clause can never hold: `" + words(compilation, trigger.predicate, clause) + "`",
                                       "never true together with the other");
      if (terms.size() > 1) diagnostic.secondary.push_back({terms.front(), "the other"});
      diagnostic.hints.push_back("either value is enough: `in [a, b]`, or join the conditions with `or`");
    }
  });
}

}  // namespace recipe
