// SPDX-License-Identifier: Apache-2.0
// changeable_name: an exception that trusts `comm`, which any process sets as it likes (prctl(2), a write to /proc/self/comm).
#include <algorithm>

#include "compiler/lint/exceptions.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/lower/lower.h"

namespace recipe {
namespace {

// The name that says the same and cannot be changed.
FieldId trusted(FieldId field) {
  if (field == FieldId::process_comm) return FieldId::process_name;
  if (field == FieldId::process_parent_comm) return FieldId::process_parent_name;
  if (field == FieldId::ancestor_comm) return FieldId::ancestor_name;
  return FieldId::kNone;
}

bool asks(const Predicate& predicate, FieldId name) {
  return std::any_of(predicate.tests.begin(), predicate.tests.end(), [&](const Test& test) {
    const bool path = (name == FieldId::process_name && test.subject.field == FieldId::process_exe) ||
                      (name == FieldId::process_parent_name && test.subject.field == FieldId::process_parent_exe) ||
                      (name == FieldId::ancestor_name && test.subject.field == FieldId::ancestor_exe);
    return test.subject.field == name || path;
  });
}

}  // namespace

void lint_changeable_name(const Compilation& compilation, Diagnostics& out) {
  for_each_exception(compilation, [&](const Recipe&, const Except& except) {
    const Predicate simplified = simplify(except.when);
    for (const PredicateNode& node : simplified.nodes) {
      if (node.kind != PredicateKind::kTest || node.negated) continue;
      const FieldId name = trusted(simplified.tests[node.test].subject.field);
      if (name == FieldId::kNone || asks(simplified, name)) continue;
      out.add(Code::kChangeableName, place(node.span, except.span),
              "any process can call itself so: the exception can be asked for", "`comm` is the process's own choice")
          .hints.push_back("`" + std::string(info(name).name) + "` is the executed file's name; ask for it too, or instead");
    }
  });
}

}  // namespace recipe
