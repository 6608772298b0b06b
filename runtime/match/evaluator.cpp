// SPDX-License-Identifier: Apache-2.0
// How a program is walked, and what each test answers. How a value is shown stands in witness.cpp.
#include "runtime/match/evaluator.h"

#include <algorithm>
#include <cassert>

#include "runtime/artefact/compare.h"
#include "runtime/base/address.h"

namespace recipe {
namespace {

Truth least(Truth a, Truth b) {
  return std::min(a, b);
}
Truth most(Truth a, Truth b) {
  return std::max(a, b);
}
Truth truth(bool b) {
  return b ? Truth::kTrue : Truth::kFalse;
}

bool is_text(FieldId field) {
  return storage_of(info(field).type) == Storage::kText;
}

bool equal_names(std::string_view a, std::string_view b, bool nocase) {
  if (!nocase) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return fold(x) == fold(y);
  });
}

}  // namespace

bool names_option(const ParsedOption& option, std::string_view spelled, bool nocase) {
  uint32_t dashes = 1;
  if (spelled.starts_with("--")) {
    dashes = 2;
    spelled.remove_prefix(2);
  } else if (spelled.starts_with("-")) {
    spelled.remove_prefix(1);
  }
  return option.dashes == dashes && equal_names(option.name, spelled, nocase);
}

Result<ReadyProgram> make_ready(const Program& program, PatternPool& pool, std::span<const TableIndex> tables) {
  ReadyProgram ready;
  ready.program = &program;
  const auto ask = [&](FieldId field) {
    if (field == FieldId::kNone || info(field).list != FieldId::kNone) return;
    if (std::find(ready.asked.begin(), ready.asked.end(), field) == ready.asked.end()) ready.asked.push_back(field);
  };
  for (const Test& test : program.tests) {
    const FieldId field = test.subject.field;
    auto literals = Literals::make(test, pool, tables);
    if (!literals) return literals.error();
    ready.tests.push_back({&test, std::move(literals.value())});
    if (test.subject.variable == 0) ask(field);
    for (const TextPart& part : test.right) {
      if (const FieldId* right = std::get_if<FieldId>(&part)) ask(*right);
    }
  }
  for (const ProgramNode& node : program.nodes) {
    if (node.kind == NodeKind::kAny || node.kind == NodeKind::kAll) ask(node.list);
  }
  return ready;
}

Result<Evaluator> Evaluator::make(std::span<const OptionTable> tables, const Marks* marks) {
  Evaluator made;
  made.tables_ = tables;
  made.marks_ = marks;
  for (const OptionTable& table : tables) {
    made.exact_.try_emplace(table.pattern, &table);
    auto glob = Glob::compile(table.pattern, {});
    if (!glob) return glob.error();
    made.globs_.emplace_back(std::move(glob.value()), &table);
  }
  made.stack_.reserve(kMaxProgramDepth);
  return made;
}

void Evaluator::begin(const Event& event, Context& context) {
  event_ = &event;
  context_ = &context;
  ++epoch_;
}

// --- the walk ---------------------------------------------------------------------------------------------------------

Truth Evaluator::evaluate(const ReadyProgram& program, uint32_t root) {
  assert(root < program.program->nodes.size());
  const size_t base = stack_.size();
  std::optional<Truth> result = enter(program, root);
  while (true) {
    if (!result) {
      result = enter(program, stack_.back().next);
      continue;
    }
    if (stack_.size() == base) return *result;
    result = settle(program, *result);
  }
}

