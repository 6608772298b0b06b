// SPDX-License-Identifier: Apache-2.0
// Predicate: one condition with every name resolved and every literal typed. The same flat preorder as Program, but negation
// may stand anywhere (kNot) until lower/simplify has pushed it to the leaves, and each node knows its words.
#pragma once
#include <vector>

#include "compiler/source.h"
#include "runtime/artefact/program.h"

namespace recipe {

enum class PredicateKind : uint8_t { kFalse, kTrue, kNot, kAnd, kOr, kTest, kAny, kAll };

struct PredicateNode {
  PredicateKind kind = PredicateKind::kFalse;
  bool negated = false;           // kTest, kAny, kAll; set by simplify only
  FieldId list = FieldId::kNone;  // kAny, kAll
  uint32_t end = 0;               // one past the subtree
  uint32_t test = 0;              // kTest
  Span span;                      // the words; of a macro's body those of the body
  bool spelled = true;            // of a negated leaf: the words say the negation themselves (`a != b`, `not a`)

  friend bool operator==(const PredicateNode&, const PredicateNode&) = default;
};

struct Predicate {
  std::vector<PredicateNode> nodes;  // nodes[0] is the root
  std::vector<Test> tests;

  friend bool operator==(const Predicate&, const Predicate&) = default;
};

inline constexpr uint32_t kMaxPredicateNodes = 1u << 16;  // after macros are expanded
inline constexpr uint32_t kMaxExpressionDepth = kMaxProgramDepth;

}  // namespace recipe
