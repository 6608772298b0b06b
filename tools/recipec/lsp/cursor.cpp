// SPDX-License-Identifier: Apache-2.0
// See cursor.h.
#include "tools/recipec/lsp/cursor.h"

#include <algorithm>

#include "tools/recipec/lsp/condition.h"
#include "tools/recipec/lsp/lexeme.h"
#include "tools/recipec/lsp/words.h"

namespace recipe::lsp {
namespace {

// Of a recipe or a tune. `respond` is passed over as a member by the parser, so it ends the one before it.
bool is_member(std::string_view text, KeyWord::In of) {
  const std::span<const KeyWord> all = key_words();
  return text == "respond" ||
         std::any_of(all.begin(), all.end(), [&](const KeyWord& key) { return key.in == of && key.name == text; });
}

// The declaration's words before the cursor, and what they lead to.
class Reader {
 public:
  // line: where the line begins that the cursor's word stands on.
  Reader(std::vector<Lexeme> words, uint32_t line, Cursor& cursor) : words_(std::move(words)), cursor_(cursor), line_(line) {}

  void run() {
    if (words_.empty()) {
      cursor_.where = cursor_.new_line ? Where::kTop : Where::kNothing;
      return;
    }
    const std::string_view head = words_.front().text;
    if (head == "recipe") return recipe();
    if (head == "macro") return macro();
    if (head == "list") return list();
    if (head == "program") return program();
    if (head == "exception") return exception();
    if (head == "tune") return tune();
    if (cursor_.new_line) cursor_.where = Where::kTop;
  }

 private:
  [[nodiscard]] size_t find(std::string_view word, size_t from = 0) const {
    for (size_t i = from; i < words_.size(); ++i) {
      if (words_[i].text == word) return i;
    }
    return words_.size();
  }

  // Brackets that are open behind words [from, to).
  [[nodiscard]] std::vector<std::string_view> open(size_t from, size_t to) const {
    std::vector<std::string_view> brackets;
    for (size_t i = from; i < to; ++i) {
      if (is_one_of(words_[i].text, {"{", "[", "("})) brackets.push_back(words_[i].text);
      if (is_one_of(words_[i].text, {"}", "]", ")"}) && !brackets.empty()) brackets.pop_back();
    }
    return brackets;
  }

  void condition(size_t from) {
    Condition state(cursor_);
    for (size_t i = from; i < words_.size(); ++i) state.read(words_[i].text);
  }

  void macro() {
    const size_t assign = find("=");
    for (size_t i = 2; i < assign; ++i) {
      if (words_[i].is_word()) cursor_.parameters.emplace_back(words_[i].text);
    }
    if (assign == words_.size()) return;
    condition(assign + 1);
    end_at_line();
  }

  // A declaration that ends with a condition is over where a word begins its line.
  void end_at_line() {
    if (cursor_.new_line && cursor_.where == Where::kAfterTerm && cursor_.place.begin == line_) cursor_.where = Where::kTop;
  }

  void exception() {
    const size_t when = find("when");
    if (when == words_.size()) return;
    condition(when + 1);
    end_at_line();
  }

  // tune a, b { ... } · tune where category == execution and importance <= low { ... }
  void tune() {
    const size_t brace = find("{");
    if (brace == words_.size()) return tuned();
    if (open(0, words_.size()).empty()) {
      if (cursor_.new_line) cursor_.where = Where::kTop;
      return;
    }
    const size_t member = last_member(KeyWord::In::kTune, nullptr);
    if (member == 0) {
      cursor_.where = Where::kTuneMember;
      return;
    }
    in_member(member);
    if (ends(member)) cursor_.where = Where::kTuneMember;
  }

