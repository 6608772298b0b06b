// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the known name that an unknown one was meant to be.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/catalogue/catalogue.h"

namespace recipe {

// Damerau-Levenshtein (restricted: neighbours swapped count one). Names longer than 64 bytes count as different: returns 65.
[[nodiscard]] size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known`, at most a third of the word away (at least one edit); empty: none. The first of equals.
[[nodiscard]] std::string suggest(std::string_view word, std::span<const std::string_view> known);

// The field that was meant: a near spelling, the name without its prefix (`name`, `cmdline`), or another tool's word (`args`).
[[nodiscard]] std::string suggest_field(std::string_view word);
[[nodiscard]] std::string suggest_element(FieldId list, std::string_view word);

// What `import` would say in the file `from` to reach the file `to`: `lib/NAME` of a library in a folder above, else the way
// from its folder. Both as Source::path has them.
[[nodiscard]] std::string import_path(const std::string& from, const std::string& to);

}  // namespace recipe
