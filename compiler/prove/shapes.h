// SPDX-License-Identifier: Apache-2.0
// Shapes: what a test of a text accepts, as patterns of bytes and gaps, so that one question serves all operators: does every
// text of this shape have that one?
//
//   == "abc"          abc                      startswith "/etc/"   /etc/ **
//   under "/etc"      /etc | /etc/ **          contains "x"         ** x **
//   like "/etc/*"     /etc/ *                  matches "^/etc/"     /etc/ **
#pragma once
#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/artefact/test.h"

namespace recipe::prove {

struct ShapeToken {
  enum class Kind : uint8_t { kByte, kOne, kSet, kStar, kGap } kind = Kind::kByte;
  unsigned char byte = 0;     // kByte
  std::bitset<256> set = {};  // kSet
};

// One alternative. kOne, kSet and kStar of a path do not take a '/'; kGap takes anything, nothing too.
using Shape = std::vector<ShapeToken>;

// A pattern that is written for less: `matches "^/etc/"` is startswith, `like "a"` is ==.
struct PlainText {
  Operator op = Operator::kEquals;  // kEquals, kStartsWith, kEndsWith or kContains
  std::string text;
};
// nullopt: the pattern really is one. nocase: RE2 folds bytes above 0x7f too, the plain operators do not.
[[nodiscard]] std::optional<PlainText> plain_regex(std::string_view pattern);
[[nodiscard]] std::optional<PlainText> plain_glob(std::string_view glob, bool path);

// How a subject's values are told apart: a path's globs stop at '/', a domain's `under` counts labels.
enum class TextKind : uint8_t { kString, kPath, kDomain };
[[nodiscard]] TextKind text_kind(const Subject& subject);

// The alternatives of one literal of the test; nullopt: no shape says it (a regex). folded: of the texts in lower case, so that
// it can be compared with one that ignores case.
[[nodiscard]] std::optional<std::vector<Shape>> shapes_of(const Test& test, std::string_view literal, bool folded);

// Every text of shape `a` has shape `b`. Never a wrong yes; a no may be one that was not found.
[[nodiscard]] bool is_within(const Shape& a, const Shape& b, TextKind kind);
// No text has both. Never a wrong yes.
[[nodiscard]] bool is_apart(const Shape& a, const Shape& b, TextKind kind);
// A text of the shape; gaps are empty, an unknown byte is a letter where the set has one.
[[nodiscard]] std::string sample(const Shape& shape);
// A text that a simple regex finds: its first alternative, sets and escapes as their first member, repetitions once. A guess.
[[nodiscard]] std::string sample_regex(std::string_view pattern);

}  // namespace recipe::prove