  void tuned() {
    const std::string_view last = words_.back().text;
    const bool chosen = words_.size() > 1 && words_[1].text == "where";
    if (!chosen) {
      cursor_.where = words_.size() == 1 || last == "," ? Where::kTuned : Where::kNothing;
    } else if (is_one_of(last, {"where", "and", "or"})) {
      cursor_.where = Where::kTuneKey;
    } else if (is_operator_word(last) || last == "[") {
      cursor_.where = Where::kKeyValue;
      cursor_.in_list = last == "[";
      for (size_t i = words_.size(); i-- > 2 && cursor_.key.empty();) {
        if (words_[i].is_word() && !is_operator_word(words_[i].text)) cursor_.key = words_[i].text;
      }
    } else if (is_one_of(words_[words_.size() - 2].text, {"where", "and", "or"}) || last == "not") {
      cursor_.where = Where::kTuneOperator;
    } else {
      cursor_.where = Where::kAfterTerm;
    }
  }

  void list() {
    const size_t assign = find("=");
    if (assign == words_.size()) return;
    const bool ended = open(assign, words_.size()).empty() && words_.size() > assign + 1;
    cursor_.in_list = !ended;
    if (!ended) cursor_.where = Where::kValue;
    if (ended && cursor_.new_line) cursor_.where = Where::kTop;
  }

  void program() {
    const size_t brace = find("{");
    const std::vector<std::string_view> brackets = open(0, words_.size());
    if (brace < words_.size() && brackets.empty() && cursor_.new_line) cursor_.where = Where::kTop;
    if (brackets.size() == 1 && brackets[0] == "{") cursor_.where = Where::kProgramItem;
  }

  void recipe() {
    if (words_.size() < 3) return;
    const size_t member = last_member(KeyWord::In::kRecipe, &Reader::begin_member);
    if (open(0, words_.size()).empty()) {
      cursor_.where = cursor_.new_line ? Where::kTop : Where::kNothing;
      return;
    }
    if (member == 0) {
      cursor_.where = Where::kMember;
      return;
    }
    in_member(member);
    if (ends(member)) cursor_.where = Where::kMember;
  }

  // Where the last member begins: at depth one, first on its line, by a word that begins one. 0: there is none.
  size_t last_member(KeyWord::In of, void (Reader::*begin)(size_t at)) {
    size_t member = 0;
    std::vector<std::string_view> brackets;
    for (size_t i = 0; i < words_.size(); ++i) {
      const std::string_view text = words_[i].text;
      const bool starts = brackets.size() == 1 && (words_[i].first_on_line || words_[i - 1].text == "{") &&
                          is_member(text, of) && (i == 0 || !is_operator_word(words_[i - 1].text));
      if (starts) member = i;
      if (starts && begin != nullptr) (this->*begin)(i);
      if (is_one_of(text, {"{", "[", "("})) brackets.push_back(text);
      if (is_one_of(text, {"}", "]", ")"}) && !brackets.empty()) brackets.pop_back();
    }
    return member;
  }

  // The member is whole, and another may begin on this line.
  [[nodiscard]] bool ends(size_t member) const {
    const bool complete = open(member, words_.size()).empty() && cursor_.where != Where::kSubject &&
                          cursor_.where != Where::kValue && cursor_.where != Where::kEvent;
    return cursor_.new_line && complete && cursor_.where != Where::kAfterTerm && words_.size() > member + 1;
  }

  // The events of the triggers so far: what an exception may ask.
  void begin_member(size_t at) {
    if (words_[at].text != "on") return;
    const std::vector<EventId> events = events_behind(at);
    all_events_.insert(all_events_.end(), events.begin(), events.end());
    cursor_.events = events;
  }

  // on EVENT when · NAME: any GROUP when
  [[nodiscard]] std::vector<EventId> events_behind(size_t at) const {
    const size_t when = find("when", at);
    std::vector<EventId> events;
    if (at + 1 < when && words_[at + 1].text == "any") {
      std::string group;
      for (size_t i = at + 2; i < when; ++i) group += (group.empty() ? "" : " ") + std::string(words_[i].text);
      for (const GroupMember& each : all_group_members()) {
        if (each.group == group) events.push_back(each.event);
      }
    } else if (at + 1 < words_.size()) {
      if (const EventInfo* event = find_event(words_[at + 1].text)) events.push_back(event->id);
    }
    return events;
  }

