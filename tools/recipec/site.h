// SPDX-License-Identifier: Apache-2.0
// Recipes → a static site: an index by tactic, importance and ATT&CK with a search, and a page a recipe. It loads nothing from
// elsewhere, runs from file://, and is whole without scripts but for the search. Every text is escaped; a recipe's Markdown can
// make no markup of its own.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "compiler/recipe.h"

namespace recipe::recipec {

using SiteFile = std::pair<std::string, std::string>;  // path below the site's folder ("recipes/a.html"), and its content

[[nodiscard]] std::vector<SiteFile> site_of(const std::vector<const Recipe*>& recipes, const Sources& sources);

// tools/recipec/site, and what its style shares with the report, as they were built into this program.
[[nodiscard]] std::string_view site_base();
[[nodiscard]] std::string_view site_style();
[[nodiscard]] std::string_view site_script();

}  // namespace recipe::recipec
