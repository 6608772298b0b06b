// SPDX-License-Identifier: Apache-2.0
// Literals as they are written → values. No ANTLR.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "compiler/diagnostic/diagnostic.h"

namespace recipe {

// `written` with its quotes: "...", """...""", r"..." or r#"..."#. Always returns; an escape that is not known is reported at
// its place and stands as it is. The common indentation of """...""" is removed, and its first line when that is empty.
[[nodiscard]] std::string read_string(std::string_view written, Span span, Diagnostics& diagnostics);

// 7, -1, 0x1f, 0o755, 4KiB. Empty: it does not fit into 64 bits with a sign.
[[nodiscard]] std::optional<int64_t> read_integer(std::string_view written);
// 250ms, 10m: nanoseconds.
[[nodiscard]] std::optional<int64_t> read_duration(std::string_view written);

// The length of the well-formed UTF-8 sequence at the start of `text`; 0: there is none.
[[nodiscard]] size_t utf8_length(std::string_view text);

}  // namespace recipe
