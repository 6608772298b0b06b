// SPDX-License-Identifier: Apache-2.0
// What single steps make of single conditions; that they keep the truth is held by tests/property.
#include "compiler/lower/lower.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "bpf/abi/limits.h"
#include "runtime/artefact/dump.h"
#include "runtime/artefact/lay_out.h"

using namespace recipe;

namespace {

Test test_of(FieldId field, std::vector<Literal> literals, Operator op = Operator::kEquals, Over over = Over::kValue) {
  Test test;
  test.subject.field = field;
  test.op = op;
  test.over = over;
  test.literals = std::move(literals);
  return test;
}

Predicate leaf(Test test) {
  return {{{PredicateKind::kTest, false, FieldId::kNone, 1, 0, {}}}, {std::move(test)}};
}

Predicate join(PredicateKind kind, const std::vector<Predicate>& children) {
  Predicate out{{{kind, false, FieldId::kNone, 0, 0, {}}}, {}};
  for (const Predicate& child : children) {
    const auto base = static_cast<uint32_t>(out.nodes.size()), tests = static_cast<uint32_t>(out.tests.size());
    for (PredicateNode node : child.nodes) {
      node.end += base;
      node.test += tests;
      out.nodes.push_back(node);
    }
    out.tests.insert(out.tests.end(), child.tests.begin(), child.tests.end());
  }
  out.nodes[0].end = static_cast<uint32_t>(out.nodes.size());
  return out;
}

Predicate name(std::string text) {
  return leaf(test_of(FieldId::process_name, {std::move(text)}));
}
Predicate element(std::string text) {
  return leaf(test_of(FieldId::argv, {std::move(text)}, Operator::kEquals, Over::kAnyElement));
}
Predicate uid(int64_t number) {
  return leaf(test_of(FieldId::process_uid, {number}));
}

struct Lowered {
  std::vector<ClauseInfo> infos;
  Filter filter;
};

Lowered lower_all(const std::vector<Predicate>& predicates) {
  std::vector<Predicate> simplified;
  std::vector<Clauses> clauses;
  for (const Predicate& predicate : predicates) {
    simplified.push_back(simplify(predicate));
    clauses.push_back(split_clauses(simplified.back()));
  }
  Lowered out;
  std::vector<KernelClause> from;
  for (uint32_t i = 0; i < predicates.size(); ++i) {
    for (const Clause& clause : clauses[i].clauses) {
      from.push_back({ClauseId{static_cast<uint32_t>(out.infos.size())}, EventId::exec, &simplified[i], &clause});
      out.infos.push_back({TriggerId{i}, std::vector<ClauseTerm>(clause.terms.size()), false});
    }
  }
  out.filter = build_filter(from, out.infos);
  CHECK(lay_out(out.filter, 1, 1).ok());
  CHECK(lay_out(out.filter, 99, 1).ok());
  return out;
}

}  // namespace

TEST_CASE("equals of one field joined by or become one list, which stays one term") {
  const Predicate simplified = simplify(join(PredicateKind::kOr, {name("a"), name("b"), name("a")}));
  REQUIRE(simplified.nodes.size() == 1);
  CHECK(spell(simplified.tests[0], false) == "process.name in [a, b]");
  CHECK(split_clauses(simplified).clauses.size() == 1);
}

TEST_CASE("negation reaches the leaves and no comparison is turned round") {
  const Predicate less = leaf(test_of(FieldId::process_uid, {int64_t{5}}, Operator::kLess));
  const Predicate simplified = simplify(join(PredicateKind::kNot, {join(PredicateKind::kAnd, {less, name("a")})}));
  REQUIRE(simplified.nodes.size() == 3);
  CHECK(simplified.nodes[0].kind == PredicateKind::kOr);
  CHECK(spell_term(simplified, 0) == "(process.uid not < 5 or process.name != a)");
}

