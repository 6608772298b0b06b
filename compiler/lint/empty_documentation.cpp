// SPDX-License-Identifier: Apache-2.0
// empty_documentation: a title or a part of `doc` that is empty, or a word that stands where text was to come.
#include <algorithm>
#include <set>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"
#include "runtime/artefact/compare.h"

namespace recipe {
namespace {

// Words that stand where text was to come.
bool is_placeholder(std::string text) {
  fold_letters(text);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return true;
  text = text.substr(first, text.find_last_not_of(" \t\r\n.:!") + 1 - std::min(first, text.find_last_not_of(" \t\r\n.:!") + 1));
  static const std::set<std::string> kPlaceholders = {"",           "todo", "tbd",  "fixme", "to do",
                                                      "to be done", "n/a",  "none", "xxx",   "text"};
  return kPlaceholders.contains(text);
}

}  // namespace

void lint_empty_documentation(const Compilation& compilation, Diagnostics& out) {
  for_each_recipe(compilation, [&](const Document& document, const WrittenRecipe& recipe) {
    std::vector<Property> all = recipe.doc;
    if (const Property* title = find_property(recipe.properties, "title")) all.push_back(*title);
    for (const Property& property : all) {
      const WrittenValue& value = document[property.value];
      bool empty = value.form == ValueForm::kString && is_placeholder(value.text);
      for (const ValueId item : value.items) empty = empty || is_placeholder(document[item].text);
      if (empty || (value.form == ValueForm::kList && value.items.empty()))
        out.add(Code::kEmptyDocumentation, value.span, "`" + property.key.text + "` says nothing",
                "is shown to whoever receives the detection");
    }
  });
}

}  // namespace recipe
