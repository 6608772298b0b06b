// SPDX-License-Identifier: Apache-2.0
// See exceptions.h.
#include "compiler/lint/exceptions.h"

#include <map>
#include <vector>

namespace recipe {
namespace {

struct Use {
  const Recipe* recipe;
  const Except* except;
};

// The recipes that have an exception, by the place where it is written; in the order of the recipes.
std::vector<std::vector<Use>> by_place(const Compilation& compilation) {
  std::vector<std::vector<Use>> all;
  std::map<std::pair<SourceId, uint32_t>, size_t> known;
  for (const Recipe& recipe : compilation.set.recipes) {
    for (const Except& except : recipe.exceptions) {
      const auto [at, fresh] = known.try_emplace({except.span.source, except.span.begin}, all.size());
      if (fresh) all.emplace_back();
      all[at->second].push_back({&recipe, &except});
    }
  }
  return all;
}

}  // namespace

void for_each_exception(const Compilation& compilation, const std::function<void(const Recipe&, const Except&)>& visit) {
  for (const std::vector<Use>& uses : by_place(compilation)) visit(*uses.front().recipe, *uses.front().except);
}

void report_exceptions(const Compilation& compilation, const ExceptionWords& words,
                       const std::function<InRecipe(const Recipe&, const Except&)>& ask, Diagnostics& out) {
  for (const std::vector<Use>& uses : by_place(compilation)) {
    size_t asked = 0;
    std::vector<Use> found;
    for (const Use& use : uses) {
      const InRecipe answer = ask(*use.recipe, *use.except);
      asked += answer != InRecipe::kNotAsked ? 1 : 0;
      if (answer == InRecipe::kFound) found.push_back(use);
    }
    if (found.empty()) continue;
    const Except& except = *uses.front().except;
    // One user alone, of another file's: whoever lints that user's file is told there.
    if (found.size() == asked && (asked > 1 || except.use.source == except.span.source)) {
      const std::string where = asked > 1 ? ", in each of " + std::to_string(asked) + " recipes" : "";
      out.add(words.code, except.span, words.message + where, words.label).hints.push_back(words.hint);
      continue;
    }
    for (const Use& use : found) {
      Diagnostic& diagnostic =
          out.add(words.code, use.except->use, words.message + ", in `" + use.recipe->info.name + "`", words.label);
      if (!(use.except->use == use.except->span)) diagnostic.secondary.push_back({use.except->span, "the exception"});
      diagnostic.hints.push_back(words.hint);
    }
  }
}

}  // namespace recipe
