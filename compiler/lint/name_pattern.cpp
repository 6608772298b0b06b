// SPDX-License-Identifier: Apache-2.0
// name_pattern: names of recipes in snake case, or as recipes.toml wants them; of lists and macros only as it wants them.
#include "compiler/lint/lint.h"

namespace recipe {

void lint_name_pattern(const Compilation& compilation, const SettingsOf& settings_of, Diagnostics& out) {
  for (const Document& document : compilation.set.documents) {
    const LintSettings& settings = settings_of(compilation.sources[document.source].path);
    const auto check = [&](const NamePattern& pattern, const char* kind, const Word& name) {
      if (pattern.regex == nullptr || pattern.regex->found_in(name.text)) return;
      out.add(Code::kNamePattern, name.span,
              std::string("the name of the ") + kind + " `" + name.text + "` does not match `" + pattern.pattern + "`");
    };
    for (const WrittenRecipe& recipe : document.recipes) check(settings.recipes, "recipe", recipe.name);
    for (const WrittenList& list : document.lists) check(settings.lists, "list", list.name);
    for (const WrittenMacro& macro : document.macros) check(settings.macros, "macro", macro.name);
  }
}

}  // namespace recipe