  void in_member(size_t member) {
    const std::string_view head = words_[member].text;
    const size_t when = find("when", member);
    if (head == "on" || head == "except" || head == "also") {
      if (head == "except") cursor_.events = all_events_;
      if (when == words_.size()) {
        const bool first = member + 1 == words_.size();
        if (head == "on") return event(member);
        cursor_.where = head == "except" && first ? Where::kException : Where::kNothing;
        return;
      }
      const std::vector<std::string_view> brackets = open(when, words_.size());
      if (!brackets.empty() && brackets[0] == "{") return key_or_value(last_brace(), Where::kBlockKey);
      return condition(when + 1);
    }
    if (head == "doc") return open(member, words_.size()).empty() ? void() : key_or_value(member + 1, Where::kDocKey);
    if (head == "test") return test(member);
    if (head == "throttle" || head == "count") {
      cursor_.where = find("by", member) < words_.size() ? Where::kBy : Where::kNothing;
      return;
    }
    if (head == "unless") {
      cursor_.where = open(member, words_.size()).empty() ? Where::kNothing : Where::kField;
      return;
    }
    if (head == "sequence") return sequence(member);
    cursor_.where = head == "mark" ? Where::kNothing : Where::kKeyValue;
    cursor_.key = head;
    cursor_.in_list = !open(member, words_.size()).empty();
    if (head == "mark" && words_.size() == member + 1) cursor_.where = Where::kKeyValue;
    const bool has_value = words_.size() > member + 1 && !cursor_.in_list;
    if (has_value) cursor_.where = Where::kNothing;
  }

  // on ... · NAME: ...
  void event(size_t at) {
    cursor_.where = at + 1 == words_.size() ? Where::kEvent : words_[at + 1].text == "any" ? Where::kGroup : Where::kNothing;
  }

  // sequence by FIELD within 30s { NAME: EVENT when CONDITION  not NAME: any GROUP when CONDITION }
  void sequence(size_t member) {
    const size_t brace = find("{", member);
    if (brace == words_.size()) {
      const size_t by = find("by", member);
      cursor_.where = by < words_.size() && find("within", by) == words_.size() ? Where::kBy : Where::kNothing;
      return;
    }
    if (open(brace, words_.size()).empty()) {
      cursor_.where = Where::kNothing;
      return;
    }
    // A colon of a loop stands behind `in LIST`.
    size_t step = 0;
    for (size_t i = brace + 2; i < words_.size(); ++i) {
      if (words_[i].text == ":" && words_[i - 2].text != "in" && open(brace, i).size() == 1) step = i;
    }
    cursor_.where = Where::kStep;
    if (step == 0) return;
    cursor_.events = events_behind(step);
    const size_t when = find("when", step);
    if (when == words_.size()) return event(step);
    condition(when + 1);
    const bool whole = cursor_.where == Where::kAfterTerm || cursor_.where == Where::kNothing;
    if (cursor_.new_line && whole) cursor_.where = Where::kStep;
  }

  [[nodiscard]] size_t last_brace() const {
    size_t at = words_.size();
    while (at > 0 && words_[at - 1].text != "{") --at;
    return at == 0 ? 0 : at - 1;
  }

  // Within { key value key value }: `brace` is its beginning.
  void key_or_value(size_t brace, Where key) {
    cursor_.where = key;
    if (words_.size() == brace + 1 || cursor_.new_line) return;
    const Lexeme& last = words_.back();
    if (last.is_word() && last.text != "true" && last.text != "false") {
      cursor_.where = Where::kKeyValue;
      cursor_.key = last.text;
    }
  }

