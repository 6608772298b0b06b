// SPDX-License-Identifier: Apache-2.0
// The right side of a test: literals, fields of the event, and texts with fields in them.
//
//   file.path == process.exe                        a field
//   file.path != "/proc/{process.pid}/environ"      a text that the event fills; `\x7b` is a brace that is none of these
//   file.path in ["/etc/passwd", process.exe]       one test of the literals, and one of each text
#pragma once
#include "compiler/check/literals.h"

namespace recipe::checking {

struct RightSide {
  std::vector<Literal> literals;
  std::vector<std::vector<TextPart>> texts;
  std::vector<uint32_t> tables;  // as Test::table
};

// Appends what the item is. false: reported.
bool check_right(Context& context, const LiteralUse& use, Item item, RightSide& out, std::vector<UsedField>& used);

}  // namespace recipe::checking
