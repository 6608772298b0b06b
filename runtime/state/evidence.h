// SPDX-License-Identifier: Apache-2.0
// Detections that are kept as events of another one.
#pragma once
#include <cstddef>

#include "runtime/detection.h"

namespace recipe {

// What of a detection is kept as one of another's events: no advice, no host, its parent alone of its ancestors, no long
// argument lists.
void make_evidence(Detection& detection);
[[nodiscard]] size_t footprint(const Detection& detection);  // bytes, about

}  // namespace recipe
