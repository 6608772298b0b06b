// SPDX-License-Identifier: Apache-2.0
// comparison_never_holds: a value that the field cannot have: a port above 65535, a name with a slash, a `comm` of 16 bytes, a
// relative path where the kernel gives a whole one.
#include "compiler/lint/lint.h"
#include "compiler/lint/value_range.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

std::string shown(const Literal& literal) {
  const auto* number = std::get_if<int64_t>(&literal);
  return number != nullptr ? std::to_string(*number) : std::get<std::string>(literal);
}

}  // namespace

void lint_comparison_never_holds(const Compilation& compilation, Diagnostics& out) {
  for_each_leaf(compilation, [&](const PredicateNode& node, const Test& test, Span otherwise) {
    for (const Literal& literal : test.literals) {
      const std::string why = why_never(test, literal);
      if (why.empty()) continue;
      out.add(Code::kComparisonNeverHolds, place(node.span, otherwise),
              "`" + std::string(info(test.subject.field).name) + "` is never so with `" + shown(literal) + "`: " + why,
              "never true");
      return;
    }
  });
}

}  // namespace recipe