std::optional<Truth> Evaluator::enter(const ReadyProgram& program, uint32_t index) {
  const ProgramNode& node = program.program->nodes[index];
  switch (node.kind) {
    case NodeKind::kFalse:
      return Truth::kFalse;
    case NodeKind::kTrue:
      return Truth::kTrue;
    case NodeKind::kTest: {
      const Truth t = test(program.tests[node.test]);
      return node.negated ? !t : t;
    }
    case NodeKind::kAnd:
    case NodeKind::kOr:
      stack_.push_back({index, index + 1, truth(node.kind == NodeKind::kAnd), 0});
      return std::nullopt;
    case NodeKind::kAny:
    case NodeKind::kAll:
      break;
  }
  Truth t = truth(node.kind == NodeKind::kAll);
  const size_t elements = list_size(node.list);
  if (list_absent(node.list)) t = Truth::kFalse;
  if (elements > 0) {
    stack_.push_back({index, index + 1, t, elements});
    loops_.push_back({node.list, 0});
    return std::nullopt;
  }
  if (list_open(node.list)) t = Truth::kUnknown;
  return node.negated ? !t : t;
}

std::optional<Truth> Evaluator::settle(const ReadyProgram& program, Truth child) {
  Frame& frame = stack_.back();
  const ProgramNode& node = program.program->nodes[frame.node];
  const bool conjunction = node.kind == NodeKind::kAnd || node.kind == NodeKind::kAll;
  frame.truth = conjunction ? least(frame.truth, child) : most(frame.truth, child);
  bool settled = frame.truth == truth(!conjunction);
  if (node.kind == NodeKind::kAnd || node.kind == NodeKind::kOr) {
    frame.next = program.program->nodes[frame.next].end;
    if (!settled && frame.next < node.end) return std::nullopt;
  } else {
    if (!settled && ++loops_.back().element < frame.elements) return std::nullopt;
    if (!settled && list_open(node.list))
      frame.truth = conjunction ? least(frame.truth, Truth::kUnknown) : most(frame.truth, Truth::kUnknown);
    loops_.pop_back();
  }
  const Truth t = node.negated ? !frame.truth : frame.truth;
  stack_.pop_back();
  return t;
}

// --- lists ------------------------------------------------------------------------------------------------------------

const Context::Ancestors& Evaluator::ancestors() {
  if (ancestors_epoch_ != epoch_) {
    ancestors_ = context_->ancestors(*event_);
    ancestors_epoch_ = epoch_;
  }
  return ancestors_;
}

Marks::Answer Evaluator::marks(FieldId field) {
  if (marks_ == nullptr) return {};
  return field == FieldId::process_marked ? marks_->of_process(*event_, ancestors()) : marks_->of_file(*event_);
}

// Asked once an event.
Evaluator::ListAnswer& Evaluator::list_answer(FieldId list) {
  auto known =
      std::find_if(list_answers_.begin(), list_answers_.end(), [&](const ListAnswer& each) { return each.field == list; });
  if (known == list_answers_.end())
    known = list_answers_.emplace(list_answers_.end(), ListAnswer{list, 0, true, false, {}, {}});
  if (known->epoch == epoch_) return *known;
  known->epoch = epoch_;
  known->texts.clear();
  if (info(list).origin == Origin::kState) {
    const Marks::Answer answer = marks(list);
    for (const Mark* mark : answer.marks) known->texts.push_back(marks_->name(*mark));
    known->absent = false;
    known->cut = !answer.complete;
    if (known->cut) known->texts.emplace_back();  // the element that a cut list ends in: what it would be is not known
  } else {
    std::optional<std::vector<std::string>> answer = context_->texts(*event_, list);
    known->absent = !answer;
    known->texts = std::move(answer).value_or(std::vector<std::string>{});
  }
  known->views.assign(known->texts.begin(), known->texts.end());
  return *known;
}

Evaluator::Texts Evaluator::texts(FieldId list) {
  const Origin origin = info(list).origin;
  if (origin != Origin::kState && event_->has(list)) return {event_->texts(list), false, event_->truncated(list)};
  if (origin != Origin::kContext && origin != Origin::kState) return {{}, true, false};
  const ListAnswer& answer = list_answer(list);
  return {answer.views, answer.absent, answer.cut};
}

bool Evaluator::list_absent(FieldId list) {
  if (info(list).type == Type::kStringList) return texts(list).absent;
  return !event_->has(list) && list_size(list) == 0;
}

