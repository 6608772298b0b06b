// SPDX-License-Identifier: Apache-2.0
// Artefact in words: `recipec dump`, --emit=filter|program|artefact. Names, never numbers, pointers or hashes.
#pragma once
#include <string>
#include <string_view>

#include "runtime/artefact/artefact.h"

namespace recipe {

[[nodiscard]] std::string dump(const Artefact& artefact);
[[nodiscard]] std::string dump(const Filter& filter, const Artefact& artefact);
[[nodiscard]] std::string dump(const Program& program);
[[nodiscard]] std::string spell(const Test& test, bool negated);  // as the language writes it: `process.name in [perl, ruby]`
[[nodiscard]] std::string spell(const FilterTerm& term);
[[nodiscard]] std::string spell(const MarkAction& mark);    // mark process.tree downloaded for 10m
[[nodiscard]] std::string spell(const Count& count);        // count >= 21 within 10s by process.parent
[[nodiscard]] std::string spell(const UnlessSeen& seen);    // unless seen [process.exe] in 5d
[[nodiscard]] std::string spell(const Sequence& sequence);  // sequence by process.tree within 30s: fetch, not check, run
// p q r s: the element of the n-th enclosing loop, from 1; an artefact does not hold the names that the recipe gave them.
[[nodiscard]] std::string_view loop_variable(uint32_t variable);
[[nodiscard]] std::string quote(std::string_view text);  // "..." with the language's escapes

}  // namespace recipe
