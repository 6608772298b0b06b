// SPDX-License-Identifier: Apache-2.0
// Text → the same text as everybody writes it: indentation, spaces and empty lines. The author's line breaks, comments and
// words stay, so the tokens are the same before and after.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace recipe {

// Idempotent. nullopt: a string without end, a byte that is no text, or a bracket that does not fit; `parse` says where.
[[nodiscard]] std::optional<std::string> format_recipe(std::string_view text);

}  // namespace recipe
