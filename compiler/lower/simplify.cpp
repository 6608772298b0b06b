// SPDX-License-Identifier: Apache-2.0
// Predicate → the same truth with negation at the leaves, constants folded, and/or flattened, equal siblings merged.
//
//   not (a and (b or not c))                 →  not a or (not b and c)          De Morgan; no comparison is turned round
//   a and true, a or false                   →  a                              a and false, a or true  →  false, true
//   (a and b) and c, a and a                 →  a and b and c, a
//   name == x or name in [y, z]              →  name in [x, y, z]              also != and: the negated list
//   any x in argv: x like "a*"               →  any argv like "a*"             what the kernel can index
//
// `a and not a` is left alone: where a is unknown, so is it. Depth is bounded by kMaxExpressionDepth, so is the recursion.
#include <cassert>
#include <unordered_map>
#include <unordered_set>

#include "compiler/lower/lower.h"
#include "compiler/lower/test_key.h"

namespace recipe {
namespace {

struct Node {
  PredicateKind kind = PredicateKind::kFalse;
  bool negated = false;
  FieldId list = FieldId::kNone;
  uint32_t test = 0;  // into tests_
  Span span;
  bool spelled = true;
  std::vector<uint32_t> children;
};

class Simplifier {
 public:
  explicit Simplifier(const Predicate& from) : from_(from) {}

  Predicate run() {
    const uint32_t root = build(0, false, 0);
    Predicate out;
    emit(root, out);
    return out;
  }

 private:
  uint32_t add(Node node) {
    nodes_.push_back(std::move(node));
    return static_cast<uint32_t>(nodes_.size() - 1);
  }

  uint32_t intern(Test test) {
    const auto [found, is_new] = test_ids_.try_emplace(test_key(test), static_cast<uint32_t>(tests_.size()));
    if (is_new) tests_.push_back(std::move(test));
    return found->second;
  }

  uint32_t build(uint32_t i, bool negate, uint32_t loops) {
    const PredicateNode& from = from_.nodes[i];
    Node node;
    node.span = from.span;
    switch (from.kind) {
      case PredicateKind::kFalse:
      case PredicateKind::kTrue:
        node.kind = (from.kind == PredicateKind::kTrue) != negate ? PredicateKind::kTrue : PredicateKind::kFalse;
        return add(std::move(node));
      case PredicateKind::kNot: {
        // before: not (leaf)   after: the leaf, negated, with the words of the whole; a leaf deeper down keeps its own words.
        const uint32_t built = build(i + 1, !negate, loops);
        Node& inner = nodes_[built];
        if (!inner.spelled && inner.span == from_.nodes[i + 1].span) {
          inner.span = from.span;
          inner.spelled = true;
        }
        return built;
      }
      case PredicateKind::kTest:
        node.kind = PredicateKind::kTest;
        node.negated = from.negated != negate;
        node.spelled = !node.negated || from.negated;
        node.test = intern(from_.tests[from.test]);
        return add(std::move(node));
      case PredicateKind::kAny:
      case PredicateKind::kAll: {
        const uint32_t body = build(i + 1, false, loops + 1);
        node.negated = from.negated != negate;
        node.spelled = !node.negated || from.negated;
        if (std::optional<Test> test = as_test(from, nodes_[body], loops + 1)) {
          node.kind = PredicateKind::kTest;
          node.test = intern(std::move(*test));
        } else {
          node.kind = from.kind;
          node.list = from.list;
          node.children = {body};
        }
        return add(std::move(node));
      }
      case PredicateKind::kAnd:
      case PredicateKind::kOr: {
        node.kind = (from.kind == PredicateKind::kAnd) != negate ? PredicateKind::kAnd : PredicateKind::kOr;
        for (uint32_t child = i + 1; child < from.end; child = from_.nodes[child].end) {
          const uint32_t built = build(child, negate, loops);
          if (nodes_[built].kind == node.kind) {
            node.children.insert(node.children.end(), nodes_[built].children.begin(), nodes_[built].children.end());
          } else {
            node.children.push_back(built);
          }
        }
        return fold(std::move(node));
      }
    }
    return 0;
  }

  // The loop's body asks the element itself one plain question: the same test over the elements.
  std::optional<Test> as_test(const PredicateNode& loop, const Node& body, uint32_t variable) const {
    if (info(loop.list).type != Type::kStringList || body.kind != PredicateKind::kTest || body.negated) return std::nullopt;
    Test test = tests_[body.test];
    if (test.subject.variable != variable || test.subject.field != FieldId::kNone || test.over != Over::kValue ||
        test.subject.selector != Selector::kNone || test.op == Operator::kExists) {
      return std::nullopt;
    }
    test.subject.variable = 0;
    test.subject.field = loop.list;
    test.over = loop.kind == PredicateKind::kAny ? Over::kAnyElement : Over::kAllElements;
    return test;
  }

