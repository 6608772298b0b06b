// SPDX-License-Identifier: Apache-2.0
// Simplified predicate → program: the same truth, the children of and/or in the order of what they cost (operators.def, the
// field's origin, loops), equal costs in the order of the recipe.
#include <algorithm>

#include "compiler/lower/lower.h"

namespace recipe {
namespace {

// A question to the machine reads /proc or a database: always last.
constexpr uint64_t kContextCost = 1000;
constexpr uint64_t kDerivedCost = 4;
constexpr uint64_t kStateCost = 16;  // a look-up an ancestor
constexpr uint64_t kElements = 8;    // what a list is taken to hold

uint64_t operator_cost(Operator op) {
  switch (op) {
#define OPERATOR(id, number, spelling, negated, types, kernel, cost, doc) \
  case Operator::id:                                                      \
    return cost;
#include "runtime/artefact/operators.def"
  }
  return 1;
}

uint64_t origin_cost(FieldId field) {
  if (field == FieldId::kNone) return 0;
  switch (info(field).origin) {
    case Origin::kRecord:
      return 0;
    case Origin::kDerived:
      return kDerivedCost;
    case Origin::kContext:
      return kContextCost;
    case Origin::kState:
      return kStateCost;
  }
  return 0;
}

class Builder {
 public:
  explicit Builder(const Predicate& from) : from_(from), costs_(from.nodes.size()) {}

  BuiltProgram run() {
    // Children stand behind their parent: from the back, each child's cost is there when it is asked for.
    for (uint32_t i = static_cast<uint32_t>(from_.nodes.size()); i-- > 0;) costs_[i] = cost(i);
    out_.node_of.resize(from_.nodes.size());
    out_.program.tests = from_.tests;
    emit(0);
    return std::move(out_);
  }

 private:
  uint64_t cost(uint32_t i) const {
    const PredicateNode& node = from_.nodes[i];
    uint64_t sum = 0;
    for (uint32_t child = i + 1; child < node.end; child = from_.nodes[child].end) sum += costs_[child];
    switch (node.kind) {
      case PredicateKind::kFalse:
      case PredicateKind::kTrue:
        return 0;
      case PredicateKind::kTest:
        return test_cost(from_.tests[node.test]);
      case PredicateKind::kNot:
      case PredicateKind::kAnd:
      case PredicateKind::kOr:
        return std::min(sum, kTooMuch);
      case PredicateKind::kAny:
      case PredicateKind::kAll:
        return std::min(sum * kElements + origin_cost(node.list), kTooMuch);
    }
    return sum;
  }

  static uint64_t test_cost(const Test& test) {
    uint64_t each = operator_cost(test.op);
    // == of many literals is one hashed look-up; other operators try them in turn.
    if (test.op != Operator::kEquals) each *= std::max<size_t>(1, test.literals.size());
    if (test.over != Over::kValue) each *= kElements;
    for (const TextPart& part : test.right) {
      if (const FieldId* field = std::get_if<FieldId>(&part)) each += 1 + origin_cost(*field);
    }
    if (test.subject.selector != Selector::kNone) each += operator_cost(Operator::kHasOption);
    return std::min(each + origin_cost(test.subject.field), kTooMuch);
  }

  static NodeKind kind(PredicateKind kind) {
    switch (kind) {
      case PredicateKind::kFalse:
        return NodeKind::kFalse;
      case PredicateKind::kTrue:
        return NodeKind::kTrue;
      case PredicateKind::kNot:  // simplify leaves none
      case PredicateKind::kAnd:
        return NodeKind::kAnd;
      case PredicateKind::kOr:
        return NodeKind::kOr;
      case PredicateKind::kTest:
        return NodeKind::kTest;
      case PredicateKind::kAny:
        return NodeKind::kAny;
      case PredicateKind::kAll:
        return NodeKind::kAll;
    }
    return NodeKind::kFalse;
  }

  // Depth is bounded by kMaxExpressionDepth.
  void emit(uint32_t i) {
    const PredicateNode& node = from_.nodes[i];
    assert(node.kind != PredicateKind::kNot);
    const auto at = static_cast<uint32_t>(out_.program.nodes.size());
    out_.node_of[i] = at;
    out_.program.nodes.push_back({kind(node.kind), node.negated, node.list, 0, node.test, 0});
    std::vector<uint32_t> children;
    for (uint32_t child = i + 1; child < node.end; child = from_.nodes[child].end) children.push_back(child);
    std::stable_sort(children.begin(), children.end(), [&](uint32_t a, uint32_t b) { return costs_[a] < costs_[b]; });
    for (const uint32_t child : children) emit(child);
    out_.program.nodes[at].end = static_cast<uint32_t>(out_.program.nodes.size());
  }

  static constexpr uint64_t kTooMuch = 1ull << 40;  // costs of nested loops stay numbers that can be added

  const Predicate& from_;
  std::vector<uint64_t> costs_;
  BuiltProgram out_;
};

}  // namespace

BuiltProgram build_program(const Predicate& simplified) {
  return Builder(simplified).run();
}

}  // namespace recipe
