// SPDX-License-Identifier: Apache-2.0
// comparison_never_holds: a value that the field cannot have: a port above 65535, a name with a slash, a `comm` of 16 bytes, a
// relative path where the kernel gives a whole one.
#include <algorithm>

#include "compiler/lint/lint.h"
#include "compiler/lint/value_range.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

std::string shown(const Literal& literal) {
  const auto* number = std::get_if<int64_t>(&literal);
  return number != nullptr ? std::to_string(*number) : std::get<std::string>(literal);
}

// Words of a macro's body: a list that it was given serves its other tests too.
bool is_in_macro(const Compilation& compilation, Span words) {
  return std::any_of(compilation.set.documents.begin(), compilation.set.documents.end(), [&](const Document& document) {
    return document.source == words.source &&
           std::any_of(document.macros.begin(), document.macros.end(), [&](const WrittenMacro& macro) {
             return macro.span.begin <= words.begin && words.end <= macro.span.end;
           });
  });
}

}  // namespace

void lint_comparison_never_holds(const Compilation& compilation, Diagnostics& out) {
  for_each_leaf(compilation, [&](const LeafView& leaf) {
    const Test& test = leaf.test;
    const Span words = leaf.node.span;
    const auto wrong = [&](const Literal& literal) { return !why_never(test, literal).empty(); };
    const auto first = std::find_if(test.literals.begin(), test.literals.end(), wrong);
    if (first == test.literals.end()) return;
    const bool given = compilation.sources.text(words).find(shown(*first)) == std::string_view::npos;
    if (given && is_in_macro(compilation, words) && !std::all_of(test.literals.begin(), test.literals.end(), wrong)) return;
    out.add(Code::kComparisonNeverHolds, place(words, leaf.otherwise),
            "`" + std::string(info(test.subject.field).name) + "` is never so with `" + shown(*first) +
                "`: " + why_never(test, *first),
            "never true");
  });
}

}  // namespace recipe
