// SPDX-License-Identifier: Apache-2.0
// What holds of every RecipeSet that check hands on. Run after check in debug builds, and by tests in every build.
#pragma once
#include <string>

#include "compiler/recipe.h"

namespace recipe {

// Empty: the predicate is well formed. Else the first broken promise, in words.
[[nodiscard]] std::string verify(const Predicate& predicate);

// The same for all predicates of the set, and: names unique, every recipe has a trigger, messages end.
[[nodiscard]] std::string verify(const RecipeSet& set);

}  // namespace recipe