size_t Evaluator::list_size(FieldId list) {
  if (info(list).type == Type::kStringList) return texts(list).elements.size();
  const Context::Ancestors& known = ancestors();
  return known.list == nullptr ? 0 : known.list->size();
}

bool Evaluator::list_open(FieldId list) {
  return info(list).type == Type::kStringList ? texts(list).cut : !ancestors().complete;
}

// --- subjects ---------------------------------------------------------------------------------------------------------

const std::optional<std::string>& Evaluator::from_context(FieldId field) {
  Answer& answer = answers_[static_cast<size_t>(field)];
  if (answer.epoch != epoch_) {
    answer.text = context_->text(*event_, field);
    answer.epoch = epoch_;
  }
  return answer.text;
}

Evaluator::Value Evaluator::scalar(FieldId field) {
  using enum Value::Kind;
  const bool cut = event_->truncated(field);
  if (!is_text(field)) {
    auto number = event_->number(field);
    if (!number && info(field).origin == Origin::kContext) number = context_->number(*event_, field);
    return number ? Value{kNumber, *number, {}} : Value{cut ? kCut : kAbsent, 0, {}};
  }
  if (!cut) {
    if (const auto text = event_->text(field)) return {kText, 0, *text};
    if (info(field).origin != Origin::kContext) return {};
  }
  if (const auto& answer = from_context(field)) return {kText, 0, *answer};
  return {cut ? kCut : kAbsent, 0, {}};
}

Evaluator::Value Evaluator::bound(FieldId list, size_t at, FieldId field) {
  using enum Value::Kind;
  if (info(list).type == Type::kStringList) {
    const Texts known = texts(list);
    const bool cut = known.cut && at + 1 == known.elements.size();
    return {cut ? kCut : kText, 0, known.elements[at]};
  }
  const ProcessInfo& process = (*ancestors().list)[at];
  const auto number = [](const std::optional<int64_t>& n) { return n ? Value{kNumber, *n, {}} : Value{}; };
  const auto text = [](const std::optional<std::string>& t) { return t ? Value{kText, 0, *t} : Value{}; };
  if (field == FieldId::ancestor_pid) return number(process.pid);
  if (field == FieldId::ancestor_uid) return number(process.uid);
  if (field == FieldId::ancestor_start_time) return number(process.start_time);
  if (field == FieldId::ancestor_name) return text(process.name);
  if (field == FieldId::ancestor_comm) return text(process.comm);
  if (field == FieldId::ancestor_exe) return text(process.exe);
  if (field == FieldId::ancestor_cmdline) return text(process.cmdline);
  return {};
}

Evaluator::Value Evaluator::element(const Subject& subject) {
  assert(subject.variable <= loops_.size());
  const Loop& loop = loops_[subject.variable - 1u];
  return bound(loop.list, loop.element, subject.field);
}

const OptionTable* Evaluator::table() {
  const auto name = event_->text(FieldId::process_name);
  if (!name) return nullptr;
  if (const auto found = exact_.find(*name); found != exact_.end()) return found->second;
  for (const auto& [glob, fits] : globs_) {
    if (glob.matches(*name)) return fits;
  }
  return nullptr;
}

const ParsedCommand& Evaluator::options() {
  if (options_epoch_ != epoch_) {
    parse_options(event_->argv(), event_->truncated(FieldId::argv), table(), command_);
    options_epoch_ = epoch_;
  }
  return command_;
}

// A command that was cut may have had more operands, and the last one that is there may be a part of what it was.
Evaluator::Value Evaluator::operand(uint32_t n) {
  using enum Value::Kind;
  if (!event_->has(FieldId::argv)) return {};
  const bool cut = event_->truncated(FieldId::argv);
  const ParsedCommand& command = options();
  if (n >= command.operands.size()) return {cut ? kCut : kAbsent, 0, {}};
  const uint32_t at = command.operands[n];
  return {cut && at + 1 == event_->argv().size() ? kCut : kText, 0, event_->argv()[at]};
}