  uint32_t fold(Node node) {
    const bool is_and = node.kind == PredicateKind::kAnd;
    const PredicateKind absorbing = is_and ? PredicateKind::kFalse : PredicateKind::kTrue;
    const PredicateKind identity = is_and ? PredicateKind::kTrue : PredicateKind::kFalse;
    std::vector<uint32_t> kept;
    std::unordered_set<std::string> seen;
    std::unordered_map<std::string, uint32_t> joined;  // key without literals → the child that takes them
    for (const uint32_t child : node.children) {
      if (nodes_[child].kind == absorbing) {
        Node constant;
        constant.kind = absorbing;
        constant.span = node.span;
        return add(std::move(constant));
      }
      if (nodes_[child].kind == identity) continue;
      if (nodes_[child].kind == PredicateKind::kTest && nodes_[child].negated == is_and &&
          can_join(tests_[nodes_[child].test])) {
        const auto [found, is_new] = joined.try_emplace(test_key_without_literals(tests_[nodes_[child].test]), child);
        if (!is_new) {
          join(found->second, child);
          continue;
        }
      }
      kept.push_back(child);
    }
    std::vector<uint32_t> children;
    for (const uint32_t child : kept) {
      if (seen.insert(node_key(child)).second) children.push_back(child);
    }
    if (children.size() == 1) return children[0];
    if (children.empty()) {
      node.kind = identity;
      node.children.clear();
      return add(std::move(node));
    }
    node.children = std::move(children);
    return add(std::move(node));
  }

  static bool can_join(const Test& test) {
    return test.op != Operator::kExists && test.over != Over::kAllElements && !test.literals.empty() && test.right.empty() &&
           test.op != Operator::kLess && test.op != Operator::kLessEqual && test.op != Operator::kGreater &&
           test.op != Operator::kGreaterEqual;
  }

  void join(uint32_t into, uint32_t from) {
    Test test = tests_[nodes_[into].test];
    std::unordered_set<std::string> seen;
    for (const Literal& literal : test.literals) seen.insert(literal_key(literal));
    for (const Literal& literal : tests_[nodes_[from].test].literals) {
      if (seen.insert(literal_key(literal)).second) test.literals.push_back(literal);
    }
    nodes_[into].test = intern(std::move(test));
    Span& span = nodes_[into].span;
    if (span.source == nodes_[from].span.source) {
      span.begin = std::min(span.begin, nodes_[from].span.begin);
      span.end = std::max(span.end, nodes_[from].span.end);
    }
    nodes_[into].spelled = nodes_[into].spelled && nodes_[from].spelled;
  }

  // Equal keys: equal trees, spans apart.
  std::string node_key(uint32_t i) const {
    const Node& node = nodes_[i];
    std::string key = std::to_string(static_cast<int>(node.kind)) + (node.negated ? "!" : "") + "," +
                      std::to_string(static_cast<int>(node.list)) + "," + std::to_string(node.test) + "(";
    for (const uint32_t child : node.children) key += node_key(child);
    return key + ")";
  }

  void emit(uint32_t i, Predicate& out) {
    const Node& node = nodes_[i];
    const auto at = static_cast<uint32_t>(out.nodes.size());
    out.nodes.push_back({node.kind, node.negated, node.list, 0, 0, node.span, node.spelled});
    if (node.kind == PredicateKind::kTest) {
      const auto [found, is_new] = emitted_.try_emplace(node.test, static_cast<uint32_t>(out.tests.size()));
      if (is_new) out.tests.push_back(tests_[node.test]);
      out.nodes[at].test = found->second;
    }
    for (const uint32_t child : node.children) emit(child, out);
    out.nodes[at].end = static_cast<uint32_t>(out.nodes.size());
  }

  const Predicate& from_;
  std::vector<Node> nodes_;
  std::vector<Test> tests_;
  std::unordered_map<std::string, uint32_t> test_ids_;
  std::unordered_map<uint32_t, uint32_t> emitted_;
};

}  // namespace

Predicate simplify(const Predicate& predicate) {
  assert(!predicate.nodes.empty() && predicate.nodes[0].end == predicate.nodes.size());
  return Simplifier(predicate).run();
}

}  // namespace recipe
