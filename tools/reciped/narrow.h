// SPDX-License-Identifier: Apache-2.0
// What of an artefact is watched.
#pragma once
#include "runtime/artefact/choice.h"

namespace recipe::reciped {

// Recipes that `only` (nullptr: nobody asks) does not want are switched off; triggers, clauses and slots of recipes that are
// off are taken out. What sets a mark that a wanted recipe asks for stays, and reports nothing.
void narrow(Artefact& artefact, const Choice* only);

}  // namespace recipe::reciped
