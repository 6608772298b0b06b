// SPDX-License-Identifier: Apache-2.0
// negated_optional_field: `container.image not like "..."` is true on the host too, where there is no image. Exceptions are
// left alone: there an absent field narrows nothing that an author counts on.
#include <algorithm>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

// Absent on many ordinary events, and that is no accident.
bool is_optional(const Subject& subject) {
  if (subject.variable > 0 || subject.field == FieldId::kNone) return false;
  if (subject.selector == Selector::kKey) return true;
  const std::string_view name = info(subject.field).name;
  return name.starts_with("container.") || name.starts_with("ci.") || name.starts_with("process.package.") ||
         subject.field == FieldId::mount_type;
}

}  // namespace

void lint_negated_optional_field(const Compilation& compilation, Diagnostics& out) {
  for_each_trigger(compilation, [&](const TriggerView& trigger) {
    for (const Clause& clause : trigger.clauses.clauses) {
      for (const uint32_t term : clause.terms) {
        const PredicateNode& node = trigger.predicate.nodes[term];
        if (node.kind != PredicateKind::kTest || !node.negated) continue;
        const Test& test = trigger.predicate.tests[node.test];
        if (test.op == Operator::kExists || !is_optional(test.subject)) continue;
        const bool known = std::any_of(clause.terms.begin(), clause.terms.end(), [&](uint32_t other) {
          const PredicateNode& its = trigger.predicate.nodes[other];
          return its.kind == PredicateKind::kTest && !its.negated && trigger.predicate.tests[its.test].subject == test.subject;
        });
        if (known) continue;
        std::string name(info(test.subject.field).name);
        if (test.subject.selector == Selector::kKey) name += "[\"" + test.subject.option + "\"]";
        const Span at = place(node.span, trigger.on.span);
        const auto said = std::find_if(out.all().begin(), out.all().end(), [&](const Diagnostic& each) {
          return each.code == Code::kNegatedOptionalField && each.primary.span == at;
        });
        if (said != out.all().end()) continue;
        out.add(Code::kNegatedOptionalField, at, "this holds too where there is no `" + name + "`", "true of an absent field")
            .hints.push_back("if it must be there, write `exists " + name + " and ...`");
      }
    }
  });
}

}  // namespace recipe
