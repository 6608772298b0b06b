// SPDX-License-Identifier: Apache-2.0
// Completion: what may stand at the cursor. The editor filters by what has been typed; the order is ours.
#include <algorithm>
#include <set>

#include "compiler/check/attack.h"
#include "compiler/check/suggest.h"
#include "compiler/diagnostic/diagnostic.h"
#include "compiler/lint/allow.h"
#include "runtime/artefact/names.h"
#include "tools/recipec/lsp/cursor.h"
#include "tools/recipec/lsp/session.h"
#include "tools/recipec/lsp/words.h"

namespace recipe::lsp {
namespace {

// CompletionItemKind of the protocol.
enum Kind : int {
  kFunction = 3,
  kField = 5,
  kVariable = 6,
  kProperty = 10,
  kValue = 12,
  kKeyword = 14,
  kFile = 17,
  kEnumMember = 20,
  kEventKind = 23,
  kOperatorKind = 24,
};

class Completer {
 public:
  Completer(Session& session, const File& file, Cursor cursor)
      : session_(session), file_(file), cursor_(std::move(cursor)), range_(session.range(file, cursor_.place)) {}

  Json run();

 private:
  // before: "0" to "9", what is offered first.
  void add(std::string_view label, int kind, std::string_view detail, std::string doc = {}, char before = '5',
           std::string_view snippet = {}) {
    if (!labels_.insert(std::string(label)).second) return;
    const bool expands = !snippet.empty() && session_.snippets;
    Json item = {{"label", label},
                 {"kind", kind},
                 {"sortText", std::string(1, before) + std::string(label)},
                 {"textEdit", {{"range", range_}, {"newText", std::string(label) + (expands ? std::string(snippet) : "")}}}};
    if (!detail.empty()) item["detail"] = detail;
    if (!doc.empty()) item["documentation"] = {{"kind", "markdown"}, {"value", std::move(doc)}};
    if (expands) item["insertTextFormat"] = 2;
    items_.push_back(std::move(item));
  }
  void add_keywords(std::initializer_list<std::string_view> words, char before = '7') {
    for (const std::string_view word : words) add(word, kKeyword, "", "", before);
  }
  void add_key_words(KeyWord::In in) {
    for (const KeyWord& key : key_words()) {
      if (key.in == in) add(key.name, kKeyword, key.doc, "", '3', key.snippet);
    }
  }

  // Some event of the condition has it; of an unknown event: any.
  [[nodiscard]] bool is_asked(const FieldInfo& field) const {
    if (cursor_.events.empty()) return true;
    return std::any_of(cursor_.events.begin(), cursor_.events.end(), [&](EventId event) { return has_field(event, field.id); });
  }
  void add_fields(bool lists_only = false);
  void add_elements();
  void add_names(SymbolKind kind, char before);
  void add_everywhere(SymbolKind kind);
  void add_subjects();
  void add_operators();
  void add_values();
  void add_key_values();
  void add_events(bool groups);
  void add_test_fields();
  void add_files();

