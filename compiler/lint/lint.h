// SPDX-License-Identifier: Apache-2.0
// Lints: what compiles and is still likely a mistake. Each is one file, its page is compiler/diagnostic/pages/L01xx.md.
// In: a Compilation that is ok. Out: warnings, those silenced by `# allow(name): reason` left out; recipes.toml (settings.h)
// turns them off or into errors.
#pragma once
#include <functional>
#include <span>

#include "compiler/compile.h"
#include "compiler/lint/settings.h"
#include "compiler/lint/witness.h"

namespace recipe {

// A lint attaches a fix only where the fix is sure: `recipec lint --fix` makes it without asking.
// Settings of a source, by its path.
using SettingsOf = std::function<const LintSettings&(const std::string& path)>;
struct Lint {
  Code code;
  void (*run)(const Compilation& compilation, Diagnostics& out) = nullptr;
  void (*run_by_settings)(const Compilation& compilation, const SettingsOf& settings_of,
                          Diagnostics& out) = nullptr;                                                     // or this
  void (*run_with_witness)(const Compilation& compilation, Witness& witness, Diagnostics& out) = nullptr;  // or this
};

[[nodiscard]] std::span<const Lint> all_lints();

// Runs every lint over the files that `is_given` accepts (by Source::path); what stands in an imported file is its own
// run's business. Findings come sorted. compilation.ok must hold. settings_of: empty, then what holds without a recipes.toml.
// judge: shows events for what is proved (witness.h); nullptr: none are shown.
[[nodiscard]] Diagnostics run_lints(const Compilation& compilation,
                                    const std::function<bool(const std::string& path)>& is_given,
                                    const SettingsOf& settings_of = {}, prove::EventJudge* judge = nullptr);

// The settings of each file that has been read, by Source::path; of what settings_of asks above. They live as long as the
// finder. Error: a recipes.toml that cannot be read, or is wrong.
[[nodiscard]] Result<std::map<std::string, const LintSettings*>> find_settings(SettingsFinder& finder,
                                                                               const Compilation& compilation);

void lint_no_kernel_filter(const Compilation& compilation, Diagnostics& out);
void lint_impossible_clause(const Compilation& compilation, Witness& witness, Diagnostics& out);
void lint_contradictory_clauses(const Compilation& compilation, Witness& witness, Diagnostics& out);
void lint_mixed_and_or(const Compilation& compilation, Diagnostics& out);
void lint_flag_without_table(const Compilation& compilation, Diagnostics& out);
void lint_contains_with_space(const Compilation& compilation, Diagnostics& out);
void lint_missing_test(const Compilation& compilation, Diagnostics& out);
void lint_missing_documentation(const Compilation& compilation, Diagnostics& out);
void lint_unknown_attack_id(const Compilation& compilation, Diagnostics& out);
void lint_unused_list_or_macro(const Compilation& compilation, Diagnostics& out);
void lint_unused_mark(const Compilation& compilation, Diagnostics& out);
void lint_retired_attack_id(const Compilation& compilation, Diagnostics& out);
void lint_subsumed_clause(const Compilation& compilation, Witness& witness, Diagnostics& out);
void lint_redundant_term(const Compilation& compilation, Witness& witness, Diagnostics& out);
void lint_subsumed_recipe(const Compilation& compilation, Witness& witness, Diagnostics& out);
void lint_comparison_never_holds(const Compilation& compilation, Diagnostics& out);
void lint_comparison_always_holds(const Compilation& compilation, Diagnostics& out);
void lint_negated_optional_field(const Compilation& compilation, Diagnostics& out);
void lint_unanchored_path_pattern(const Compilation& compilation, Diagnostics& out);
void lint_unused_import(const Compilation& compilation, Diagnostics& out);
void lint_unused_exception(const Compilation& compilation, Diagnostics& out);
void lint_untested_exception(const Compilation& compilation, Diagnostics& out);
void lint_wide_exception(const Compilation& compilation, Diagnostics& out);
void lint_changeable_name(const Compilation& compilation, Diagnostics& out);
void lint_importance_below_tactic(const Compilation& compilation, Diagnostics& out);
void lint_duplicated_condition(const Compilation& compilation, Diagnostics& out);
void lint_double_negation(const Compilation& compilation, Diagnostics& out);
void lint_regex_is_literal(const Compilation& compilation, Diagnostics& out);
void lint_needless_regex_ends(const Compilation& compilation, Diagnostics& out);
void lint_redundant_nocase(const Compilation& compilation, Diagnostics& out);
void lint_single_element_list(const Compilation& compilation, Diagnostics& out);
void lint_duplicate_list_entry(const Compilation& compilation, Diagnostics& out);
void lint_list_entry_subsumed(const Compilation& compilation, Diagnostics& out);
void lint_title_style(const Compilation& compilation, Diagnostics& out);
void lint_message_without_fields(const Compilation& compilation, Diagnostics& out);
void lint_stable_without_false_positives(const Compilation& compilation, Diagnostics& out);
void lint_empty_documentation(const Compilation& compilation, Diagnostics& out);
void lint_hidden_character(const Compilation& compilation, Diagnostics& out);
void lint_throttle_by_every_event(const Compilation& compilation, Diagnostics& out);
void lint_allow_without_reason(const Compilation& compilation, Diagnostics& out);
void lint_expired_exception(const Compilation& compilation, Diagnostics& out);
void lint_tune_without_effect(const Compilation& compilation, Diagnostics& out);
void lint_unused_shared_exception(const Compilation& compilation, Diagnostics& out);
void lint_required_metadata(const Compilation& compilation, const SettingsOf& settings_of, Diagnostics& out);
void lint_name_pattern(const Compilation& compilation, const SettingsOf& settings_of, Diagnostics& out);

}  // namespace recipe
