// SPDX-License-Identifier: Apache-2.0
// unknown_attack_id: an id that ATT&CK does not have, or no longer has: its successor is named.
#include "compiler/check/attack.h"
#include "compiler/lint/lint.h"

namespace recipe {
namespace {

// The place of the id in `attack [...]`, or the key's.
Span place_of(const Document& document, const Property& property, const std::string& id) {
  const WrittenValue& list = document[property.value];
  if (list.text == id) return list.span;
  for (const ValueId item : list.items) {
    if (document[item].text == id) return document[item].span;
  }
  return property.key.span;
}

}  // namespace

void lint_unknown_attack_id(const Compilation& compilation, Diagnostics& out) {
  for (const Document& document : compilation.set.documents) {
    for (const WrittenRecipe& recipe : document.recipes) {
      for (const Property& property : recipe.properties) {
        if (property.key.text != "attack") continue;
        const WrittenValue& value = document[property.value];
        std::vector<std::string> ids;
        if (value.form != ValueForm::kList) ids.push_back(value.text);
        for (const ValueId item : value.items) ids.push_back(document[item].text);
        for (const std::string& id : ids) {
          const AttackTechnique* known = find_attack(id);
          if (known != nullptr && known->successor.empty()) continue;
          const Span at = place_of(document, property, id);
          if (known == nullptr) {
            out.add(Code::kUnknownAttackId, at, "ATT&CK " + std::string(kAttackVersion) + " has no technique `" + id + "`");
            continue;
          }
          const std::string successor(known->successor);
          Diagnostic& diagnostic =
              out.add(Code::kUnknownAttackId, at, "ATT&CK has retired `" + id + "` (" + std::string(known->name) + ")");
          diagnostic.hints.push_back("its successor is `" + successor + "`");
        }
      }
    }
  }
}

}  // namespace recipe
