// SPDX-License-Identifier: Apache-2.0
// Check's table of contents: one call a step, and what holds after it. Each step reports all it finds and the next one goes on
// with the rest; a recipe with an error is left out of the set.
#include "compiler/check/check.h"

#include <fmt/format.h>

#include "compiler/check/context.h"

namespace recipe {
namespace {

using namespace checking;

std::optional<Recipe> check_recipe(Context& context, DocumentIndex document, const WrittenRecipe& written) {
  const size_t before = context.faults;
  Recipe recipe;
  recipe.span = written.span;
  recipe.name_span = written.name.span;
  check_metadata(context, document, written, recipe);
  for (size_t i = 0; i < written.ons.size(); ++i) {
    if (auto when = check_condition(context, document, written.ons[i].when)) recipe.ons[i].when = std::move(*when);
  }
  for (const WrittenException& except : written.exceptions) {
    if (auto when = check_condition(context, document, except.when)) {
      recipe.exceptions.push_back({except.title ? except.title->text : std::string(), std::move(*when), except.span});
    }
  }
  check_tests(context, document, written, recipe);
  if (written.ons.empty() && !context.scopes[document].broken && !context.unsupported_within(document, written.span)) {
    context.fault(Code::kNoTrigger, written.name.span,
                  fmt::format("the recipe `{}` never looks at an event", written.name.text), "has no `on exec when ...`");
  }
  // What the parser lost of a recipe is in no part of it, so nothing above saw it.
  if (context.faults != before || written.ons.empty() || context.unsupported_within(document, written.span))
    return std::nullopt;
  return recipe;
}

void report_unsupported(Context& context) {
  for (const Document& document : context.compilation.set.documents) {
    for (const Unsupported& each : document.unsupported) {
      context.fault(Code::kNotSupported, each.span, fmt::format("{} is not supported yet", each.what));
    }
  }
}

void check_recipes(Context& context) {
  for (DocumentIndex i = 0; i < context.scopes.size(); ++i) {
    for (const WrittenRecipe& written : context.document(i).recipes) {
      // The first of two recipes of one name is kept; the second was reported.
      const auto declared = context.names.find(written.name.text);
      const bool first = declared != context.names.end() && declared->second.span == written.name.span;
      std::optional<Recipe> recipe = check_recipe(context, i, written);
      if (recipe && first) context.compilation.set.recipes.push_back(std::move(*recipe));
    }
  }
}

}  // namespace

void check_files(Compilation& compilation, const std::vector<SourceId>& files, const CompileOptions& options) {
  Context context(compilation, options);
  load_documents(context, files);  // every file is parsed once; scopes know their imports
  report_unsupported(context);     // nothing that was written is ignored
  declare_names(context);          // a name means one thing in the whole set
  expand_lists(context);           // every list is flat, or known to be broken
  check_macros(context);           // what is wrong in a macro has been said at its own place
  check_programs(context);         // every program's options are a table
  check_recipes(context);          // every name is resolved, every literal typed
}

}  // namespace recipe
