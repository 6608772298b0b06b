// SPDX-License-Identifier: Apache-2.0
// Simplified predicate → bounded disjunctive normal form.
//
//   a and (b or c)                                   →  a b | a c
//   a and (b or c), the product past kMaxClauses     →  a (b or c)       the `or` stays whole: the kernel lets it through
//   a or b or …, more than kMaxClauses               →  (a or b or …)    one clause of one whole term
//   more than kMaxClauseTerms conjuncts              →  the first ones and the whole `and`: the same truth
//
// A list of literals is one term, whatever its length. Depth is bounded by kMaxExpressionDepth, so is the recursion.
#include <algorithm>

#include "compiler/lower/lower.h"
#include "runtime/artefact/dump.h"

namespace recipe {
namespace {

using Disjunction = std::vector<Clause>;

class Splitter {
 public:
  explicit Splitter(const Predicate& predicate) : nodes_(predicate.nodes) {}

  Disjunction split(uint32_t i) {
    switch (nodes_[i].kind) {
      case PredicateKind::kFalse:
        return {};
      case PredicateKind::kTrue:
        return {Clause{}};
      case PredicateKind::kNot:  // simplify has pushed it to the leaves
      case PredicateKind::kTest:
      case PredicateKind::kAny:
      case PredicateKind::kAll:
        return whole(i);
      case PredicateKind::kOr:
        return unite(i);
      case PredicateKind::kAnd:
        return multiply(i);
    }
    return whole(i);
  }
  [[nodiscard]] bool widened() const { return widened_; }

 private:
  static Disjunction whole(uint32_t i) { return {Clause{{i}}}; }

  Disjunction unite(uint32_t i) {
    Disjunction all;
    for (uint32_t child = i + 1; child < nodes_[i].end; child = nodes_[child].end) {
      Disjunction part = split(child);
      std::move(part.begin(), part.end(), std::back_inserter(all));
      if (all.size() > kMaxClauses) {
        widened_ = true;
        return whole(i);
      }
    }
    return all;
  }

  Disjunction multiply(uint32_t i) {
    struct Factor {
      uint32_t node;
      Disjunction parts;
    };
    std::vector<Factor> factors;
    for (uint32_t child = i + 1; child < nodes_[i].end; child = nodes_[child].end) factors.push_back({child, split(child)});
    // Few alternatives first: where the bound is met, what stays whole is what would have cost most.
    std::stable_sort(factors.begin(), factors.end(),
                     [](const Factor& a, const Factor& b) { return a.parts.size() < b.parts.size(); });
    Disjunction product = {Clause{}};
    for (Factor& factor : factors) {
      if (product.size() * factor.parts.size() > kMaxClauses) {
        widened_ = true;
        factor.parts = whole(factor.node);
      }
      Disjunction next;
      for (const Clause& left : product) {
        for (const Clause& right : factor.parts) {
          Clause clause = left;
          clause.terms.insert(clause.terms.end(), right.terms.begin(), right.terms.end());
          next.push_back(std::move(clause));
        }
      }
      product = std::move(next);
    }
    for (Clause& clause : product) {
      std::sort(clause.terms.begin(), clause.terms.end());
      clause.terms.erase(std::unique(clause.terms.begin(), clause.terms.end()), clause.terms.end());
      if (clause.terms.size() <= kMaxClauseTerms) continue;
      widened_ = true;
      clause.terms.resize(kMaxClauseTerms - 1);
      clause.terms.push_back(i);
      std::sort(clause.terms.begin(), clause.terms.end());
    }
    return product;
  }

  const std::vector<PredicateNode>& nodes_;
  bool widened_ = false;
};

std::string spell_node(const Predicate& predicate, uint32_t i, uint32_t loops) {
  const PredicateNode& node = predicate.nodes[i];
  switch (node.kind) {
    case PredicateKind::kFalse:
      return "false";
    case PredicateKind::kTrue:
      return "true";
    case PredicateKind::kNot:
      return "not " + spell_node(predicate, i + 1, loops);
    case PredicateKind::kTest:
      return spell(predicate.tests[node.test], node.negated);
    case PredicateKind::kAny:
    case PredicateKind::kAll:
      return std::string(node.negated ? "not " : "") + (node.kind == PredicateKind::kAny ? "any " : "all ") +
             std::string(loop_variable(loops + 1)) + " in " + std::string(info(node.list).name) + ": " +
             spell_node(predicate, i + 1, loops + 1);
    case PredicateKind::kAnd:
    case PredicateKind::kOr: {
      std::string out = "(";
      for (uint32_t child = i + 1; child < node.end; child = predicate.nodes[child].end) {
        if (child > i + 1) out += node.kind == PredicateKind::kAnd ? " and " : " or ";
        out += spell_node(predicate, child, loops);
      }
      return out + ")";
    }
  }
  return "";
}

}  // namespace

Clauses split_clauses(const Predicate& simplified) {
  Splitter splitter(simplified);
  Clauses out;
  out.clauses = splitter.split(0);
  out.widened = splitter.widened();
  return out;
}

std::string spell_term(const Predicate& simplified, uint32_t node) {
  return spell_node(simplified, node, 0);
}

std::string print(const Clauses& clauses, const Predicate& simplified) {
  if (clauses.clauses.empty()) return "never\n";
  std::string out;
  for (size_t i = 0; i < clauses.clauses.size(); ++i) {
    out += "clause " + std::to_string(i + 1) + "\n";
    if (clauses.clauses[i].terms.empty()) out += "  always\n";
    for (const uint32_t term : clauses.clauses[i].terms) out += "  " + spell_term(simplified, term) + "\n";
  }
  if (clauses.widened) out += "widened: the bound on clauses was met, a term that holds `and` or `or` is left to userspace\n";
  return out;
}

}  // namespace recipe
