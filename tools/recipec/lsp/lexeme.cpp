// SPDX-License-Identifier: Apache-2.0
// See lexeme.h.
#include "tools/recipec/lsp/lexeme.h"

#include <algorithm>
#include <cctype>

#include "compiler/syntax/tokens.h"

namespace recipe::lsp {
namespace {

constexpr std::string_view kDeclarations[] = {"import", "list", "macro", "program", "recipe", "tune", "exception"};
// Keywords that are no names: everything that the parser may expect where a name could stand.
constexpr std::string_view kReserved[] = {
    "import", "macro",      "on",       "when",     "except",  "throttle", "by",    "doc",    "test", "mark",
    "then",   "unless",     "sequence", "until",    "respond", "or",       "and",   "not",    "any",  "all",
    "exists", "in",         "contains", "endswith", "like",    "matches",  "under", "within", "has",  "nocase",
    "option", "startswith", "operand",  "count",    "true",    "false",    "tune",  "recipe", "list", "program",
};

bool is_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool begins_declaration(std::string_view line) {
  return std::any_of(std::begin(kDeclarations), std::end(kDeclarations), [&](std::string_view word) {
    return line.starts_with(word) && (line.size() == word.size() || !is_letter(line[word.size()]));
  });
}

}  // namespace

bool Lexeme::is_word() const {
  return !text.empty() && is_letter(text.front()) && !is_string();
}

std::vector<Lexeme> lexemes(std::string_view text, uint32_t begin, uint32_t end) {
  std::vector<Lexeme> out;
  const std::string_view part = text.substr(begin, end - begin);
  Scanner scanner(part);
  for (Token token = scanner.next(); token.kind != kEndOfText; token = scanner.next()) {
    out.push_back(
        {begin + token.begin, begin + token.end, part.substr(token.begin, token.end - token.begin), token.first_on_line});
  }
  return out;
}

uint32_t declaration_begin(std::string_view text, uint32_t offset) {
  offset = std::min(offset, static_cast<uint32_t>(text.size()));
  for (size_t line = text.rfind('\n', offset == 0 ? 0 : offset - 1); line != std::string_view::npos && line > 0;
       line = text.rfind('\n', line - 1)) {
    if (begins_declaration(text.substr(line + 1, 16))) return static_cast<uint32_t>(line + 1);
  }
  return 0;
}

const Lexeme* lexeme_at(const std::vector<Lexeme>& lexemes, uint32_t offset) {
  const Lexeme* touching = nullptr;
  for (const Lexeme& each : lexemes) {
    if (each.begin <= offset && offset < each.end) return &each;
    if (each.end == offset) touching = &each;
  }
  return touching;
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 256 || std::isdigit(static_cast<unsigned char>(text.front())) != 0) return false;
  if (!std::all_of(text.begin(), text.end(), is_letter)) return false;
  return std::find(std::begin(kReserved), std::end(kReserved), text) == std::end(kReserved);
}

}  // namespace recipe::lsp