// --- tests ------------------------------------------------------------------------------------------------------------

Truth Evaluator::test(const ReadyTest& ready) {
  const Test& test = *ready.test;
  if (!test.right.empty()) {
    fill_right(test);
    if (right_.kind == Value::Kind::kAbsent) return Truth::kFalse;
  } else if (ready.literals.empty() && test.op != Operator::kExists) {
    return Truth::kFalse;
  }
  if (test.subject.variable > 0) return test_value(ready, element(test.subject));
  const FieldId field = test.subject.field;
  switch (info(field).type) {
    case Type::kBool:
    case Type::kInt:
    case Type::kString:
    case Type::kPath:
    case Type::kFlags:
    case Type::kIp:
    case Type::kPort:
    case Type::kDomain:
      return test_value(ready, scalar(field));
    case Type::kRecordList:
      if (test.subject.selector == Selector::kCount) return test_value(ready, count(field));
      if (!list_absent(field)) return Truth::kTrue;
      return list_open(field) ? Truth::kUnknown : Truth::kFalse;
    case Type::kStringList:
      return test_list(ready);
    case Type::kMap:
      return test_key(ready);
  }
  return Truth::kFalse;
}

// The text of `right`: absent where one of its fields is, cut where one is.
void Evaluator::fill_right(const Test& test) {
  using enum Value::Kind;
  right_text_.clear();
  bool cut = false;
  for (const TextPart& part : test.right) {
    if (const auto* text = std::get_if<std::string>(&part)) {
      right_text_ += *text;
      continue;
    }
    const FieldId field = std::get<FieldId>(part);
    const Value value = scalar(field);
    if (value.kind == kAbsent) {
      right_ = {};
      return;
    }
    cut = cut || value.kind == kCut;
    if (value.kind == kNumber && test.right.size() == 1) {
      // Both: `process.uid == process.euid` compares the numbers, `file.name == "{process.pid}"` has this one part too.
      right_ = {kNumber, value.number, {}};
      right_text_ = std::to_string(value.number);
      return;
    }
    if (value.kind == kNumber) right_text_ += std::to_string(value.number);
    if (value.kind == kText)
      right_text_ +=
          info(field).type == Type::kIp && test.right.size() > 1 ? format_address(value.text) : std::string(value.text);
  }
  right_ = {cut ? kCut : kText, 0, {}};
}

Truth Evaluator::judge(const ReadyTest& ready, std::string_view value) const {
  const Test& test = *ready.test;
  if (test.right.empty()) return truth(ready.literals.hold(value));
  if (right_.kind == Value::Kind::kCut) return Truth::kUnknown;
  return truth(compare_texts(test, value, right_text_));
}

Truth Evaluator::judge(const ReadyTest& ready, int64_t value) const {
  const Test& test = *ready.test;
  if (test.right.empty()) return truth(ready.literals.hold(value));
  return truth(compare_numbers(test.op, value, right_.number));
}

Truth Evaluator::test_value(const ReadyTest& ready, const Value& value) const {
  switch (value.kind) {
    case Value::Kind::kAbsent:
      return Truth::kFalse;
    case Value::Kind::kCut:
      return ready.test->op == Operator::kExists ? Truth::kTrue : Truth::kUnknown;
    case Value::Kind::kNumber:
      return ready.test->op == Operator::kExists ? Truth::kTrue : judge(ready, value.number);
    case Value::Kind::kText:
      return ready.test->op == Operator::kExists ? Truth::kTrue : judge(ready, value.text);
  }
  return Truth::kFalse;
}

