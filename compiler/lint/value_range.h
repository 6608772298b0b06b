// SPDX-License-Identifier: Apache-2.0
// What values a field can have at all, as far as the kernel decides it: for comparisons that never hold, or always.
#pragma once
#include <cstdint>
#include <string>

#include "runtime/artefact/compare.h"

namespace recipe {

// Of the subject's numbers; int64's own bounds where nothing is known.
[[nodiscard]] NumberRange number_range(const Subject& subject);

// Why no value of the field can satisfy this literal: "a port is 0 to 65535"; empty: one may.
[[nodiscard]] std::string why_never(const Test& test, const Literal& literal);
// Every value of the field, where it is there, satisfies this literal.
[[nodiscard]] bool holds_always(const Test& test, const Literal& literal);

}  // namespace recipe
