// SPDX-License-Identifier: Apache-2.0
// Lints: what compiles and is still likely a mistake. Each is one file, its page is compiler/diagnostic/pages/L01xx.md.
// In: a Compilation that is ok. Out: warnings, those silenced by `# allow(name): reason` left out.
#pragma once
#include <functional>
#include <span>

#include "compiler/compile.h"

namespace recipe {

// A lint attaches a fix only where the fix is sure: `recipec lint --fix` makes it without asking.
struct Lint {
  Code code;
  void (*run)(const Compilation& compilation, Diagnostics& out);
};

[[nodiscard]] std::span<const Lint> all_lints();

// Runs every lint over the files that `is_given` accepts (by Source::path); what stands in an imported file is its own
// run's business. Findings come sorted. compilation.ok must hold.
[[nodiscard]] Diagnostics run_lints(const Compilation& compilation,
                                    const std::function<bool(const std::string& path)>& is_given);

void lint_no_kernel_filter(const Compilation& compilation, Diagnostics& out);
void lint_impossible_clause(const Compilation& compilation, Diagnostics& out);
void lint_contradictory_clauses(const Compilation& compilation, Diagnostics& out);
void lint_mixed_and_or(const Compilation& compilation, Diagnostics& out);
void lint_flag_without_table(const Compilation& compilation, Diagnostics& out);
void lint_contains_with_space(const Compilation& compilation, Diagnostics& out);
void lint_missing_test(const Compilation& compilation, Diagnostics& out);
void lint_missing_documentation(const Compilation& compilation, Diagnostics& out);
void lint_unknown_attack_id(const Compilation& compilation, Diagnostics& out);
void lint_unused_list_or_macro(const Compilation& compilation, Diagnostics& out);
void lint_unused_mark(const Compilation& compilation, Diagnostics& out);

}  // namespace recipe
