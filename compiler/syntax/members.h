// SPDX-License-Identifier: Apache-2.0
// What can be told of a recipe's members from their tokens alone: where one begins, what a misspelt one meant.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/tokens.h"

namespace recipe {

// tokens[i] begins a member: on, except, throttle, doc, test, or a key with its value.
[[nodiscard]] bool is_member_start(const std::vector<Token>& tokens, size_t i);

// After the member that begins at `from` went wrong at or before `at`: the first token from `at` on that begins a line and a
// member at the same depth, or in the same column (an unclosed bracket hides the depth), or the `}` that ends what `from` is
// in.
[[nodiscard]] size_t next_member(const std::vector<Token>& tokens, size_t from, size_t at);

// The last bracket that is still open at the end.
[[nodiscard]] std::optional<size_t> innermost_open(const std::vector<Token>& tokens);

[[nodiscard]] bool is_operator(uint16_t kind);

// Begins a member that the language has and this version does not: respond.
[[nodiscard]] bool is_unsupported(uint16_t kind);

// The keyword that `word` is at most two edits away from (one of a short word), else empty.
[[nodiscard]] std::string_view nearest_keyword(std::string_view word);      // on, except, throttle, ...
[[nodiscard]] std::string_view nearest_declaration(std::string_view word);  // recipe, list, ...

// At most 40 bytes of one line, for a message.
[[nodiscard]] std::string excerpt(std::string_view words);

}  // namespace recipe
