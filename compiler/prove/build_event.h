// SPDX-License-Identifier: Apache-2.0
// Terms that should be true, and some that should be false → events that are likely to be so: witnesses. Whoever shows one asks
// the matcher first; here is no judge, only a good guess.
#pragma once
#include <vector>

#include "compiler/prove/prove.h"
#include "runtime/artefact/artefact.h"
#include "runtime/event.h"

namespace recipe::prove {

struct Wish {
  Term term;
  bool truth = true;
};

// What an event is built from beside the wishes; both may be empty.
struct World {
  const std::vector<OptionTable>* option_tables = nullptr;  // so that a flag that takes a value gets one
  const std::vector<ValueTable>* lists = nullptr;           // that tests name
};

// At most `most` events, the likeliest first; each can be encoded as a record. None: no value was found that meets the wishes
// of some field.
[[nodiscard]] std::vector<EventValues> build_events(EventId event, const std::vector<Wish>& wishes, const World& world,
                                                    size_t most);

}  // namespace recipe::prove
