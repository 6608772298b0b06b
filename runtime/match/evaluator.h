// SPDX-License-Identifier: Apache-2.0
// Evaluator: one program, or one subtree of it, over one event. What test.h says, iteratively, with what an event needs more
// than once kept: its parsed options, context's answers, its ancestors.
#pragma once
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/artefact/artefact.h"
#include "runtime/context/context.h"
#include "runtime/event.h"
#include "runtime/match/literals.h"
#include "runtime/match/marks.h"
#include "runtime/match/options.h"

namespace recipe {

struct ReadyTest {
  const Test* test = nullptr;
  Literals literals;
};

struct ReadyProgram {
  const Program* program = nullptr;
  std::vector<ReadyTest> tests;  // of program->tests, by index
  std::vector<FieldId> asked;    // fields of the event that it asks, once each
};

// tables: of the artefact, for tests that name one; they must outlive the program.
[[nodiscard]] Result<ReadyProgram> make_ready(const Program& program, PatternPool& pool,
                                              std::span<const TableIndex> tables = {});

// "-o" is one dash and o, "--out" two and out; a flag is written without its dash. nocase: ASCII letters.
[[nodiscard]] bool names_option(const ParsedOption& option, std::string_view spelled, bool nocase);

inline constexpr size_t kFieldNumbers = 192;  // every FieldId is below

class Evaluator {
 public:
  // marks: what is remembered, which must outlive this; nullptr: nothing ever is.
  [[nodiscard]] static Result<Evaluator> make(std::span<const OptionTable> tables, const Marks* marks = nullptr);

  // Before the first question about an event: forgets the one before. Both must live until the next call.
  void begin(const Event& event, Context& context);
  [[nodiscard]] Truth evaluate(const ReadyProgram& program, uint32_t root = 0);
  // The value that met the leaf `node`, as match.h spells it; empty where there is none to show.
  [[nodiscard]] std::string witness(const ReadyProgram& program, uint32_t node);
  [[nodiscard]] bool ancestors_complete() { return ancestors().complete; }

 private:
  // What a test's subject is: nothing, a number, a text, or cut.
  struct Value {
    enum class Kind : uint8_t { kAbsent, kNumber, kText, kCut } kind = Kind::kAbsent;
    int64_t number = 0;
    std::string_view text;
  };
  // One enclosing loop and the element it stands at.
  struct Loop {
    FieldId list = FieldId::kNone;
    size_t element = 0;
  };
  struct Frame {
    uint32_t node = 0;
    uint32_t next = 0;    // the child to enter next
    Truth truth{};        // of the children so far
    size_t elements = 0;  // of a loop
  };
  // A list of strings: the event's, what context answers, or the names of marks.
  struct Texts {
    std::span<const std::string_view> elements;
    bool absent = false;
    bool cut = false;  // the last element may be a part of what it was, and more may follow
  };
  [[nodiscard]] Truth test(const ReadyTest& ready);
  [[nodiscard]] Truth test_value(const ReadyTest& ready, const Value& value) const;
  [[nodiscard]] Truth test_list(const ReadyTest& ready);
  [[nodiscard]] Truth test_element(const ReadyTest& ready, const Texts& list) const;
  // op(value, right) of one whole value: the literals', or that of the text which fill_right() made.
  [[nodiscard]] Truth judge(const ReadyTest& ready, std::string_view value) const;
  [[nodiscard]] Truth judge(const ReadyTest& ready, int64_t value) const;
  void fill_right(const Test& test);
  [[nodiscard]] Texts texts(FieldId list);
  struct ListAnswer;
  [[nodiscard]] ListAnswer& list_answer(FieldId list);
  [[nodiscard]] Marks::Answer marks(FieldId field);
  [[nodiscard]] static std::optional<std::string_view> value_of_key(std::string_view element, std::string_view key);
  [[nodiscard]] Truth test_key(const ReadyTest& ready);
  [[nodiscard]] Truth test_option(const ReadyTest& ready);
  [[nodiscard]] Truth test_option_values(const ReadyTest& ready);
  [[nodiscard]] Value operand(uint32_t n);
  [[nodiscard]] Value count(FieldId list);
  [[nodiscard]] Value scalar(FieldId field);
  [[nodiscard]] Value element(const Subject& subject);
  [[nodiscard]] Value bound(FieldId list, size_t at, FieldId field);
  [[nodiscard]] const std::optional<std::string>& from_context(FieldId field);
  [[nodiscard]] const Context::Ancestors& ancestors();
  [[nodiscard]] bool list_absent(FieldId list);
  [[nodiscard]] size_t list_size(FieldId list);
  [[nodiscard]] bool list_open(FieldId list);
  [[nodiscard]] const ParsedCommand& options();
  [[nodiscard]] const OptionTable* table();
  // A leaf inside an and/or/loop: its truth. Of the others: nullopt, and a frame is pushed.
  [[nodiscard]] std::optional<Truth> enter(const ReadyProgram& program, uint32_t node);
  // The truth of a child has come back to the frame on top: its own, when that is settled.
  [[nodiscard]] std::optional<Truth> settle(const ReadyProgram& program, Truth child);
  [[nodiscard]] std::string test_witness(const ReadyTest& ready);
  [[nodiscard]] std::string loop_witness(const ReadyProgram& program, uint32_t node);

  std::span<const OptionTable> tables_;
  const Marks* marks_ = nullptr;
  std::unordered_map<std::string_view, const OptionTable*> exact_;
  std::vector<std::pair<Glob, const OptionTable*>> globs_;

  const Event* event_ = nullptr;
  Context* context_ = nullptr;
  uint64_t epoch_ = 0;  // of the event; what was kept under another one is stale
  uint64_t options_epoch_ = 0, ancestors_epoch_ = 0;
  ParsedCommand command_;
  Context::Ancestors ancestors_;
  struct Answer {
    uint64_t epoch = 0;
    std::optional<std::string> text;
  };
  std::array<Answer, kFieldNumbers> answers_;
  struct ListAnswer {
    FieldId field{};
    uint64_t epoch = 0;
    bool absent = true;
    bool cut = false;
    std::vector<std::string> texts;
    std::vector<std::string_view> views;
  };
  std::deque<ListAnswer> list_answers_;  // as many as lists that context knows, and marks
  Value right_;                          // of the test that is asked: its text or number, as the event fills it
  std::string right_text_;
  std::vector<Frame> stack_;
  std::vector<Loop> loops_;
};

}  // namespace recipe
