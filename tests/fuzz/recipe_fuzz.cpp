// SPDX-License-Identifier: Apache-2.0
// Any bytes as a recipe file: parse() returns, in bounded time, every span lies in the text, every child exists, and what is
// shown of it (the outline, the diagnostics in each format) can be made.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "compiler/diagnostic/render.h"
#include "compiler/syntax/parse.h"

namespace {

using namespace recipe;

void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

void check_span(const Sources& sources, Span span) {
  demand(span.source.valid() && span.source.index() < sources.size(), "a span has a source");
  demand(span.begin <= span.end && span.end <= sources[span.source].text.size(), "a span lies in its text");
}

void check_document(const Document& document, const Sources& sources) {
  for (const Expression& e : document.expressions) {
    check_span(sources, e.span);
    for (const ExpressionId child : e.children) demand(child.index() < document.expressions.size(), "a child exists");
    if (e.form == ExpressionForm::kTest) demand(e.value.index() < document.values.size(), "a test has a value");
  }
  for (const WrittenValue& value : document.values) {
    check_span(sources, value.span);
    for (const ValueId item : value.items) demand(item.index() < document.values.size(), "an item exists");
    for (const ValueEntry& entry : value.entries) {
      check_span(sources, entry.name.span);
      demand(entry.value.index() < document.values.size(), "an entry has a value");
    }
  }
  for (const WrittenRecipe& recipe : document.recipes) {
    check_span(sources, recipe.span);
    check_span(sources, recipe.name.span);
    for (const WrittenOn& on : recipe.ons) demand(on.when.index() < document.expressions.size(), "a trigger has a condition");
    for (const Property& p : recipe.properties) demand(p.value.index() < document.values.size(), "a property has a value");
  }
  for (const Unsupported& unsupported : document.unsupported) check_span(sources, unsupported.span);
  for (const WrittenAllow& allow : document.allows) check_span(sources, allow.lint.span);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto start = std::chrono::steady_clock::now();
  Sources sources;
  Diagnostics diagnostics;
  const SourceId id = sources.add("fuzz.recipe", std::string(reinterpret_cast<const char*>(data), size));
  const Document document = parse(sources, id, diagnostics);
  check_document(document, sources);
  for (const Diagnostic& d : diagnostics.all()) {
    check_span(sources, d.primary.span);
    for (const Label& label : d.secondary) check_span(sources, label.span);
    for (const Fix& fix : d.fixes) check_span(sources, fix.span);
  }
  demand(diagnostics.errors() > 0 || !document.recipes.empty() || !document.macros.empty() || !document.lists.empty() ||
             !document.programs.empty() || !document.imports.empty() || !document.unsupported.empty() ||
             sources[id].text.find_first_not_of(" \t\r\n\xef\xbb\xbf") == std::string::npos ||
             sources[id].text.find('#') != std::string::npos,
         "text is parsed or refused");
  demand(print(document, sources).size() < 64 * (size + 1024), "the outline is not much longer than the text");
  diagnostics.sort();
  demand(diagnostics.all().empty() || !render_text(diagnostics, sources, true).empty(), "diagnostics show");
  static_cast<void>(render_json(diagnostics, sources));
  static_cast<void>(render_github(diagnostics, sources));
  static_cast<void>(render_sarif(diagnostics, sources));
  const auto took = std::chrono::steady_clock::now() - start;
  // Far above what any input may take even under a sanitizer, far below what something quadratic takes.
  demand(took < std::chrono::seconds(10) + std::chrono::milliseconds(size / 10), "time is bounded");
  return 0;
}
