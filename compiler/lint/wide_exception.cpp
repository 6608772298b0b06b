// SPDX-License-Identifier: Apache-2.0
// wide_exception: an exception that only says below whom, not what: a malicious install hook has the same ancestors as the
// honest one.
#include <algorithm>

#include "compiler/lint/exceptions.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "compiler/lower/lower.h"

namespace recipe {
namespace {

// Every test of it asks an ancestor. A loop's body reaches to the end of its condition, so it may ask of the deed too.
bool is_about_origin(const Predicate& predicate, uint32_t at) {
  for (uint32_t i = at; i < predicate.nodes[at].end; ++i) {
    const PredicateKind kind = predicate.nodes[i].kind;
    const bool loop = kind == PredicateKind::kAny || kind == PredicateKind::kAll;
    if (loop && predicate.nodes[i].list != FieldId::process_ancestors) return false;
    if (kind != PredicateKind::kTest) continue;
    const Subject& subject = predicate.tests[predicate.nodes[i].test].subject;
    if (subject.variable == 0 && subject.field != FieldId::process_parent_name &&
        subject.field != FieldId::process_parent_comm && subject.field != FieldId::process_parent_exe &&
        subject.field != FieldId::process_ancestors)
      return false;
  }
  return true;
}

}  // namespace

void lint_wide_exception(const Compilation& compilation, Diagnostics& out) {
  for_each_exception(compilation, [&](const Recipe&, const Except& except) {
    const Predicate simplified = simplify(except.when);
    const Clauses clauses = split_clauses(simplified);
    const auto only_origin = std::find_if(clauses.clauses.begin(), clauses.clauses.end(), [&](const Clause& clause) {
      return !clause.terms.empty() && std::all_of(clause.terms.begin(), clause.terms.end(),
                                                  [&](uint32_t term) { return is_about_origin(simplified, term); });
    });
    if (only_origin == clauses.clauses.end()) return;
    out.add(Code::kWideException, place(simplified.nodes[only_origin->terms[0]].span, except.span),
            "this holds back whatever is done below `" + words(compilation, simplified, *only_origin) + "`",
            "says who started it, not what it is")
        .hints.push_back("say the deed too: `process.name == ... and argv ...`");
  });
}

}  // namespace recipe