  // test "title" match EVENT { field: value } then EVENT after 5s { ... }
  void test(size_t member) {
    const std::vector<std::string_view> brackets = open(member, words_.size());
    const size_t count = words_.size() - member;
    if (!brackets.empty()) {
      const size_t brace = last_brace();
      for (size_t i = brace; i > member; --i) {
        if (find_event(words_[i].text) != nullptr) {
          cursor_.test_event = words_[i].text;
          break;
        }
      }
      const std::string_view last = words_.back().text;
      cursor_.in_list = brackets.back() == "[";
      cursor_.where = cursor_.in_list || last == ":" ? Where::kTestValue
                      : last == "{" || last == ","   ? Where::kTestField
                                                     : Where::kNothing;
      if (cursor_.where == Where::kTestValue && last == ":" && words_.size() >= 2) cursor_.key = words_[words_.size() - 2].text;
      return;
    }
    const bool todo = count > 2 && words_[member + 2].text == "todo";
    const size_t expectation = member + (todo ? 3 : 2);
    const std::string_view last = words_.back().text;
    if (count == 1) {
      cursor_.where = Where::kNothing;
    } else if (words_.size() <= expectation) {
      cursor_.where = Where::kExpectation;
      cursor_.todo = !todo;
    } else if (words_.size() == expectation + 1 || last == "then" || (last == "]" && find("each", member) < words_.size())) {
      cursor_.where = Where::kTestEvent;
    } else if (find_event(last) != nullptr || words_.back().is_string() || words_[words_.size() - 2].text == "importance") {
      cursor_.where = Where::kTestWord;
    } else {
      cursor_.where = last == "importance" ? Where::kKeyValue : Where::kNothing;
      cursor_.key = last;
    }
  }

  std::vector<Lexeme> words_;
  Cursor& cursor_;
  uint32_t line_;
  std::vector<EventId> all_events_;
};

}  // namespace

Cursor find_cursor(std::string_view text, uint32_t offset) {
  Cursor cursor;
  offset = std::min(offset, static_cast<uint32_t>(text.size()));
  const uint32_t begin = declaration_begin(text, offset);
  std::vector<Lexeme> words = lexemes(text, begin, offset);
  cursor.place = {offset, offset};
  cursor.new_line = words.empty();
  if (!words.empty()) {
    const Lexeme last = words.back();
    const uint32_t between = last.end;
    cursor.new_line = text.substr(between, offset - between).find('\n') != std::string_view::npos;
    if (last.is_comment() && !cursor.new_line) {
      const size_t open = last.text.rfind("allow(");
      if (open != std::string_view::npos && last.text.find(')', open) == std::string_view::npos) {
        cursor.where = Where::kAllow;
        cursor.word = last.text.substr(open + 6);
        cursor.place.begin = offset - static_cast<uint32_t>(cursor.word.size());
      }
      return cursor;
    }
    const bool unclosed = last.is_string() && (last.end == offset) && (last.text.size() == 1 || last.text.back() != '"');
    if (unclosed) {
      if (words.size() >= 2 && words[words.size() - 2].text == "import") {
        cursor.where = Where::kImport;
        cursor.word = last.text.substr(1);
        cursor.place.begin = last.begin + 1;
      }
      return cursor;
    }
    // `process.` is the beginning of a field, and two lexemes.
    const bool dotted = last.text == "." && last.end == offset && words.size() >= 2 && words[words.size() - 2].is_word() &&
                        words[words.size() - 2].end == last.begin;
    if (dotted) {
      const Lexeme head = words[words.size() - 2];
      cursor.word = text.substr(head.begin, offset - head.begin);
      cursor.place.begin = head.begin;
      cursor.new_line = head.first_on_line;
      words.resize(words.size() - 2);
    } else if (last.is_word() && last.end == offset) {
      cursor.word = last.text;
      cursor.place.begin = last.begin;
      cursor.new_line = last.first_on_line;
      words.pop_back();
    }
  }
  std::erase_if(words, [](const Lexeme& each) { return each.is_comment(); });
  const size_t line = cursor.place.begin == 0 ? std::string_view::npos : text.rfind('\n', cursor.place.begin - 1);
  Reader(std::move(words), line == std::string_view::npos ? 0 : static_cast<uint32_t>(line + 1), cursor).run();
  return cursor;
}

const FieldInfo* field_of(const Cursor& cursor, std::string_view path) {
  const size_t dot = path.find('.');
  if (const auto variable = cursor.variables.find(path.substr(0, dot)); variable != cursor.variables.end()) {
    const FieldInfo* list = find_field(variable->second);
    return list == nullptr || dot == std::string_view::npos ? nullptr : find_element(list->id, path.substr(dot + 1));
  }
  return find_field(path);
}

}  // namespace recipe::lsp
