// SPDX-License-Identifier: Apache-2.0
// title_style: a title that ends in a full stop or is longer than a line of a log.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

constexpr size_t kMostTitleBytes = 72;  // a line of a log, a row of a table

}  // namespace

void lint_title_style(const Compilation& compilation, Diagnostics& out) {
  for_each_recipe(compilation, [&](const Document& document, const WrittenRecipe& recipe) {
    const Property* title = find_property(recipe.properties, "title");
    if (title == nullptr || document[title->value].text.empty()) return;
    const std::string& text = document[title->value].text;
    std::string wrong;
    if (text.ends_with('.') && !text.ends_with("etc.")) wrong = "a title has no full stop";
    if (text.size() > kMostTitleBytes)
      wrong = "the title has " + std::to_string(text.size()) + " bytes, more than " + std::to_string(kMostTitleBytes);
    if (!wrong.empty()) out.add(Code::kTitleStyle, document[title->value].span, wrong, "stands in lists and log lines");
  });
}

}  // namespace recipe
