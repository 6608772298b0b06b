// SPDX-License-Identifier: Apache-2.0
// Symbols of a document and of the workspace, folding.
#include <algorithm>
#include <cctype>

#include "tools/recipec/lsp/lexeme.h"
#include "tools/recipec/lsp/session.h"

namespace recipe::lsp {
namespace {

constexpr size_t kMaxSymbols = 1000;  // of one answer to workspace/symbol

// SymbolKind of the protocol.
int kind_of(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::kList:
      return 18;  // Array
    case SymbolKind::kMacro:
      return 12;  // Function
    case SymbolKind::kException:
      return 14;  // Constant
    case SymbolKind::kRecipe:
      return 5;  // Class
    case SymbolKind::kMark:
      return 20;  // Key
    case SymbolKind::kProgram:
      return 2;  // Module
    case SymbolKind::kTest:
      return 6;  // Method
    case SymbolKind::kParameter:
    case SymbolKind::kVariable:
      return 13;  // Variable
  }
  return 13;
}

bool is_shown(SymbolKind kind) {
  return kind != SymbolKind::kParameter && kind != SymbolKind::kVariable;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The letters of `query` in their order, as editors filter.
bool fits(std::string_view name, std::string_view query) {
  size_t at = 0;
  for (const char c : name) {
    if (at < query.size() && c == query[at]) ++at;
  }
  return at == query.size();
}

}  // namespace

Json document_symbols(Session& session, const Json& params) {
  const File& file = session.file_of(params);
  const std::vector<Symbol>& symbols = session.workspace.index(file).symbols;
  const auto shape = [&](const Symbol& symbol) {
    Json out = {{"name", symbol.name.empty() ? "(no title)" : symbol.name},
                {"kind", kind_of(symbol.kind)},
                {"range", session.range(file, symbol.whole)},
                {"selectionRange", session.range(file, symbol.place)}};
    if (!symbol.detail.empty()) out["detail"] = symbol.detail;
    return out;
  };
  std::vector<Json> shapes(symbols.size());
  for (size_t i = 0; i < symbols.size(); ++i) shapes[i] = shape(symbols[i]);
  for (size_t i = 0; i < symbols.size(); ++i) {
    if (is_shown(symbols[i].kind) && symbols[i].parent != Symbol::kNone)
      shapes[symbols[i].parent]["children"].push_back(shapes[i]);
  }
  std::vector<size_t> order;
  for (size_t i = 0; i < symbols.size(); ++i) {
    if (is_shown(symbols[i].kind) && symbols[i].parent == Symbol::kNone) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return symbols[a].place.begin < symbols[b].place.begin; });
  Json out = Json::array();
  for (const size_t i : order) out.push_back(std::move(shapes[i]));
  return out;
}

Json workspace_symbols(Session& session, const Json& params) {
  const std::string query = lower(text_of(params, "query"));
  Json out = Json::array();
  for (const auto& [path, file] : session.workspace.files()) {
    for (const Symbol& symbol : session.workspace.index(file).symbols) {
      if (!is_shown(symbol.kind) || symbol.kind == SymbolKind::kTest || !fits(lower(symbol.name), query)) continue;
      if (out.size() == kMaxSymbols) return out;
      Json shape = {{"name", symbol.name}, {"kind", kind_of(symbol.kind)}, {"location", session.location(file, symbol.place)}};
      if (!symbol.detail.empty()) shape["containerName"] = symbol.detail;
      out.push_back(std::move(shape));
    }
  }
  return out;
}

// Brackets over several lines, text blocks, and runs of comments.
Json folding_ranges(Session& session, const Json& params) {
  const File& file = session.file_of(params);
  Json out = Json::array();
  const auto add = [&](uint32_t begin, uint32_t end, bool comment) {
    const uint32_t first = file.text.position(begin, Encoding::kUtf8).line,
                   last = file.text.position(end, Encoding::kUtf8).line;
    if (last <= first) return;
    Json range = {{"startLine", first}, {"endLine", comment ? last : last - 1}};
    if (comment) range["kind"] = "comment";
    out.push_back(std::move(range));
  };
  std::vector<uint32_t> open;
  const Lexeme* comments = nullptr;
  const Lexeme* last_comment = nullptr;
  const std::vector<Lexeme> all = lexemes(file.text.bytes(), 0, file.text.size());
  for (const Lexeme& each : all) {
    const bool whole_line = each.is_comment() && each.first_on_line;
    if (whole_line && comments == nullptr) comments = &each;
    if (whole_line) last_comment = &each;
    if (!whole_line && comments != nullptr) {
      add(comments->begin, last_comment->begin, true);
      comments = nullptr;
    }
    if (each.text == "{" || each.text == "[" || each.text == "(") open.push_back(each.begin);
    if ((each.text == "}" || each.text == "]" || each.text == ")") && !open.empty()) {
      add(open.back(), each.begin, false);
      open.pop_back();
    }
    if (each.is_string()) add(each.begin, each.end, false);
  }
  if (comments != nullptr) add(comments->begin, last_comment->begin, true);
  return out;
}

}  // namespace recipe::lsp
