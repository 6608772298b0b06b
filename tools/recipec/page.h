// SPDX-License-Identifier: Apache-2.0
// A recipe's page in Markdown, and the index of pages.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "compiler/recipe.h"

namespace recipe::recipec {

// command_and_scripting_interpreter → Command and Scripting Interpreter
[[nodiscard]] std::string heading(std::string_view name);
// A text block without the white space that its lines share, and without empty lines at its ends.
[[nodiscard]] std::string dedented(std::string_view text);

[[nodiscard]] std::string page_of(const Recipe& recipe, const Sources& sources);
[[nodiscard]] std::string index_of(const std::vector<const Recipe*>& recipes);

}  // namespace recipe::recipec
