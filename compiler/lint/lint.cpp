// SPDX-License-Identifier: Apache-2.0
// The table of lints, in the order of their codes, and their one run.
#include "compiler/lint/lint.h"

#include "compiler/lint/allow.h"

namespace recipe {
namespace {

constexpr Lint kLints[] = {
    {Code::kNoKernelFilter, lint_no_kernel_filter},
    {Code::kImpossibleClause, lint_impossible_clause},
    {Code::kContradictoryClauses, lint_contradictory_clauses},
    {Code::kMixedAndOr, lint_mixed_and_or},
    {Code::kFlagWithoutTable, lint_flag_without_table},
    {Code::kContainsWithSpace, lint_contains_with_space},
    {Code::kMissingTest, lint_missing_test},
    {Code::kMissingDocumentation, lint_missing_documentation},
    {Code::kUnknownAttackId, lint_unknown_attack_id},
    {Code::kUnusedListOrMacro, lint_unused_list_or_macro},
    {Code::kUnusedMark, lint_unused_mark},
};

}  // namespace

std::span<const Lint> all_lints() {
  return kLints;
}

Diagnostics run_lints(const Compilation& compilation, const std::function<bool(const std::string& path)>& is_given) {
  assert(compilation.ok);
  Diagnostics found;
  for (const Lint& lint : kLints) lint.run(compilation, found);

  Diagnostics given;
  Allows allows(compilation, is_given);
  for (const Diagnostic& diagnostic : found.all()) {
    if (!is_given(compilation.sources[diagnostic.primary.span.source].path)) continue;
    if (allows.silence(diagnostic)) continue;
    given.add(diagnostic.code, diagnostic.primary.span, diagnostic.message) = diagnostic;
  }
  allows.report_unused(given);
  given.sort();
  return given;
}

}  // namespace recipe
