// SPDX-License-Identifier: Apache-2.0
// One default block an event with one slot: every process of the watched tree passes it, so it costs what records cost.
#include "runtime/baseline/observed.h"

#include <algorithm>

#include "bpf/abi/filter_image.h"
#include "runtime/baseline/observer.h"

namespace recipe {

Artefact observed() {
  Artefact artefact;
  artefact.passages.emplace_back();
  artefact.files.emplace_back();
  RecipeInfo& recipe = artefact.recipes.emplace_back();
  recipe.name = kObserved;
  recipe.enabled = false;
  std::vector<EventId> events(Observer::events().begin(), Observer::events().end());
  std::sort(events.begin(), events.end());  // as blocks stand
  for (const EventId event : events) {
    const auto number = static_cast<uint32_t>(artefact.triggers.size());
    Trigger& trigger = artefact.triggers.emplace_back();
    trigger.recipe.value = 0;
    trigger.event = event;
    trigger.program.nodes.push_back({NodeKind::kFalse, false, FieldId::kNone, 1, 0, 0});
    artefact.clauses.push_back({TriggerId{number}, {}, false});
    FilterSlot slot{{}, {ClauseId{number}}};
    if (event == EventId::open) {
      FilterTerm writes{LANE_FILE_ACCESS, false, {}};
      for (const int64_t bit : {1, 2, 3}) writes.keys.push_back({KeyKind::kBit, false, bit, {}, 0});  // write, create, truncate
      FilterTerm elsewhere{LANE_FILE_PATH, true, {{KeyKind::kExact, false, 0, "/dev/null", 0}}};
      slot.terms = {std::move(writes), std::move(elsewhere)};
    }
    artefact.filter.blocks.push_back({event, {}, {std::move(slot)}});
  }
  return artefact;
}

}  // namespace recipe