  Session& session_;
  const File& file_;
  Cursor cursor_;
  Json range_;
  Json items_ = Json::array();
  std::set<std::string> labels_;
};

std::string field_detail(const FieldInfo& field) {
  return std::string(type_name(field.type)) + (field.lane != Lane::kNone ? ", kernel" : ", userspace");
}

void Completer::add_fields(bool lists_only) {
  for (const FieldInfo& field : all_fields()) {
    if (field.list != FieldId::kNone || !is_asked(field)) continue;
    if (lists_only && field.type != Type::kRecordList && field.type != Type::kStringList) continue;
    add(field.name, kField, field_detail(field), field_doc(field), '1');
  }
}

// p.name, of the loops that are open.
void Completer::add_elements() {
  for (const auto& [name, list] : cursor_.variables) {
    const FieldInfo* known = find_field(list);
    if (known == nullptr) continue;
    for (const FieldInfo& field : all_fields()) {
      if (field.list == known->id)
        add(name + "." + std::string(field.name), kField, field_detail(field), field_doc(field), '0');
    }
    if (known->type == Type::kStringList) add(name, kVariable, "an element of " + list, "", '0');
  }
}

void Completer::add_names(SymbolKind kind, char before) {
  for (const Declared& each : session_.workspace.in_scope(file_, {})) {
    if (each.symbol->kind != kind) continue;
    std::string text(each.file->text.slice(each.symbol->whole.begin, each.symbol->whole.end));
    if (text.size() > 400) text = text.substr(0, text.find_last_of(" \n,", 400)) + " ...";
    const bool parameters = kind == SymbolKind::kMacro && !each.symbol->detail.empty();
    add(each.symbol->name, kind == SymbolKind::kMacro ? kFunction : kVariable,
        kind == SymbolKind::kMacro       ? "macro" + each.symbol->detail
        : kind == SymbolKind::kException ? "exception"
                                         : "list",
        "```recipe\n" + text + "\n```", before, parameters ? "($1)" : "");
  }
}

void Completer::add_everywhere(SymbolKind kind) {
  for (const auto& [path, file] : session_.workspace.files()) {
    for (const Symbol& symbol : session_.workspace.index(file).symbols) {
      if (symbol.kind == kind) add(symbol.name, kVariable, kind == SymbolKind::kMark ? "mark" : symbol.detail);
    }
  }
}

void Completer::add_subjects() {
  add_elements();
  for (const std::string& parameter : cursor_.parameters) add(parameter, kVariable, "parameter", "", '0');
  add_fields();
  add_names(SymbolKind::kMacro, '2');
  add_keywords({"not", "any", "all", "exists", "true", "false"});
}

void Completer::add_operators() {
  const FieldInfo* field = field_of(cursor_, cursor_.subject);
  const bool counted = cursor_.subject == kCounted;
  for (const OperatorWord& op : operator_words()) {
    if (counted ? takes(op, Type::kInt) : field == nullptr || takes(op, field->type)) {
      // `not <` is not what an author types: not (x < 5).
      if (op.spelling == "exists" || op.spelling == "not exists" || op.spelling.find("not <") == 0 ||
          op.spelling.find("not >") == 0)
        continue;
      add(op.spelling, kOperatorKind, op.doc, "", op.spelling.starts_with("not ") ? '2' : '1');
    }
  }
  if (!counted && (field == nullptr || field->type == Type::kBool)) add_keywords({"and", "or"});
}

void Completer::add_values() {
  const FieldInfo* field = field_of(cursor_, cursor_.subject);
  if (field != nullptr) {
    for (const FlagInfo& flag : all_flags()) {
      if (flag.field == field->id) add(flag.name, kEnumMember, flag.doc, "", '0');
    }
    for (const auto& [of, text] : named_values()) {
      if (of == field->id) add(text, kEnumMember, full_name(*field), "", '0');
    }
    if (field->type == Type::kBool) add_keywords({"true", "false"}, '0');
  }
  for (const std::string& parameter : cursor_.parameters) add(parameter, kVariable, "parameter", "", '1');
  if (cursor_.op.starts_with("has") && cursor_.op == "has" && field != nullptr && field->type == Type::kStringList)
    add_keywords({"flag", "option"}, '1');
  add_names(SymbolKind::kList, '2');
  if (cursor_.in_list) return;
  if (cursor_.op != "in" && !cursor_.op.starts_with("has ")) add_keywords({"any", "all", "nocase"});
  if (field != nullptr && (cursor_.op == "==" || cursor_.op == "!=")) {
    for (const FieldInfo& other : all_fields()) {
      if (other.list == FieldId::kNone && other.type == field->type && other.id != field->id && is_asked(other))
        add(other.name, kField, field_detail(other), field_doc(other), '4');
    }
  }
}

void Completer::add_key_values() {
  const std::string& key = cursor_.key;
  if (key == "importance") {
    for (const std::string_view name : kImportanceNames) add(name, kEnumMember, "");
  } else if (key == "status") {
    for (const std::string_view name : kStatusNames) add(name, kEnumMember, "");
  } else if (key == "category") {
    for (const AttackTactic& tactic : all_tactics()) {
      if (tactic.successor.empty()) add(tactic.name, kEnumMember, tactic.id);
    }
  } else if (key == "method") {
    for (const AttackTechnique& technique : all_attack()) {
      if (technique.successor.empty()) add(to_snake(technique.name), kValue, technique.id);
    }
  } else if (key == "attack") {
    for (const AttackTechnique& technique : all_attack()) {
      if (technique.successor.empty()) add(technique.id, kValue, technique.name, attack_doc(technique.id));
    }
  } else if (key == "enabled" || key == "report") {
    add_keywords({"true", "false"});
  } else if (key == "name") {
    add_everywhere(SymbolKind::kRecipe);
  } else if (key == "mark") {
    add_keywords({"process", "process.tree", "file"});
  }
}

void Completer::add_events(bool groups) {
  if (!groups) {
    for (const EventInfo& event : all_events()) add(event.name, kEventKind, event.doc);
    return;
  }
  for (const GroupMember& member : all_group_members()) {
    if (!member.doc.empty()) add(member.group, kEventKind, member.doc);
  }
}

void Completer::add_test_fields() {
  const EventInfo* event = find_event(cursor_.test_event);
  for (const FieldInfo& field : all_fields()) {
    if (field.list == FieldId::kNone && (event == nullptr || has_field(event->id, field.id)))
      add(field.name, kProperty, field_detail(field), field_doc(field), '1', ": ");
  }
}

void Completer::add_files() {
  for (const auto& [path, file] : session_.workspace.files()) {
    const std::string import = path == file_.path ? ".." : import_path(file_.path, path);
    if (!import.starts_with("..")) add(import, kFile, "", "", import.starts_with("lib/") ? '1' : '2');
  }
}

Json Completer::run() {
  switch (cursor_.where) {
    case Where::kNothing:
      break;
    case Where::kTop:
      add_key_words(KeyWord::In::kTop);
      break;
    case Where::kMember:
      add_key_words(KeyWord::In::kRecipe);
      break;
    case Where::kBlockKey:
      add_key_words(KeyWord::In::kBlock);
      break;
    case Where::kDocKey:
      add_key_words(KeyWord::In::kDoc);
      break;
    case Where::kKeyValue:
      add_key_values();
      break;
    case Where::kEvent:
      add_events(false);
      add_keywords({"any"});
      break;
    case Where::kGroup:
      add_events(true);
      break;
    case Where::kSubject:
      add_subjects();
      break;
    case Where::kOperator:
      add_operators();
      break;
    case Where::kValue:
      add_values();
      break;
    case Where::kAfterTerm:
      add_keywords({"and", "or"}, '0');
      if (cursor_.new_line) add_key_words(KeyWord::In::kRecipe);
      break;
    case Where::kException:
      add_names(SymbolKind::kException, '1');
      add_keywords({"when"});
      break;
    case Where::kTuned:
      add_everywhere(SymbolKind::kRecipe);
      add_keywords({"where"});
      break;
    case Where::kTuneKey:
      add_keywords({"importance", "name", "category", "method", "status", "tags"});
      break;
    case Where::kTuneOperator:
      add_keywords({"==", "!=", "<", "<=", ">", ">=", "in", "contains", "not contains"});
      break;
    case Where::kTuneMember:
      add_key_words(KeyWord::In::kTune);
      break;
    case Where::kStep:
      if (!cursor_.subject.empty()) add_keywords({"and", "or"}, '0');
      add_keywords({"not"});
      break;
    case Where::kMark:
      add_everywhere(SymbolKind::kMark);
      break;
    case Where::kExpectation:
      add_keywords({"match", "nothing", "mark"});
      if (cursor_.todo) add_keywords({"todo"});
      break;
    case Where::kTestWord:
      add_keywords({"under", "importance", "clause", "after", "times", "every", "then"});
      break;
    case Where::kTestEvent:
      add_events(false);
      add_keywords({"each", "in", "wait"});
      break;
    case Where::kTestField:
      add_test_fields();
      break;
    case Where::kTestValue:
      cursor_.subject = cursor_.key;
      cursor_.op = "==";
      if (const FieldInfo* field = find_field(cursor_.key)) {
        for (const FlagInfo& flag : all_flags()) {
          if (flag.field == field->id) add(flag.name, kEnumMember, flag.doc);
        }
        if (field->type == Type::kBool) add_keywords({"true", "false"});
      }
      break;
    case Where::kBy:
      add_keywords({"process", "process.parent", "process.tree"}, '0');
      add_fields();
      break;
    case Where::kField:
      add_fields(cursor_.op == "in");
      break;
    case Where::kProgramItem:
      add_keywords({"getopt", "long", "word", "ends", "posix", "permute"});
      break;
    case Where::kAllow:
      for (const Code code : all_codes()) {
        if (info(code).severity != Severity::kError) add(info(code).title, kValue, info(code).text);
      }
      add(kUntestedTerm, kValue, "a term that no test can decide: `recipec test --coverage --mutate`");
      break;
    case Where::kImport:
      add_files();
      break;
  }
  return {{"isIncomplete", false}, {"items", std::move(items_)}};
}

}  // namespace

Json completion(Session& session, const Json& params) {
  const At at = session.at(params);
  return Completer(session, at.file, find_cursor(at.file.text.bytes(), at.offset)).run();
}

}  // namespace recipe::lsp
