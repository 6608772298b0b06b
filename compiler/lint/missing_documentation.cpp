// SPDX-License-Identifier: Apache-2.0
// missing_documentation: a recipe whose page would have holes. The finding names the parts.
#include "compiler/lint/lint.h"

namespace recipe {

void lint_missing_documentation(const Compilation& compilation, Diagnostics& out) {
  for (const Recipe& recipe : compilation.set.recipes) {
    const RecipeInfo& info = recipe.info;
    const std::pair<const char*, bool> parts[] = {
        {"title", !info.title.empty()},
        {"category", !info.category.empty()},
        {"method", !info.method.empty()},
        {"doc quick", !info.doc.quick.empty()},
        {"doc analysis", !info.doc.analysis.empty()},
        {"doc implications", !info.doc.implications.empty()},
        {"doc actions", !info.doc.actions.empty()},
    };
    std::string missing;
    for (const auto& [name, there] : parts) {
      if (!there) missing += (missing.empty() ? "`" : ", `") + std::string(name) + "`";
    }
    if (missing.empty()) continue;
    Diagnostic& diagnostic = out.add(Code::kMissingDocumentation, recipe.name_span, "`" + info.name + "` lacks " + missing,
                                     "whoever receives the detection reads this");
    diagnostic.hints.push_back("`recipec new NAME` shows every part");
  }
}

}  // namespace recipe
