// SPDX-License-Identifier: Apache-2.0
// Hover: what the word under the pointer means, and the page of what is wrong there.
#include <algorithm>

#include "compiler/check/attack.h"
#include "compiler/diagnostic/render.h"
#include "tools/recipec/lsp/cursor.h"
#include "tools/recipec/lsp/lexeme.h"
#include "tools/recipec/lsp/navigation.h"
#include "tools/recipec/lsp/words.h"

namespace recipe::lsp {
namespace {

constexpr size_t kShownBytes = 1500;  // of a definition

std::string code_block(std::string_view text) {
  std::string shown(text.substr(0, kShownBytes));
  if (text.size() > kShownBytes) {
    while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xc0) == 0x80) shown.pop_back();
    shown += " ...";
  }
  return "```recipe\n" + shown + "\n```\n";
}

std::string name_doc(Session& session, const Named& named) {
  if (named.kind == SymbolKind::kMark) {
    std::string out = "**" + named.name + "** (mark)\n\n";
    for (const Declared& each : session.workspace.everywhere(named.name, true)) {
      const FileIndex& index = session.workspace.index(*each.file);
      if (each.symbol->parent != Symbol::kNone) out += "- set by `" + index.symbols[each.symbol->parent].name + "`\n";
    }
    return out;
  }
  const Symbol& symbol = *named.symbol;
  if (named.kind == SymbolKind::kRecipe) return "**" + named.name + "** (recipe): " + symbol.detail + "\n";
  if (named.kind == SymbolKind::kVariable) return "**" + named.name + "**: an element of `" + symbol.detail + "`\n";
  if (named.kind == SymbolKind::kParameter) return "**" + named.name + "**: a parameter of the macro\n";
  return code_block(named.file->text.slice(symbol.whole.begin, symbol.whole.end));
}

// A word that is no name: a technique, an event, a flag, an operator, a key.
std::string word_doc(const Cursor& cursor, std::string_view word) {
  if (is_attack_id(word)) return attack_doc(word);
  if (cursor.where == Where::kEvent || cursor.where == Where::kTestEvent) {
    if (const EventInfo* event = find_event(word)) return event_doc(*event);
  }
  if (cursor.where == Where::kValue) {
    if (const FieldInfo* field = field_of(cursor, cursor.subject)) {
      if (const FlagInfo* flag = find_flag(field->id, word))
        return "**" + std::string(flag->name) + "** (flag of `" + full_name(*field) + "`): " + std::string(flag->doc) + "\n";
    }
  }
  if (cursor.where == Where::kOperator) {
    const FieldInfo* field = field_of(cursor, cursor.subject);
    for (const OperatorWord& op : operator_words()) {
      if (op.spelling == word && (field == nullptr || takes(op, field->type)))
        return "**" + std::string(word) + "**: " + std::string(op.doc) + "\n";
    }
  }
  const bool begins = cursor.where == Where::kMember || cursor.where == Where::kTop || cursor.where == Where::kBlockKey ||
                      cursor.where == Where::kDocKey || cursor.new_line;
  for (const KeyWord& key : key_words()) {
    if (begins && key.name == word) return "**" + std::string(word) + "**: " + std::string(key.doc) + "\n";
  }
  return {};
}

}  // namespace

Json hover(Session& session, const Json& params) {
  const At at = session.at(params);
  const std::string& text = at.file.text.bytes();
  const uint32_t begin = declaration_begin(text, at.offset);
  const size_t line_end = std::min(text.find('\n', at.offset), text.size());
  const std::vector<Lexeme> words = lexemes(text, begin, static_cast<uint32_t>(line_end));
  const Lexeme* word = lexeme_at(words, at.offset);
  std::string out;
  Place place{at.offset, at.offset};
  const FileIndex& index = session.workspace.index(at.file);
  const auto field =
      std::find_if(index.fields.begin(), index.fields.end(), [&](const FieldUse& each) { return each.place.holds(at.offset); });
  if (const std::optional<Named> named = named_at(session, at.file, at.offset)) {
    out = name_doc(session, *named);
    place = named->place;
  } else if (field != index.fields.end()) {
    const size_t element = field->name.find("[].");
    const FieldInfo* list = find_field(std::string_view(field->name).substr(0, element));
    const FieldInfo* info = element == std::string::npos || list == nullptr
                                ? list
                                : find_element(list->id, std::string_view(field->name).substr(element + 3));
    if (info != nullptr) out = field_doc(*info);
    place = field->place;
  } else if (word != nullptr) {
    place = {word->begin, word->end};
    const Cursor cursor = find_cursor(text, word->begin);
    if (!word->is_comment() && !word->is_string()) {
      if (const FieldInfo* known = field_of(cursor, word->text)) out = field_doc(*known);
      if (out.empty()) out = word_doc(cursor, word->text);
    }
  }
  // What has been said already: a hover does not wait for a check.
  static const Json kNone = Json::array();
  const Json* sent = session.sent(at.file);
  for (const Json& finding : sent != nullptr ? *sent : kNone) {
    const TextRange range = range_of(finding.at("range"));
    const uint32_t from = at.file.text.offset(range.begin, session.encoding);
    const uint32_t to = at.file.text.offset(range.end, session.encoding);
    const CodeInfo* code = find_code(text_of(finding, "code"));
    if (at.offset < from || at.offset > to || code == nullptr) continue;
    if (!out.empty()) out += "\n---\n";
    out += find_page(code->code);
    break;
  }
  if (out.empty()) return nullptr;
  return {{"contents", {{"kind", "markdown"}, {"value", out}}}, {"range", session.range(at.file, place)}};
}

}  // namespace recipe::lsp
