// SPDX-License-Identifier: Apache-2.0
// The table of lints, in the order of their codes, and their one run.
#include "compiler/lint/lint.h"

#include <cstdint>
#include <set>
#include <tuple>

#include "compiler/lint/allow.h"
#include "runtime/base/parallel.h"

namespace recipe {
namespace {

constexpr Lint kLints[] = {
    {Code::kNoKernelFilter, lint_no_kernel_filter},
    {Code::kImpossibleClause, nullptr, nullptr, lint_impossible_clause},
    {Code::kContradictoryClauses, nullptr, nullptr, lint_contradictory_clauses},
    {Code::kMixedAndOr, lint_mixed_and_or},
    {Code::kFlagWithoutTable, lint_flag_without_table},
    {Code::kContainsWithSpace, lint_contains_with_space},
    {Code::kMissingTest, lint_missing_test},
    {Code::kMissingDocumentation, lint_missing_documentation},
    {Code::kUnknownAttackId, lint_unknown_attack_id},
    {Code::kUnusedListOrMacro, lint_unused_list_or_macro},
    {Code::kUnusedMark, lint_unused_mark},
    {Code::kRetiredAttackId, lint_retired_attack_id},
    {Code::kSubsumedClause, nullptr, nullptr, lint_subsumed_clause},
    {Code::kRedundantTerm, nullptr, nullptr, lint_redundant_term},
    {Code::kSubsumedRecipe, nullptr, nullptr, lint_subsumed_recipe},
    {Code::kComparisonNeverHolds, lint_comparison_never_holds},
    {Code::kComparisonAlwaysHolds, lint_comparison_always_holds},
    {Code::kNegatedOptionalField, lint_negated_optional_field},
    {Code::kUnanchoredPathPattern, lint_unanchored_path_pattern},
    {Code::kUnusedImport, lint_unused_import},
    {Code::kUnusedException, lint_unused_exception},
    {Code::kUntestedException, lint_untested_exception},
    {Code::kWideException, lint_wide_exception},
    {Code::kChangeableName, lint_changeable_name},
    {Code::kImportanceBelowTactic, lint_importance_below_tactic},
    {Code::kDuplicatedCondition, lint_duplicated_condition},
    {Code::kDoubleNegation, lint_double_negation},
    {Code::kRegexIsLiteral, lint_regex_is_literal},
    {Code::kNeedlessRegexEnds, lint_needless_regex_ends},
    {Code::kRedundantNocase, lint_redundant_nocase},
    {Code::kSingleElementList, lint_single_element_list},
    {Code::kDuplicateListEntry, lint_duplicate_list_entry},
    {Code::kListEntrySubsumed, lint_list_entry_subsumed},
    {Code::kTitleStyle, lint_title_style},
    {Code::kMessageWithoutFields, lint_message_without_fields},
    {Code::kStableWithoutFalsePositives, lint_stable_without_false_positives},
    {Code::kEmptyDocumentation, lint_empty_documentation},
    {Code::kHiddenCharacter, lint_hidden_character},
    {Code::kThrottleByEveryEvent, lint_throttle_by_every_event},
    {Code::kAllowWithoutReason, lint_allow_without_reason},
    {Code::kRequiredMetadata, nullptr, lint_required_metadata},
    {Code::kNamePattern, nullptr, lint_name_pattern},
    {Code::kExpiredException, lint_expired_exception},
    {Code::kTuneWithoutEffect, lint_tune_without_effect},
    {Code::kUnusedSharedException, lint_unused_shared_exception},
};

// Fewer are judged before a second thread has begun.
constexpr size_t kWorthThreads = 16;

// What each lint finds, as kLints. Those that ask for settings run behind the others, and those that show events in one thread:
// what answers them may not be for several.
std::vector<Diagnostics> findings(const Compilation& compilation, const SettingsOf& settings, prove::EventJudge* judge) {
  std::vector<Diagnostics> found(std::size(kLints), Diagnostics(SIZE_MAX));
  const auto show_events = [&] {
    Witness witness(compilation, judge);
    for (size_t i = 0; i < std::size(kLints); ++i) {
      if (kLints[i].run_with_witness != nullptr) kLints[i].run_with_witness(compilation, witness, found[i]);
    }
  };
  const auto work = [&](Items& items) {
    while (const std::optional<size_t> item = items.next()) {
      if (*item == 0) {
        show_events();
      } else if (kLints[*item - 1].run != nullptr) {
        kLints[*item - 1].run(compilation, found[*item - 1]);
      }
    }
  };
  work_on(std::size(kLints) + 1, work, compilation.set.recipes.size() < kWorthThreads ? 1 : processors());
  for (size_t i = 0; i < std::size(kLints); ++i) {
    if (kLints[i].run_by_settings != nullptr) kLints[i].run_by_settings(compilation, settings, found[i]);
  }
  return found;
}

}  // namespace

std::span<const Lint> all_lints() {
  return kLints;
}

Result<std::map<std::string, const LintSettings*>> find_settings(SettingsFinder& finder, const Compilation& compilation) {
  std::map<std::string, const LintSettings*> of;
  for (const Document& document : compilation.set.documents) {
    const std::string& path = compilation.sources[document.source].path;
    const Result<const LintSettings*> settings = finder.of(path);
    if (!settings.ok()) return settings.error();
    of.emplace(path, *settings);
  }
  return of;
}

Diagnostics run_lints(const Compilation& compilation, const std::function<bool(const std::string& path)>& is_given,
                      const SettingsOf& settings_of, prove::EventJudge* judge) {
  assert(compilation.ok);
  static const LintSettings kDefaults;
  const SettingsOf settings = settings_of ? settings_of : [](const std::string&) -> const LintSettings& { return kDefaults; };
  // All of them: what is allowed takes no place of what is not.
  Diagnostics found(SIZE_MAX);
  for (Diagnostics& each : findings(compilation, settings, judge)) found.add(std::move(each));

  Diagnostics left(SIZE_MAX);
  Allows allows(compilation, is_given);
  std::set<std::tuple<Code, SourceId, uint32_t, uint32_t, std::string>> said;  // of a macro's words, once for all its arguments
  for (const Diagnostic& diagnostic : found.all()) {
    const Span& at = diagnostic.primary.span;
    if (!said.emplace(diagnostic.code, at.source, at.begin, at.end, diagnostic.message).second) continue;
    if (is_given(compilation.sources[diagnostic.primary.span.source].path) && !allows.silence(diagnostic))
      left.add(diagnostic, Severity::kWarning);
  }
  allows.report_unused(left);
  Diagnostics given;
  for (const Diagnostic& diagnostic : left.all()) {
    const LintLevel level = settings(compilation.sources[diagnostic.primary.span.source].path).level(diagnostic.code);
    if (level != LintLevel::kAllow) given.add(diagnostic, level == LintLevel::kError ? Severity::kError : Severity::kWarning);
  }
  given.sort();
  return given;
}

}  // namespace recipe
