// SPDX-License-Identifier: Apache-2.0
// list_entry_subsumed: of the texts or ranges of one test, one that another covers: `startswith any ["/etc", "/etc/ssl"]`. Both
// stand in the test itself: a named list serves other tests too.
#include <set>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/prove/tests.h"
#include "runtime/base/address.h"

namespace recipe {
namespace {

constexpr size_t kMostEntries = 200;  // pairs of more are too many

std::string shown(const Test& test, const Literal& literal) {
  if (const auto* number = std::get_if<int64_t>(&literal)) return std::to_string(*number);
  const std::string& text = std::get<std::string>(literal);
  const bool range = test.subject.field != FieldId::kNone && info(test.subject.field).type == Type::kIp;
  return range ? format_range(text) : text;
}

}  // namespace

void lint_list_entry_subsumed(const Compilation& compilation, Diagnostics& out) {
  std::set<std::pair<SourceId, uint32_t>> said;
  for_each_predicate(compilation, [&](const Recipe& recipe, const Predicate& predicate) {
    for (const PredicateNode& node : predicate.nodes) {
      if (node.kind != PredicateKind::kTest) continue;
      const Test& test = predicate.tests[node.test];
      if (test.literals.size() < 2 || test.literals.size() > kMostEntries || test.table != 0 || test.op == Operator::kHas ||
          test.op == Operator::kHasFlag || test.op == Operator::kHasOption)
        continue;
      if (!said.insert({node.span.source, node.span.begin}).second) continue;
      const std::string_view here = compilation.sources.text(node.span);
      const auto is_here = [&](const Literal& literal) { return here.find(shown(test, literal)) != std::string_view::npos; };
      Test one = test, other = test;
      for (size_t i = 0; i < test.literals.size(); ++i) {
        one.literals = {test.literals[i]};
        for (size_t j = 0; j < test.literals.size(); ++j) {
          other.literals = {test.literals[j]};
          if (i == j || test.literals[i] == test.literals[j] || !prove::implies(one, other)) continue;
          if (!is_here(test.literals[i]) || !is_here(test.literals[j])) continue;
          if (j > i && prove::implies(other, one)) continue;  // the same in other words: the later is too much
          out.add(Code::kListEntrySubsumed, place(node.span, recipe.span),
                  "`" + shown(test, test.literals[i]) + "` adds nothing to the list: `" + shown(test, test.literals[j]) +
                      "` covers it",
                  "one entry is never needed");
          break;
        }
      }
    }
  });
}

}  // namespace recipe
