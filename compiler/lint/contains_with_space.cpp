// SPDX-License-Identifier: Apache-2.0
// contains_with_space: `argv contains "-e code"`. An element of argv is one argument: a shell has split it at the space. Code
// (brackets, quotes, semicolons) is left alone: that is what a quoted argument holds.
#include <algorithm>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

// Words that a shell would have split: plain characters, with single spaces between them.
bool looks_split(std::string_view text) {
  const size_t space = text.find(' ');
  if (space == std::string_view::npos || space == 0 || text.back() == ' ') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" -_./:=@%+,").find(c) != std::string_view::npos;
  });
}

}  // namespace

void lint_contains_with_space(const Compilation& compilation, Diagnostics& out) {
  for_each_predicate(compilation, [&](const Recipe& recipe, const Predicate& predicate) {
    for (const PredicateNode& node : predicate.nodes) {
      if (node.kind != PredicateKind::kTest) continue;
      const Test& test = predicate.tests[node.test];
      if (test.over != Over::kAnyElement || test.op != Operator::kEquals || test.subject.selector != Selector::kNone) continue;
      for (const Literal& literal : test.literals) {
        const auto* text = std::get_if<std::string>(&literal);
        if (text == nullptr || !looks_split(*text)) continue;
        Diagnostic& diagnostic =
            out.add(Code::kContainsWithSpace, place(node.span, recipe.span),
                    "no element is `" + *text + "`: a shell splits arguments at the space", "tests whole elements");
        const size_t space = text->find(' ');
        diagnostic.hints.push_back("ask for each: `argv contains \"" + text->substr(0, space) + "\" and argv contains \"" +
                                   text->substr(space + 1) + "\"`, or for the text: `process.cmdline contains \"" + *text +
                                   "\"`");
        break;
      }
    }
  });
}

}  // namespace recipe
