// SPDX-License-Identifier: Apache-2.0
// One default block an event with one slot: every process of the watched tree passes it, so it costs what records cost.
#include "runtime/baseline/observed.h"

#include "bpf/abi/filter_image.h"
#include "runtime/baseline/observer.h"

namespace recipe {

Artefact observed() {
  Artefact artefact = let_through(std::string(kObserved), {Observer::events().begin(), Observer::events().end()});
  for (FilterBlock& block : artefact.filter.blocks) {
    if (block.event != EventId::open) continue;
    FilterTerm writes{LANE_FILE_ACCESS, false, {}};
    for (const int64_t bit : {1, 2, 3}) writes.keys.push_back({KeyKind::kBit, false, bit, {}, 0});  // write, create, truncate
    FilterTerm elsewhere{LANE_FILE_PATH, true, {{KeyKind::kExact, false, 0, "/dev/null", 0}}};
    block.slots[0].terms = {std::move(writes), std::move(elsewhere)};
  }
  return artefact;
}

}  // namespace recipe
