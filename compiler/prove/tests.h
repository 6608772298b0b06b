// SPDX-License-Identifier: Apache-2.0
// What one test says of another, and of one value.
#pragma once
#include <optional>

#include "runtime/artefact/test.h"

namespace recipe::prove {

// Truth of b is never below that of a, on any event, truncated ones too (false < unknown < true). Never a wrong yes.
[[nodiscard]] bool implies(const Test& a, const Test& b);
// Truth of not(b) is never below that of a. Never a wrong yes.
[[nodiscard]] bool excludes(const Test& a, const Test& b);
// What the test says of a value that is there and whole: an element, of a list. nullopt: not known here (a list from a file, a
// text made of the event, options, a range of addresses that the value only touches).
[[nodiscard]] std::optional<bool> holds(const Test& test, const Literal& value);
// A test of one scalar: a field of the event, a key apart, or of a loop's element.
[[nodiscard]] bool is_scalar(const Test& test);

}  // namespace recipe::prove
