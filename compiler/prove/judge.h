// SPDX-License-Identifier: Apache-2.0
// What a condition says of an event that is given by its values: for the events of a recipe's own tests. The matcher
// (runtime/match) is the judge that counts; this one says less, never another thing.
#pragma once
#include "compiler/predicate.h"
#include "runtime/event.h"

namespace recipe::prove {

// Of a sub-expression. kUnknown: truncated, or asked of what is not looked at here: options, marks, lists from files, texts
// made of the event. Fields that the values lack are absent.
[[nodiscard]] Truth judge(const Predicate& predicate, uint32_t node, const EventValues& values);

}  // namespace recipe::prove
