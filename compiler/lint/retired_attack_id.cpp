// SPDX-License-Identifier: Apache-2.0
// retired_attack_id: an id that ATT&CK has taken back. The fix writes its successor.
#include "compiler/check/attack.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {

void lint_retired_attack_id(const Compilation& compilation, Diagnostics& out) {
  for_each_attack_id(compilation, [&](const WrittenValue& id) {
    const AttackTechnique* known = find_attack(id.text);
    if (known == nullptr || known->successor.empty()) return;
    const std::string successor(known->successor);
    Diagnostic& diagnostic =
        out.add(Code::kRetiredAttackId, id.span, "ATT&CK has retired `" + id.text + "` (" + std::string(known->name) + ")");
    diagnostic.hints.push_back("its successor is `" + successor + "`");
    diagnostic.fixes.push_back(
        {id.span, id.form == ValueForm::kString ? "\"" + successor + "\"" : successor, "write its successor"});
  });
}

}  // namespace recipe
