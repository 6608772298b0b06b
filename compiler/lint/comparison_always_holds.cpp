// SPDX-License-Identifier: Apache-2.0
// comparison_always_holds: a comparison that every value of the field meets.
#include <algorithm>

#include "compiler/lint/lint.h"
#include "compiler/lint/value_range.h"
#include "compiler/lint/walk.h"

namespace recipe {

void lint_comparison_always_holds(const Compilation& compilation, Diagnostics& out) {
  for_each_leaf(compilation, [&](const LeafView& leaf) {
    const Test& test = leaf.test;
    if (std::none_of(test.literals.begin(), test.literals.end(), [&](const Literal& each) { return holds_always(test, each); }))
      return;
    const std::string name(info(test.subject.field).name);
    out.add(Code::kComparisonAlwaysHolds, place(leaf.node.span, leaf.otherwise), "every value of `" + name + "` meets this",
            leaf.negated ? "so its negation holds only where the field is not there" : "true wherever the field is there")
        .hints.push_back(leaf.negated ? "write `not exists " + name + "`, if that is what is meant"
                                      : "remove it; where that the field is there matters, write `exists " + name + "`");
  });
}

}  // namespace recipe
