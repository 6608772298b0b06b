// SPDX-License-Identifier: Apache-2.0
// One table of the names of the whole set, and the look-up from a document: its own names and those of its direct imports.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/context.h"
#include "compiler/check/suggest.h"

namespace recipe::checking {
namespace {

void declare(Context& context, const Word& name, Declaration declaration) {
  const auto [known, fresh] = context.names.emplace(name.text, declaration);
  if (!fresh) {
    Diagnostic& fault =
        context.fault(Code::kDuplicateName, name.span, fmt::format("the name `{}` is taken", name.text), "declared again here");
    fault.secondary.push_back({known->second.span, "first declared here"});
    return;
  }
  if (find_field(name.text) != nullptr) {
    context.fault(Code::kShadowedName, name.span, fmt::format("the name `{}` hides the field `{}`", name.text, name.text),
                  "choose another name");
  }
}

void check_parameters(Context& context, DocumentIndex document, const WrittenMacro& macro) {
  for (size_t i = 0; i < macro.parameters.size(); ++i) {
    const Word& parameter = macro.parameters[i];
    for (size_t j = 0; j < i; ++j) {
      if (macro.parameters[j].text != parameter.text) continue;
      Diagnostic& fault = context.fault(Code::kDuplicateName, parameter.span,
                                        fmt::format("the name `{}` is taken", parameter.text), "declared again here");
      fault.secondary.push_back({macro.parameters[j].span, "first declared here"});
      break;
    }
    if (const Declaration* hidden = context.find(document, parameter.text)) {
      Diagnostic& fault =
          context.fault(Code::kShadowedName, parameter.span,
                        fmt::format("the parameter `{}` hides another name", parameter.text), "choose another name");
      fault.secondary.push_back({hidden->span, "declared here"});
    } else if (find_field(parameter.text) != nullptr) {
      context.fault(Code::kShadowedName, parameter.span,
                    fmt::format("the parameter `{}` hides the field `{}`", parameter.text, parameter.text),
                    "choose another name");
    }
  }
}

}  // namespace

Diagnostic& Context::fault(Code code, Span span, std::string message, std::string label) {
  ++faults;
  if (!reported_.emplace(code, span.source.value, span.begin, span.end).second) return again_ = {};
  return compilation.diagnostics.add(code, span, std::move(message), std::move(label));
}

const Declaration* Context::find(DocumentIndex from, std::string_view name) const {
  const auto known = names.find(name);
  if (known == names.end()) return nullptr;
  const DocumentIndex owner = known->second.document;
  const std::vector<DocumentIndex>& imports = scopes[from].imports;
  return owner == from || std::binary_search(imports.begin(), imports.end(), owner) ? &known->second : nullptr;
}

void Context::unknown_name(Place place, std::string_view what, std::string_view name, Span span, std::string hint) {
  if (scopes[place.document].broken) return silent_fault();
  const auto elsewhere = names.find(name);
  if (elsewhere != names.end()) {
    Diagnostic& missing = fault(Code::kUnknownName, span, fmt::format("unknown {} `{}`", what, name), "is not imported here");
    missing.secondary.push_back({elsewhere->second.span, "declared here"});
    const Sources& sources = compilation.sources;
    missing.hints.push_back(fmt::format("import the file that declares it: `import \"{}\"`",
                                        import_path(sources[span.source].path, sources[elsewhere->second.span.source].path)));
    return;
  }
  const DeclarationKind wanted = what == "macro" ? DeclarationKind::kMacro : DeclarationKind::kList;
  std::vector<std::string_view> known;
  const auto add = [&](DocumentIndex index) {
    if (wanted == DeclarationKind::kMacro) {
      for (const WrittenMacro& macro : document(index).macros) known.push_back(macro.name.text);
    } else {
      for (const WrittenList& list : document(index).lists) known.push_back(list.name.text);
    }
  };
  add(place.document);
  for (const DocumentIndex import : scopes[place.document].imports) {
    if (known.size() < 4096) add(import);  // a suggestion is a courtesy: bounded
  }
  const std::string near = suggest(name, known);
  Diagnostic& unknown = fault(Code::kUnknownName, span, fmt::format("unknown {} `{}`", what, name),
                              near.empty() ? std::string("is declared nowhere") : fmt::format("did you mean `{}`?", near));
  if (near.empty() && !hint.empty()) unknown.hints.push_back(std::move(hint));
}

bool Context::unsupported_within(DocumentIndex index, Span span) const {
  const std::vector<Unsupported>& all = document(index).unsupported;
  return std::any_of(all.begin(), all.end(),
                     [&](const Unsupported& each) { return each.span.begin < span.end && span.begin < each.span.end; });
}

const Binding* find_parameter(Place place, std::string_view name) {
  if (place.environment == nullptr) return nullptr;
  const std::vector<Word>& parameters = place.environment->macro->parameters;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].text == name) return &place.environment->bindings[i];
  }
  return nullptr;
}

void declare_names(Context& context) {
  const auto count = static_cast<DocumentIndex>(context.compilation.set.documents.size());
  for (DocumentIndex i = 0; i < count; ++i) {
    const Document& document = context.document(i);
    context.scopes[i].lists.resize(document.lists.size());
    for (uint32_t j = 0; j < document.lists.size(); ++j) {
      const Word& name = document.lists[j].name;
      declare(context, name, {DeclarationKind::kList, i, j, name.span});
    }
    for (uint32_t j = 0; j < document.macros.size(); ++j) {
      const Word& name = document.macros[j].name;
      declare(context, name, {DeclarationKind::kMacro, i, j, name.span});
    }
    for (uint32_t j = 0; j < document.recipes.size(); ++j) {
      const Word& name = document.recipes[j].name;
      declare(context, name, {DeclarationKind::kRecipe, i, j, name.span});
    }
    for (uint32_t j = 0; j < document.exceptions.size(); ++j) {
      const Word& name = document.exceptions[j].name;
      declare(context, name, {DeclarationKind::kException, i, j, name.span});
    }
  }
  for (DocumentIndex i = 0; i < count; ++i) {
    for (const WrittenMacro& macro : context.document(i).macros) check_parameters(context, i, macro);
  }
}

const FieldInfo* look_up_field(Context& context, std::string_view name, Span span) {
  if (const FieldInfo* field = find_field(name)) return field;
  const std::string meant = suggest_field(name);
  Diagnostic& fault = context.fault(Code::kUnknownField, span, fmt::format("unknown field `{}`", name),
                                    meant.empty() ? std::string() : fmt::format("did you mean `{}`?", meant));
  if (meant.empty()) fault.hints.push_back("`recipec fields` lists all fields");
  return nullptr;
}

}  // namespace recipe::checking
