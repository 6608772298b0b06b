// SPDX-License-Identifier: Apache-2.0
// See condition.h.
#include "tools/recipec/lsp/condition.h"

namespace recipe::lsp {

bool is_operator_word(std::string_view word) {
  static const Words kOperators = {"==",       "!=",         "<",        "<=",   ">",       ">=",    "in",
                                   "contains", "startswith", "endswith", "like", "matches", "under", "within"};
  return is_one_of(word, kOperators);
}

void Condition::read(std::string_view word) {
  if (lists_ > 0) return read_in_list(word);
  switch (cursor_.where) {
    case Where::kSubject:
      return read_subject(word);
    case Where::kField:
      return loop_ ? read_loop_name(word) : become(count_ == Count::kOfEvents ? Where::kNothing : Where::kAfterTerm);
    case Where::kOperator:
      return read_operator(word);
    case Where::kValue:
      return read_value(word);
    case Where::kMark:
      return become(Where::kAfterTerm);
    default:
      return read_after(word);
  }
}

void Condition::read_in_list(std::string_view word) {
  if (word == "[") ++lists_;
  if (word == "]") --lists_;
  cursor_.in_list = lists_ > 0;
  if (lists_ == 0) become(calls_ > 0 ? Where::kValue : Where::kAfterTerm);
}

void Condition::read_subject(std::string_view word) {
  // count(argv) > 3 · count > 20 within 10s by process.parent
  if (word == "count") {
    count_ = Count::kBegun;
    return;
  }
  if (count_ == Count::kBegun) count_ = word == "(" ? Count::kOfList : Count::kOfEvents;
  if (count_ == Count::kOfEvents) return become(Where::kNothing);
  if (is_one_of(word, {"not", "("})) return;
  if (word == "any" || word == "all") {
    quantified_ = true;
    return;
  }
  if (word == "exists") {
    loop_ = false;
    return become(Where::kField);
  }
  if (word == "process.marked" || word == "file.marked") return become(Where::kMark);
  if (word == "true" || word == "false") return become(Where::kAfterTerm);
  cursor_.subject = word;
  cursor_.op.clear();
  become(Where::kOperator);
}

// any p in process.ancestors: ...
void Condition::read_loop_name(std::string_view word) {
  if (word == ":") {
    loop_ = quantified_ = false;
    return become(Where::kSubject);
  }
  cursor_.variables[cursor_.subject] = word;
  cursor_.op = "in";
}

void Condition::read_operator(std::string_view word) {
  if (word == "(") {
    ++calls_;
    cursor_.op.clear();
    return become(Where::kValue);
  }
  if (word == "not") return;
  if (word == "in" && quantified_ && find_field(cursor_.subject) == nullptr) {
    loop_ = true;
    return become(Where::kField);
  }
  if (word == "has" || word == "option" || word == "operand" || is_operator_word(word)) {
    cursor_.op = word;
    return become(Where::kValue);
  }
  if (word == "[" || word == "]") {
    index_ = word == "[";
    return;
  }
  if (index_) return;
  if (word == ")" && count_ == Count::kOfList) {
    count_ = Count::kNone;
    cursor_.subject = kCounted;
    return;
  }
  read_after(word);
}

void Condition::read_value(std::string_view word) {
  if (calls_ > 0 && word == ",") return;
  if (calls_ > 0 && word == ")") {
    --calls_;
    return become(Where::kAfterTerm);
  }
  if (word == "[") {
    ++lists_;
    cursor_.in_list = true;
    return;
  }
  if (is_one_of(word, {"any", "all", "nocase", "..."})) return;
  if (cursor_.op == "has" && (word == "flag" || word == "option")) {
    cursor_.op += " " + std::string(word);
    return;
  }
  // argv option "-o" under "/tmp": the value behind `option` is part of the subject.
  if (cursor_.op == "option" || cursor_.op == "operand") {
    cursor_.op.clear();
    return become(Where::kOperator);
  }
  if (calls_ == 0) become(Where::kAfterTerm);
}

void Condition::read_after(std::string_view word) {
  if (count_ == Count::kOfEvents) return become(word == "by" || word == "," ? Where::kBy : Where::kNothing);
  if (word == "and" || word == "or") {
    quantified_ = false;
    return become(Where::kSubject);
  }
  // What extends a loop's body is not told apart from what follows it: its variable stays known.
  become(Where::kAfterTerm);
}

}  // namespace recipe::lsp
