// SPDX-License-Identifier: Apache-2.0
// What changes a document: formatting, code actions. And what stands above and within it: lenses, hints.
#include <algorithm>

#include "compiler/check/suggest.h"
#include "compiler/syntax/format.h"
#include "tools/recipec/lsp/session.h"

namespace recipe::lsp {
namespace {

bool overlap(const TextRange& a, const TextRange& b) {
  const auto before = [](const TextPosition& x, const TextPosition& y) {
    return x.line < y.line || (x.line == y.line && x.character < y.character);
  };
  return !before(a.end, b.begin) && !before(b.end, a.begin);
}

Json edit_action(const File& file, const Json& finding, const std::string& title, Json edit) {
  Json diagnostic = finding;
  return {{"title", title},
          {"kind", "quickfix"},
          {"isPreferred", true},
          {"diagnostics", Json::array({std::move(diagnostic)})},
          {"edit", {{"changes", {{file.uri, Json::array({std::move(edit)})}}}}}};
}

// An unknown name that a file of the workspace declares: import it.
void add_imports(Session& session, const File& file, const Json& finding, Json& out) {
  const TextRange range = range_of(finding.at("range"));
  std::string_view name =
      file.text.slice(file.text.offset(range.begin, session.encoding), file.text.offset(range.end, session.encoding));
  if (name.starts_with("...")) name.remove_prefix(3);
  for (const Declared& each : session.workspace.everywhere(name, false)) {
    if (each.symbol->kind == SymbolKind::kRecipe || each.file == &file) continue;
    const std::string import = import_path(file.path, each.file->path);
    // Behind the last import, or in front of everything.
    uint32_t at = 0;
    for (const ImportUse& known : session.workspace.index(file).imports) {
      const uint32_t line = file.text.position(known.place.end, Encoding::kUtf8).line;
      at = std::max(at, file.text.offset({line + 1, 0}, Encoding::kUtf8));
    }
    const Json place = to_json(file.text.range(at, at, session.encoding));
    out.push_back(edit_action(file, finding, "import \"" + import + "\"",
                              {{"range", place}, {"newText", "import \"" + import + "\"\n"}}));
  }
}

}  // namespace

Json formatting(Session& session, const Json& params) {
  const File& file = session.file_of(params);
  const std::string& before = file.text.bytes();
  const std::optional<std::string> after = format_recipe(before);
  if (!after) throw Refusal{kRequestFailed, "a string or a bracket is not closed: nothing can be laid out before it is"};
  if (*after == before) return Json::array();
  // What is the same at both ends stays, so that cursors and folds do.
  const auto shared = [](auto a, auto a_end, auto b, auto b_end) {
    const auto from = a;
    while (a != a_end && b != b_end && *a == *b) ++a, ++b;
    return static_cast<uint32_t>(a - from);
  };
  uint32_t head = shared(before.begin(), before.end(), after->begin(), after->end());
  head = file.text.line_begin(std::min(head, file.text.size()));
  uint32_t tail = shared(before.rbegin(), before.rend() - head, after->rbegin(), after->rend() - head);
  // A cut stands between characters.
  while (tail > 0 && (static_cast<unsigned char>(before[before.size() - tail]) & 0xc0) == 0x80) --tail;
  const auto end = static_cast<uint32_t>(before.size()) - tail;
  return Json::array({{{"range", to_json(file.text.range(head, end, session.encoding))},
                       {"newText", after->substr(head, after->size() - tail - head)}}});
}

Json code_actions(Session& session, const Json& params) {
  const File& file = session.file_of(params);
  const TextRange wanted = range_of(member(params, "range"));
  Json out = Json::array();
  for (const Json& finding : session.findings(file)) {
    if (!overlap(range_of(finding.at("range")), wanted)) continue;
    for (const Json& fix : member(member(finding, "data"), "fixes")) {
      out.push_back(edit_action(file, finding, fix.at("title").get<std::string>(),
                                {{"range", fix.at("range")}, {"newText", fix.at("newText")}}));
    }
    if (member(finding, "code") == "E0105") add_imports(session, file, finding, out);
  }
  return out;
}

Json code_lenses(Session& session, const Json& params) {
  const File& file = session.file_of(params);
  const std::vector<Symbol>& symbols = session.workspace.index(file).symbols;
  Json out = Json::array();
  for (uint32_t i = 0; i < symbols.size(); ++i) {
    if (symbols[i].kind != SymbolKind::kRecipe) continue;
    const auto tests = std::count_if(symbols.begin(), symbols.end(),
                                     [&](const Symbol& each) { return each.kind == SymbolKind::kTest && each.parent == i; });
    if (tests == 0) continue;
    out.push_back({{"range", session.range(file, symbols[i].place)},
                   {"command",
                    {{"title", tests == 1 ? "run test" : "run " + std::to_string(tests) + " tests"},
                     {"command", "recipe.runTests"},
                     {"arguments", {file.uri, symbols[i].name}}}}});
  }
  return out;
}

// Behind each term, who decides it.
Json inlay_hints(Session& session, const Json& params) {
  const File& file = session.file_of(params);
  const TextRange wanted = range_of(member(params, "range"));
  const uint32_t begin = file.text.offset(wanted.begin, session.encoding), end = file.text.offset(wanted.end, session.encoding);
  Json out = Json::array();
  for (const DecidedTerm& term : session.analysis(file).terms) {
    if (term.place.end < begin || term.place.end > end) continue;
    out.push_back({{"position", to_json(file.text.position(term.place.end, session.encoding))},
                   {"label", term.who == "both" ? std::string("kernel + userspace") : std::string(term.who)},
                   {"paddingLeft", true},
                   {"tooltip", term.who == "kernel" ? "the kernel alone decides this test"
                               : term.who == "both" ? "the kernel sees a part of it, userspace decides the rest"
                                                    : "userspace decides it, on the events that the kernel lets through"}});
  }
  return out;
}

}  // namespace recipe::lsp
