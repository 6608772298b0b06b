// SPDX-License-Identifier: Apache-2.0
// unknown_attack_id: an id that the ATT&CK table does not hold.
#include "compiler/check/attack.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {

void lint_unknown_attack_id(const Compilation& compilation, Diagnostics& out) {
  for_each_attack_id(compilation, [&](const WrittenValue& id) {
    if (id.form == ValueForm::kSplice || find_attack(id.text) != nullptr) return;
    out.add(Code::kUnknownAttackId, id.span, "ATT&CK " + std::string(kAttackVersion) + " has no technique `" + id.text + "`");
  });
}

}  // namespace recipe
