// SPDX-License-Identifier: Apache-2.0
// flag_without_table: `argv has flag e` of a program whose options nobody has described. Values of other options are then
// read as flags, and what stands behind an operand is not told apart.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "runtime/base/path.h"
#include "runtime/base/pattern.h"

namespace recipe {
namespace {

bool has_table(const std::vector<OptionTable>& tables, std::string_view name) {
  return std::any_of(tables.begin(), tables.end(),
                     [&](const OptionTable& table) { return table.pattern == name || glob_matches(table.pattern, name, {}); });
}

// A name that fits a `like` pattern: its wildcards left out. One name stands for all.
std::string sample(std::string_view glob) {
  std::string name;
  for (const char c : glob) {
    if (c != '*' && c != '?' && c != '[' && c != ']') name += c;
  }
  return name;
}

// Names of programs that the clause is about.
std::set<std::string> programs(const Predicate& predicate, const Clause& clause) {
  std::set<std::string> names;
  for (const uint32_t term : clause.terms) {
    const PredicateNode& node = predicate.nodes[term];
    if (node.kind != PredicateKind::kTest || node.negated) continue;
    const Test& test = predicate.tests[node.test];
    if (!is_plain(test)) continue;
    const bool by_name = test.subject.field == FieldId::process_name;
    const bool by_path = test.subject.field == FieldId::process_exe;
    for (const Literal& literal : test.literals) {
      const auto* text = std::get_if<std::string>(&literal);
      if (text == nullptr) continue;
      if (test.op == Operator::kEquals && by_name) names.insert(*text);
      if (test.op == Operator::kEquals && by_path) names.emplace(last_component(*text));
      if (test.op == Operator::kLike && by_name) names.insert(sample(*text));
    }
  }
  return names;
}

}  // namespace

void lint_flag_without_table(const Compilation& compilation, Diagnostics& out) {
  std::set<std::pair<uint32_t, std::string>> said;  // (place of the test, program): clauses share terms
  std::unordered_map<std::string, bool> described;  // programs asked so far: many clauses name the same
  const auto is_described = [&](const std::string& name) {
    const auto [known, fresh] = described.try_emplace(name);
    if (fresh) known->second = has_table(compilation.set.option_tables, name);
    return known->second;
  };
  for_each_trigger(compilation, [&](const TriggerView& trigger) {
    for (const Clause& clause : trigger.clauses.clauses) {
      for (const uint32_t term : clause.terms) {
        const PredicateNode& node = trigger.predicate.nodes[term];
        if (node.kind != PredicateKind::kTest || trigger.predicate.tests[node.test].op != Operator::kHasFlag) continue;
        const Span at = place(node.span, trigger.on.span);
        std::string missing;
        std::string first;
        for (const std::string& name : programs(trigger.predicate, clause)) {
          if (is_described(name) || !said.emplace(at.begin, name).second) continue;
          if (first.empty()) first = name;
          missing += (missing.empty() ? "`" : ", `") + name + "`";
        }
        if (missing.empty()) continue;
        Diagnostic& diagnostic =
            out.add(Code::kFlagWithoutTable, at, "no `program` table says what the options of " + missing + " look like",
                    "values of other options may be read as flags");
        diagnostic.hints.push_back("say it once, in a library file: `program " + first + " { getopt \"...\" posix }`");
      }
    }
  });
}

}  // namespace recipe
