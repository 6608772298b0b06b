// SPDX-License-Identifier: Apache-2.0
// Documents → RecipeSet: import, expand, resolve, type. Nothing after it looks a name up.
#pragma once
#include "compiler/compile.h"

namespace recipe {

// Parses `files` and what they import into compilation.set. Every error of every file is reported in this one run.
void check_files(Compilation& compilation, const std::vector<SourceId>& files, const CompileOptions& options);

[[nodiscard]] std::string print(const Recipe& recipe, const Sources& sources);  // --emit=recipe
[[nodiscard]] std::string print(const Predicate& predicate);                    // --emit=predicate; also in explain

// The event on one line, as a recipe's test gives it: exec { process.name: "perl", argv: ["perl", "-e"] }. nullopt: a test
// cannot say it (something is truncated, or computed, or a mark).
[[nodiscard]] std::optional<std::string> spell_event(const EventValues& event);

// A text as a string of a condition: a brace in it begins no field's place.
[[nodiscard]] std::string spell_literal(const std::string& text);

// 2027-03-01 → the first moment after that day, ns since 1970, UTC. nullopt: no such day, or none of 1970 to 2200.
[[nodiscard]] std::optional<int64_t> end_of_day(std::string_view text);

}  // namespace recipe
