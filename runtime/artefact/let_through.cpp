// SPDX-License-Identifier: Apache-2.0
// A slot belongs to a clause, a clause to a trigger, a trigger to a recipe: the smallest artefact with a default block an
// event.
#include <algorithm>

#include "runtime/artefact/artefact.h"

namespace recipe {

Artefact let_through(std::string name, std::vector<EventId> events) {
  Artefact artefact;
  artefact.passages.emplace_back();
  artefact.files.emplace_back();
  RecipeInfo& recipe = artefact.recipes.emplace_back();
  recipe.name = std::move(name);
  recipe.enabled = false;
  std::sort(events.begin(), events.end());  // as blocks stand
  events.erase(std::unique(events.begin(), events.end()), events.end());
  for (const EventId event : events) {
    const auto number = static_cast<uint32_t>(artefact.triggers.size());
    Trigger& trigger = artefact.triggers.emplace_back();
    trigger.recipe.value = 0;
    trigger.event = event;
    trigger.program.nodes.push_back({NodeKind::kFalse, false, FieldId::kNone, 1, 0, 0});
    artefact.clauses.push_back({TriggerId{number}, {}, false});
    artefact.filter.blocks.push_back({event, {}, {FilterSlot{{}, {ClauseId{number}}}}});
  }
  return artefact;
}

}  // namespace recipe
