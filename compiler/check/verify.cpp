// SPDX-License-Identifier: Apache-2.0
// The promises of predicate.h and recipe.h, one by one. Linear in the nodes, no recursion.
#include "compiler/check/verify.h"

#include <unordered_set>
#include <vector>

namespace recipe {
namespace {

bool has_number(const Test& test) {
  if (test.subject.selector == Selector::kCount) return true;
  if (test.subject.field == FieldId::kNone || test.subject.selector != Selector::kNone) return false;
  return storage_of(info(test.subject.field).type) == Storage::kNumber;
}

std::string verify_test(const Test& test, size_t loops) {
  if (test.subject.variable > loops) return "a test names a loop that is not open";
  if (test.subject.variable == 0 && test.subject.field == FieldId::kNone) return "a test has no subject";
  if (test.op == Operator::kExists) return test.literals.empty() ? "" : "exists has literals";
  if (test.literals.empty() && test.right.empty() && test.table == 0) return "a test has nothing on its right";
  if (!test.right.empty() && (!test.literals.empty() || test.table != 0)) return "a test has literals and a text";
  for (const Literal& literal : test.literals) {
    if (std::holds_alternative<int64_t>(literal) != has_number(test)) return "a literal has another type than its field";
  }
  return "";
}

}  // namespace

std::string verify(const Predicate& predicate) {
  const std::vector<PredicateNode>& nodes = predicate.nodes;
  if (nodes.empty()) return "a predicate has no nodes";
  if (nodes.size() > kMaxPredicateNodes) return "a predicate has too many nodes";
  if (nodes[0].end != nodes.size()) return "the root does not span its predicate";

  std::vector<uint32_t> open;  // ends of the enclosing nodes
  std::vector<uint32_t> loops;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    const PredicateNode& node = nodes[i];
    while (!open.empty() && open.back() <= i) open.pop_back();
    while (!loops.empty() && loops.back() <= i) loops.pop_back();
    if (node.end <= i || (!open.empty() && node.end > open.back())) return "a node's end is outside its parent";
    if (open.size() > kMaxExpressionDepth) return "a predicate is too deep";
    const uint32_t children = node.end - i - 1;
    switch (node.kind) {
      case PredicateKind::kFalse:
      case PredicateKind::kTrue:
        if (children != 0) return "a constant has children";
        break;
      case PredicateKind::kTest: {
        if (children != 0) return "a test has children";
        if (node.test >= predicate.tests.size()) return "a node names a test that is not there";
        if (std::string broken = verify_test(predicate.tests[node.test], loops.size()); !broken.empty()) return broken;
        break;
      }
      case PredicateKind::kAnd:
      case PredicateKind::kOr:
        if (children == 0) return "and, or without children";
        break;
      case PredicateKind::kNot:
        if (children == 0 || nodes[i + 1].end != node.end) return "not has other than one child";
        break;
      case PredicateKind::kAny:
      case PredicateKind::kAll:
        if (children == 0 || nodes[i + 1].end != node.end) return "a loop has other than one child";
        if (node.list == FieldId::kNone) return "a loop has no list";
        loops.push_back(node.end);
        if (loops.size() > kMaxLoops) return "too many loops";
        break;
    }
    open.push_back(node.end);
  }
  return "";
}

std::string verify(const RecipeSet& set) {
  std::unordered_set<std::string_view> names;
  for (const Recipe& recipe : set.recipes) {
    const std::string in = "recipe `" + recipe.info.name + "`: ";
    if (!names.insert(recipe.info.name).second) return in + "its name is not unique";
    if (recipe.ons.empty()) return in + "it has no trigger";
    for (const On& on : recipe.ons) {
      if (std::string broken = verify(on.when); !broken.empty()) return in + broken;
      if (on.message.empty()) return in + "a trigger has no message";
      if (!on.report && on.marks.empty() && on.step == 0) return in + "a trigger neither reports nor marks";
    }
    for (const RecipeTest& test : recipe.tests) {
      if (test.steps.empty() == test.events.empty()) return in + "a test has no events";
    }
    for (const Except& except : recipe.exceptions) {
      if (except.events.empty()) return in + "an exception is of no event";
      if (std::string broken = verify(except.when); !broken.empty()) return in + broken;
    }
  }
  if (set.option_tables.size() != set.option_table_spans.size()) return "an option table has no place";
  return "";
}

}  // namespace recipe
