// SPDX-License-Identifier: Apache-2.0
// The object behind an event's name in a test → EventValues.
#pragma once
#include "compiler/check/context.h"

namespace recipe::checking {

// Of out.event, which is set. A field is `process.name: perl` or nested. What is wrong is reported.
void read_event(Context& context, Place place, ValueId object, EventValues& out);

}  // namespace recipe::checking
