// SPDX-License-Identifier: Apache-2.0
// Recipes and events for measuring: the same for the same numbers, of the shape that authors write.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace recipe::bench {

// `count` recipes of about 1 KiB, each of names of its own, with argv terms, an exception, documentation and a test.
[[nodiscard]] std::string many_recipes(size_t count);

// One recipe a clause: `clauses` clauses over `names` names, argv terms that ordinary commands do not meet.
[[nodiscard]] std::string many_clauses(size_t clauses, size_t names);

// The same of another event: its condition with `{}` for the clause's number.
[[nodiscard]] std::string many_clauses_on(const std::string& event, const std::string& condition, size_t clauses);

// `count` exec records. One in `wanted` asks for a name of many_recipes (below `recipes`) without meeting its argv terms, one
// in `matched` meets them; the others are ordinary builds' commands.
[[nodiscard]] std::vector<std::vector<uint64_t>> events(size_t count, size_t recipes, size_t wanted, size_t matched);

}  // namespace recipe::bench