TEST_CASE("a product past the bound leaves the last alternatives whole") {
  std::vector<Predicate> factors;
  for (int i = 0; i < 9; ++i) factors.push_back(join(PredicateKind::kOr, {element("e" + std::to_string(i)), uid(i)}));
  const Clauses clauses = split_clauses(simplify(join(PredicateKind::kAnd, factors)));
  CHECK(clauses.widened);
  CHECK(clauses.clauses.size() <= kMaxClauses);
  CHECK(clauses.clauses.size() == 256);
}

TEST_CASE("names with the same clauses share a block, and the name is no term there") {
  const Predicate names = leaf(test_of(FieldId::process_name, {std::string("perl"), std::string("ruby")}));
  const Lowered lowered = lower_all({join(PredicateKind::kAnd, {names, element("-e")})});
  REQUIRE(lowered.filter.blocks.size() == 1);
  CHECK(lowered.filter.blocks[0].names.size() == 2);
  REQUIRE(lowered.filter.blocks[0].slots.size() == 1);
  CHECK(lowered.filter.blocks[0].slots[0].terms.size() == 1);
  CHECK(lowered.infos[0].exact);
}

TEST_CASE("an exact path gives its last component as the pivot and stays a term") {
  const Lowered lowered = lower_all({leaf(test_of(FieldId::process_exe, {std::string("/usr/bin/perl")}))});
  REQUIRE(lowered.filter.blocks.size() == 1);
  CHECK(lowered.filter.blocks[0].names == std::vector<std::string>{"perl"});
  CHECK(lowered.filter.blocks[0].slots[0].terms.size() == 1);
}

TEST_CASE("a fifth term on argv is left to the program") {
  std::vector<Predicate> terms = {name("a")};
  for (int i = 0; i < 5; ++i) terms.push_back(element("e" + std::to_string(i)));
  const Lowered lowered = lower_all({join(PredicateKind::kAnd, terms)});
  size_t in_kernel = 0;
  for (const ClauseTerm& term : lowered.infos[0].terms) in_kernel += term.in_kernel ? 1 : 0;
  CHECK(in_kernel == 5);
  CHECK_FALSE(lowered.infos[0].exact);
}

TEST_CASE("more clauses than slots share slots and none is without one") {
  std::vector<Predicate> predicates;
  for (int i = 0; i < 6000; ++i) predicates.push_back(element("word" + std::to_string(i)));
  const Lowered lowered = lower_all(predicates);
  REQUIRE(lowered.filter.blocks.size() == 1);
  CHECK(lowered.filter.blocks[0].slots.size() <= RECIPE_SLOTS);
  std::vector<bool> seen(6000);
  for (const FilterSlot& slot : lowered.filter.blocks[0].slots) {
    CHECK_FALSE(slot.terms.empty());
    for (const ClauseId clause : slot.clauses) seen[clause.index()] = true;
  }
  CHECK(std::count(seen.begin(), seen.end(), true) == 6000);
}

TEST_CASE("more names than blocks fit the image are merged, and the image fits under any seed") {
  std::vector<Predicate> predicates;
  for (int i = 0; i < 30000; ++i) {
    predicates.push_back(join(PredicateKind::kAnd, {name("n" + std::to_string(i)), element("-e" + std::to_string(i % 7))}));
  }
  const Lowered lowered = lower_all(predicates);
  CHECK(lowered.filter.blocks.size() < 1000);
}

TEST_CASE("what cannot be laid out even by names alone still has one slot") {
  Predicate names = name("x");
  names.tests[0].literals.clear();
  for (int i = 0; i < 1200000; ++i) names.tests[0].literals.emplace_back("n" + std::to_string(i));
  const Lowered lowered = lower_all({names});
  REQUIRE(lowered.filter.blocks.size() == 1);
  CHECK(lowered.filter.blocks[0].names.empty());
  CHECK_FALSE(lowered.infos[0].exact);
  CHECK_FALSE(lowered.infos[0].terms[0].in_kernel);
}
