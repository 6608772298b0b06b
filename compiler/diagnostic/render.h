// SPDX-License-Identifier: Apache-2.0
// Diagnostics → text for people, JSON, GitHub's annotations, SARIF. Nothing is printed here.
#pragma once
#include <string>
#include <string_view>

#include "compiler/diagnostic/diagnostic.h"

namespace recipe {

// As rustc shows them: place, source lines, the span underlined, hints. A line longer than kShownColumns is cut around its
// span, control characters are shown escaped, a tab as one space. Positions count bytes, carets stand under code points.
inline constexpr size_t kShownColumns = 160;
[[nodiscard]] std::string render_text(const Diagnostics& diagnostics, const Sources& sources, bool colour);

// "2 errors, 1 warning", the line behind them all; empty when there is nothing to say.
[[nodiscard]] std::string summary(const Diagnostics& diagnostics);

// {"findings": [{code, name, severity, message, path, line, column, end_line, end_column, label, labels, notes, hints, fixes}],
//  "errors": n, "warnings": n, "suppressed": n}. Bytes that are not UTF-8 become U+FFFD: paths and messages are for people
//  here.
[[nodiscard]] std::string render_json(const Diagnostics& diagnostics, const Sources& sources);

// ::error file=...,line=...,col=...,title=...::message
[[nodiscard]] std::string render_github(const Diagnostics& diagnostics, const Sources& sources);

// SARIF 2.1.0: one run, each used code a rule.
[[nodiscard]] std::string render_sarif(const Diagnostics& diagnostics, const Sources& sources);

// The page of a code, as Markdown; empty: there is none.
[[nodiscard]] std::string_view find_page(Code code);

// "error", "warning", "note".
[[nodiscard]] std::string_view severity_word(Severity severity);

}  // namespace recipe
