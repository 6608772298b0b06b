// SPDX-License-Identifier: Apache-2.0
// A recipe's page in Markdown, and the index of pages.
#pragma once
#include <string>
#include <vector>

#include "compiler/recipe.h"

namespace recipe::recipec {

[[nodiscard]] std::string page_of(const Recipe& recipe, const Sources& sources);
[[nodiscard]] std::string index_of(const std::vector<const Recipe*>& recipes);

}  // namespace recipe::recipec
