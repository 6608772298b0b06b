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
      std::vector<Literal> entries;
      for (const Literal& literal : test.literals) {
        if (here.find(shown(test, literal)) != std::string_view::npos) entries.push_back(literal);
      }
      Test one = test, other = test;
      for (size_t i = 0; i < entries.size(); ++i) {
        one.literals = {entries[i]};
        for (size_t j = 0; j < entries.size(); ++j) {
          other.literals = {entries[j]};
          if (i == j || entries[i] == entries[j] || !prove::implies(one, other)) continue;
          if (j > i && prove::implies(other, one)) continue;  // the same in other words: the later is too much
          out.add(Code::kListEntrySubsumed, place(node.span, recipe.span),
                  "`" + shown(test, entries[i]) + "` adds nothing to the list: `" + shown(test, entries[j]) + "` covers it",
                  "one entry is never needed");
          break;
        }
      }
    }
  });
}

}  // namespace recipe
