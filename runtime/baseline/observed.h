// SPDX-License-Identifier: Apache-2.0
// What the kernel must let through for a baseline: an artefact that is merged with the recipes'. Its triggers never hold, so
// nothing is judged, reported or marked for it; its one recipe, which is off, is none of the user's, and whoever tells of
// recipes leaves it out.
#pragma once
#include <string_view>

#include "runtime/artefact/artefact.h"

namespace recipe {

inline constexpr std::string_view kObserved = "(baseline)";

// Of Observer::events(): all of them, but of opens only those to write, and not of /dev/null.
[[nodiscard]] Artefact observed();

}  // namespace recipe
