// SPDX-License-Identifier: Apache-2.0
// A condition that is being typed, read word by word: the state is what may come next.
#pragma once
#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "tools/recipec/lsp/cursor.h"

namespace recipe::lsp {

using Words = std::initializer_list<std::string_view>;

inline bool is_one_of(std::string_view text, Words words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

[[nodiscard]] bool is_operator_word(std::string_view word);

// Fills `where`, `subject`, `op`, `in_list` and `variables` of a cursor, which must outlive it.
class Condition {
 public:
  explicit Condition(Cursor& cursor) : cursor_(cursor) { cursor_.where = Where::kSubject; }
  void read(std::string_view word);

 private:
  void become(Where where) { cursor_.where = where; }
  void read_in_list(std::string_view word);
  void read_subject(std::string_view word);
  void read_loop_name(std::string_view word);
  void read_operator(std::string_view word);
  void read_value(std::string_view word);
  void read_after(std::string_view word);

  enum class Count : uint8_t { kNone, kBegun, kOfList, kOfEvents };

  Cursor& cursor_;
  Count count_ = Count::kNone;
  int lists_ = 0, calls_ = 0;
  bool quantified_ = false, loop_ = false, index_ = false;
};

}  // namespace recipe::lsp
