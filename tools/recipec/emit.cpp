// SPDX-License-Identifier: Apache-2.0
// See emit.h. Each form is printed by its own printer; here stand only the headings.
#include "tools/recipec/emit.h"

#include "compiler/check/check.h"
#include "compiler/lower/lower.h"
#include "compiler/syntax/parse.h"
#include "runtime/artefact/dump.h"

namespace recipe::recipec {
namespace {

// For each trigger: a heading, then what `body` says of it.
template <class Body>
std::string each_trigger(const Compilation& compilation, Body body) {
  std::string out;
  size_t next = 0;
  for (const Recipe& recipe : compilation.set.recipes) {
    for (const On& on : recipe.ons) {
      out += "recipe " + recipe.info.name + " on " + std::string(info(on.event).name) + "\n" + body(next) + "\n";
      ++next;
    }
  }
  return out;
}

}  // namespace

void declare_emit(CLI::App& command, Form& form) {
  static const std::map<std::string, Form> kForms = {
      {"document", Form::kDocument}, {"recipe", Form::kRecipe},   {"predicate", Form::kPredicate}, {"clauses", Form::kClauses},
      {"filter", Form::kFilter},     {"program", Form::kProgram}, {"artefact", Form::kArtefact},
  };
  command.add_option("--emit", form, "print a form that the compiler makes, to stdout")
      ->type_name("document|recipe|predicate|clauses|filter|program|artefact")
      ->transform(CLI::CheckedTransformer(kForms).description(""));
}

bool needs_lowering(Form form) {
  switch (form) {
    case Form::kNone:
    case Form::kDocument:
    case Form::kRecipe:
      return false;
    case Form::kPredicate:
    case Form::kClauses:
    case Form::kFilter:
    case Form::kProgram:
    case Form::kArtefact:
      return true;
  }
  return true;
}

std::string emit(const Compilation& compilation, Form form) {
  std::string out;
  switch (form) {
    case Form::kNone:
      break;
    case Form::kDocument:
      for (const Document& document : compilation.set.documents) out += print(document, compilation.sources);
      break;
    case Form::kRecipe:
      for (const Recipe& recipe : compilation.set.recipes) out += print(recipe, compilation.sources);
      break;
    case Form::kPredicate:
      return each_trigger(compilation, [&](size_t i) { return print(compilation.simplified[i]); });
    case Form::kClauses:
      return each_trigger(compilation, [&](size_t i) { return print(compilation.clauses[i], compilation.simplified[i]); });
    case Form::kFilter:
      return dump(compilation.artefact.filter, compilation.artefact);
    case Form::kProgram:
      return each_trigger(compilation, [&](size_t i) { return dump(compilation.artefact.triggers[i].program); });
    case Form::kArtefact:
      return dump(compilation.artefact);
  }
  return out;
}

}  // namespace recipe::recipec
