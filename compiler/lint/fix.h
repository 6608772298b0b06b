// SPDX-License-Identifier: Apache-2.0
// Fixes → text. A lint attaches one only where it is sure; what holds of the text afterwards, its next check says.
#pragma once
#include <string>
#include <vector>

#include "compiler/diagnostic/diagnostic.h"

namespace recipe {

// Fixes of one text, none of which touches another: of two that overlap the outer is made, the inner in a later round. `made`
// gets those that were, in the order of their places.
[[nodiscard]] std::string apply_fixes(const std::string& text, std::vector<Fix> fixes, std::vector<Fix>& made);

inline constexpr int kMostFixRounds = 16;  // a fix may uncover another: nested conditions are mended from outside in

}  // namespace recipe
