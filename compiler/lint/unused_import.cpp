// SPDX-License-Identifier: Apache-2.0
// unused_import: a file whose names, option tables, marks and tunes the importing file does not use. The fix removes the line.
#include <filesystem>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

namespace fs = std::filesystem;

struct Used {
  std::unordered_set<std::string> names;
  bool options = false, marks = false, macros = false, tunes = false;
};

Used used_by(const Document& document) {
  Used used;
  used.names = names_in(document);
  for (const Expression& expression : document.expressions) {
    used.macros = used.macros || expression.form == ExpressionForm::kCall || expression.form == ExpressionForm::kBare;
    used.marks = used.marks || expression.form == ExpressionForm::kMarked;
    used.options = used.options || expression.op == WrittenOperator::kHasFlag || expression.op == WrittenOperator::kHasOption ||
                   expression.subject.form == SubjectForm::kOption || expression.subject.form == SubjectForm::kOperand;
  }
  used.tunes = !document.tunes.empty();
  return used;
}

// The document that an import has brought: beside the file, else the one whose path ends so.
const Document* imported(const Compilation& compilation, const Document& from, const WrittenImport& import) {
  const fs::path wanted = fs::path(import.path.text).lexically_normal();
  const fs::path beside = (fs::path(compilation.sources[from.source].path).parent_path() / wanted).lexically_normal();
  const Document* found = nullptr;
  for (const Document& document : compilation.set.documents) {
    const std::string path = fs::path(compilation.sources[document.source].path).lexically_normal().string();
    if (path == beside.string()) return &document;
    if (path == wanted.string() || path.ends_with("/" + wanted.string())) found = &document;
  }
  return found;
}

// The whole line, with its end.
Span line_of(const Sources& sources, Span span) {
  const std::string& text = sources[span.source].text;
  while (span.end < text.size() && (text[span.end] == ' ' || text[span.end] == '\t')) ++span.end;
  if (span.end < text.size() && text[span.end] == '\r') ++span.end;
  if (span.end < text.size() && text[span.end] == '\n') ++span.end;
  return span;
}

}  // namespace

void lint_unused_import(const Compilation& compilation, Diagnostics& out) {
  for (const Document& document : compilation.set.documents) {
    if (document.imports.empty()) continue;
    const Used used = used_by(document);
    for (const WrittenImport& import : document.imports) {
      const Document* brought = imported(compilation, document, import);
      if (brought == nullptr) continue;
      bool needed = !brought->programs.empty() && (used.options || used.macros);
      // A tune is of recipes that are in the set, and acts from wherever it stands.
      needed = needed || (!brought->recipes.empty() && (used.marks || used.tunes)) || !brought->tunes.empty();
      // A file that only imports others is imported for their option tables.
      needed = needed || (!brought->imports.empty() && brought->lists.empty() && brought->macros.empty() && used.options);
      for (const WrittenList& list : brought->lists) needed = needed || used.names.contains(list.name.text);
      for (const WrittenMacro& macro : brought->macros) needed = needed || used.names.contains(macro.name.text);
      for (const WrittenShared& shared : brought->exceptions) needed = needed || used.names.contains(shared.name.text);
      if (needed) continue;
      Diagnostic& diagnostic = out.add(Code::kUnusedImport, import.span, "nothing of `" + import.path.text + "` is used here",
                                       "brings no list, macro, exception, option table or mark that this file asks for");
      const Span line = line_of(compilation.sources, import.span);
      const std::string_view rest = compilation.sources.text({line.source, import.span.end, line.end});
      if (rest.find('#') == std::string_view::npos) diagnostic.fixes.push_back({line, "", "remove the import"});
    }
  }
}

}  // namespace recipe
