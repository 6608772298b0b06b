// SPDX-License-Identifier: Apache-2.0
// Program: a whole condition as userspace runs it. A flat vector in preorder: a node's children follow it, `end` is one past
// its subtree, so a walk needs no pointers and a skip is one assignment. Tests are ordered by cost within and/or.
#pragma once
#include <cstdint>
#include <vector>

#include "runtime/artefact/test.h"

namespace recipe {

enum class NodeKind : uint8_t {
  kFalse = 0,
  kTrue = 1,
  kAnd = 2,  // of its children, at least one
  kOr = 3,
  kTest = 4,  // no children
  kAny = 5,   // some element of `list` makes the one child true; binds the next variable
  kAll = 6,   // every element does; absent list: false; empty: true
};

struct ProgramNode {
  NodeKind kind = NodeKind::kFalse;
  bool negated = false;           // of kTest, kAny, kAll only: negation stands at the leaves
  FieldId list = FieldId::kNone;  // of kAny, kAll: a field of type record list or string list
  uint32_t end = 0;               // index one past the subtree
  uint32_t test = 0;              // of kTest: index into Program::tests
  uint32_t passage = 0;           // index into Artefact::passages: the words of the recipe

  friend bool operator==(const ProgramNode&, const ProgramNode&) = default;
};

struct Program {
  std::vector<ProgramNode> nodes;  // nodes[0] is the root; its end is nodes.size()
  std::vector<Test> tests;

  friend bool operator==(const Program&, const Program&) = default;
};

// Depth of and/or/any/all within one program, after macros are expanded: an evaluator's stack has this size.
inline constexpr uint32_t kMaxProgramDepth = 64;
inline constexpr uint32_t kMaxLoops = 4;  // any/all inside any/all

}  // namespace recipe
