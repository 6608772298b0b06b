// SPDX-License-Identifier: Apache-2.0
// importance_below_tactic: what an intruder does once inside, with an importance that nobody looks at.
#include <algorithm>

#include "compiler/lint/lint.h"
#include "runtime/artefact/names.h"

namespace recipe {
namespace {

// Tactics that come after an intruder is in: what they see is worth a look, at least.
bool asks_for_medium(std::string_view tactic) {
  static constexpr std::string_view kTactics[] = {"initial_access",
                                                  "execution",
                                                  "persistence",
                                                  "privilege_escalation",
                                                  "defense_evasion",
                                                  "stealth",
                                                  "defense_impairment",
                                                  "credential_access",
                                                  "lateral_movement",
                                                  "collection",
                                                  "command_and_control",
                                                  "exfiltration",
                                                  "impact"};
  return std::find(std::begin(kTactics), std::end(kTactics), tactic) != std::end(kTactics);
}

}  // namespace

void lint_importance_below_tactic(const Compilation& compilation, Diagnostics& out) {
  for (const Recipe& recipe : compilation.set.recipes) {
    if (!asks_for_medium(recipe.info.category) || recipe.info.importance >= Importance::kMedium) continue;
    const bool reports = std::any_of(recipe.ons.begin(), recipe.ons.end(),
                                     [](const On& on) { return on.report && on.importance < Importance::kMedium; });
    if (!reports) continue;
    out.add(Code::kImportanceBelowTactic, recipe.name_span,
            "`" + recipe.info.name + "` sees `" + recipe.info.category + "` and is of importance `" +
                std::string(importance_name(recipe.info.importance)) + "`",
            "whoever filters by importance never sees it")
        .hints.push_back("write `importance medium` or more, or another category");
  }
}

}  // namespace recipe