Truth Evaluator::test_list(const ReadyTest& ready) {
  const Test& test = *ready.test;
  const Texts list = texts(test.subject.field);
  if (list.absent) return Truth::kFalse;
  if (test.op == Operator::kHasFlag || test.op == Operator::kHasOption) return test_option(ready);
  if (test.subject.selector == Selector::kOption) return test_option_values(ready);
  if (test.subject.selector == Selector::kOperand) {
    // An operand behind the cut may or may not be there: that is not `exists`.
    const Value value = operand(test.subject.operand);
    if (test.op == Operator::kExists && value.kind == Value::Kind::kCut && test.subject.operand >= options().operands.size())
      return Truth::kUnknown;
    return test_value(ready, value);
  }
  if (test.subject.selector == Selector::kCount) return test_value(ready, count(test.subject.field));
  if (test.subject.selector == Selector::kElement) return test_element(ready, list);
  if (test.op == Operator::kExists) return Truth::kTrue;
  const bool all = test.over == Over::kAllElements;
  const size_t whole = list.elements.size() - (list.cut && !list.elements.empty() ? 1 : 0);
  Truth result = truth(all);
  for (size_t i = 0; i < whole; ++i) {
    const Truth one = judge(ready, list.elements[i]);
    result = all ? least(result, one) : most(result, one);
    if (result == truth(!all)) return result;
  }
  if (!list.cut) return result;
  return all ? least(result, Truth::kUnknown) : most(result, Truth::kUnknown);
}

// An element behind the cut may or may not be there: that is not `exists`.
Truth Evaluator::test_element(const ReadyTest& ready, const Texts& list) const {
  const size_t at = ready.test->subject.operand;
  if (at >= list.elements.size()) return list.cut ? Truth::kUnknown : Truth::kFalse;
  const bool cut = list.cut && at + 1 == list.elements.size();
  return test_value(ready, {cut ? Value::Kind::kCut : Value::Kind::kText, 0, list.elements[at]});
}

Evaluator::Value Evaluator::count(FieldId list) {
  if (list_absent(list)) return {};
  if (list_open(list)) return {Value::Kind::kCut, 0, {}};
  return {Value::Kind::kNumber, static_cast<int64_t>(list_size(list)), {}};
}

// Of "NAME=value" the value, where the name is `key`.
std::optional<std::string_view> Evaluator::value_of_key(std::string_view element, std::string_view key) {
  if (element.size() <= key.size() || element[key.size()] != '=' || !element.starts_with(key)) return std::nullopt;
  return element.substr(key.size() + 1);
}

// What was cut may have held the name, or held it once more.
Truth Evaluator::test_key(const ReadyTest& ready) {
  const Test& test = *ready.test;
  const Texts map = texts(test.subject.field);
  Truth result = map.cut ? Truth::kUnknown : Truth::kFalse;
  for (size_t i = 0; i < map.elements.size() && result != Truth::kTrue; ++i) {
    const auto value = value_of_key(map.elements[i], test.subject.option);
    if (!value) continue;
    if (test.op == Operator::kExists) return Truth::kTrue;
    if (map.cut && i + 1 == map.elements.size()) break;
    result = most(result, judge(ready, *value));
  }
  return result;
}

Truth Evaluator::test_option(const ReadyTest& ready) {
  const ParsedCommand& command = options();
  for (const ParsedOption& option : command.options) {
    for (const std::string& spelled : ready.literals.texts()) {
      if (names_option(option, spelled, ready.test->nocase)) return Truth::kTrue;
    }
  }
  return command.open ? Truth::kUnknown : Truth::kFalse;
}

Truth Evaluator::test_option_values(const ReadyTest& ready) {
  const ParsedCommand& command = options();
  const bool all = ready.test->over == Over::kAllElements;
  bool some = false;
  Truth result = truth(all);
  for (const ParsedOption& option : command.options) {
    if (!option.has_value || !names_option(option, ready.test->subject.option, false)) continue;
    if (ready.test->op == Operator::kExists) return Truth::kTrue;
    const Truth one = judge(ready, option.value);
    result = all ? least(result, one) : most(result, one);
    if (result == truth(!all)) return result;
    some = true;
  }
  if (!some) result = Truth::kFalse;
  if (!command.open) return result;
  return all && some ? least(result, Truth::kUnknown) : most(result, Truth::kUnknown);
}

}  // namespace recipe
