// SPDX-License-Identifier: Apache-2.0
// What the lexer could not read, and what stands in comments. Both are found for the whole file, whatever the parser makes of
// it.
#pragma once
#include <string_view>
#include <vector>

#include "compiler/diagnostic/diagnostic.h"
#include "compiler/document.h"
#include "compiler/syntax/tokens.h"

namespace recipe {

[[nodiscard]] bool is_broken(uint16_t kind);  // UNKNOWN or UNCLOSED

// One diagnostic a run of broken tokens: a string without end, a word with letters that must be quoted, bytes that are not
// text. NUL bytes and invalid UTF-8 inside of strings and comments are found here too.
void report_broken(std::string_view text, SourceId source, const std::vector<Token>& broken, Diagnostics& diagnostics);

// # allow(lint): reason
void collect_allows(std::string_view text, const std::vector<Token>& comments, Document& document);

}  // namespace recipe
