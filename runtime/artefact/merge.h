// SPDX-License-Identifier: Apache-2.0
// Several artefacts → one. Truth of every recipe is unchanged; the filter lets through what any part's filter did.
#pragma once
#include <vector>

#include "runtime/artefact/artefact.h"
#include "runtime/base/result.h"

namespace recipe {

// parts must not be empty. Error: two recipes of one name, with both files.
[[nodiscard]] Result<Artefact> merge(std::vector<Artefact> parts);

// Every slot of the filter whose clauses set a mark that has a tag says so: FilterSlot::marks.
void set_slot_marks(Artefact& whole);

}  // namespace recipe
