// SPDX-License-Identifier: Apache-2.0
// The value that met a leaf, in words: `perl`, `argv[1] = "-e"`, `process.ancestors[2].name = "dpkg"`.
#include <algorithm>

#include "runtime/artefact/dump.h"
#include "runtime/base/address.h"
#include "runtime/match/evaluator.h"

namespace recipe {
namespace {

// What a reader takes in at a glance; the event itself holds the rest.
constexpr size_t kShownBytes = 200;

std::string shorten(std::string_view text) {
  if (text.size() <= kShownBytes) return std::string(text);
  size_t end = kShownBytes;
  while (end > kShownBytes - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not within a character
  return std::string(text.substr(0, end)) + "...";
}

// What a list's file says of the entry that was met.
std::string with_note(const ReadyTest& ready, std::string_view value) {
  const std::string_view note = ready.literals.note(value);
  return note.empty() ? std::string() : " (" + shorten(note) + ")";
}

std::string at(std::string_view list, size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

}  // namespace

std::string Evaluator::witness(const ReadyProgram& program, uint32_t node) {
  const ProgramNode& leaf = program.program->nodes[node];
  switch (leaf.kind) {
    case NodeKind::kTest:
      return test_witness(program.tests[leaf.test]);
    case NodeKind::kAny:
    case NodeKind::kAll:
      return leaf.kind == NodeKind::kAny && !leaf.negated ? loop_witness(program, node) : "";
    case NodeKind::kAnd:
    case NodeKind::kOr:
      break;
    case NodeKind::kFalse:
    case NodeKind::kTrue:
      return "";
  }
  // A sub-expression past the bound: its first leaf that holds and has something to show.
  for (uint32_t i = node + 1; i < leaf.end; ++i) {
    const NodeKind kind = program.program->nodes[i].kind;
    if (kind == NodeKind::kAnd || kind == NodeKind::kOr) continue;
    if (evaluate(program, i) != Truth::kFalse) {
      if (std::string shown = witness(program, i); !shown.empty()) return shown;
    }
    i = program.program->nodes[i].end - 1;
  }
  return "";
}

std::string Evaluator::test_witness(const ReadyTest& ready) {
  const Test& test = *ready.test;
  const FieldId field = test.subject.field;
  const auto element_text = [&](size_t i) {
    return at(info(field).name, i) + " = " + quote(shorten(texts(field).elements[i])) +
           with_note(ready, texts(field).elements[i]);
  };
  if (test.subject.selector == Selector::kCount) return list_open(field) ? "" : std::to_string(list_size(field));
  if (info(field).type == Type::kRecordList) return "";
  if (info(field).type == Type::kMap) {
    if (!test.right.empty()) fill_right(test);
    for (const std::string_view element : texts(field).elements) {
      const auto value = value_of_key(element, test.subject.option);
      if (value && (test.op == Operator::kExists || judge(ready, *value) != Truth::kFalse)) return shorten(*value);
    }
    return "";
  }
  if (info(field).type != Type::kStringList) {
    const Value value = scalar(field);
    switch (value.kind) {
      case Value::Kind::kAbsent:
        return "";
      case Value::Kind::kNumber:
        return info(field).type == Type::kFlags ? flag_names(field, value.number) : std::to_string(value.number);
      case Value::Kind::kText:
        return (info(field).type == Type::kIp ? format_address(value.text) : shorten(value.text)) +
               with_note(ready, value.text);
      case Value::Kind::kCut:
        return shorten(event_->text(field).value_or(""));
    }
  }
  if (test.subject.selector == Selector::kElement)
    return test.subject.operand < texts(field).elements.size() ? element_text(test.subject.operand) : "";
  if (test.subject.selector == Selector::kOperand) {
    const auto& operands = options().operands;
    return test.subject.operand < operands.size() ? element_text(operands[test.subject.operand]) : "";
  }
  if (!test.right.empty()) fill_right(test);
  if (test.op == Operator::kHasFlag || test.op == Operator::kHasOption || test.subject.selector == Selector::kOption) {
    const bool by_value = test.subject.selector == Selector::kOption;
    for (const ParsedOption& option : options().options) {
      const bool named =
          by_value ? names_option(option, test.subject.option, false)
                   : std::any_of(ready.literals.texts().begin(), ready.literals.texts().end(),
                                 [&](const std::string& spelled) { return names_option(option, spelled, test.nocase); });
      if (!named) continue;
      if (!by_value) return element_text(option.element);
      if (!option.has_value || (test.op != Operator::kExists && judge(ready, option.value) == Truth::kFalse)) continue;
      return test.subject.option + " = " + quote(shorten(option.value));
    }
    return "";
  }
  if (test.op == Operator::kExists || test.over == Over::kAllElements) return "";
  if (info(field).origin == Origin::kState) {
    for (const Mark* mark : marks(field).marks) {
      if (judge(ready, marks_->name(*mark)) == Truth::kTrue) return marks_->name(*mark) + ", " + marks_->tell(*mark);
    }
    return "";
  }
  const Texts list = texts(field);
  for (size_t i = 0; i < list.elements.size(); ++i) {
    if (judge(ready, list.elements[i]) != Truth::kFalse) return element_text(i);
  }
  return "";
}

// The first element that makes the child true (else unknown), and of it each value that a test of the child asked and met.
std::string Evaluator::loop_witness(const ReadyProgram& program, uint32_t node) {
  const ProgramNode& loop = program.program->nodes[node];
  const size_t elements = list_size(loop.list);
  std::string shown;
  for (const Truth wanted : {Truth::kTrue, Truth::kUnknown}) {
    for (size_t i = 0; i < elements && shown.empty(); ++i) {
      loops_.push_back({loop.list, i});
      if (evaluate(program, node + 1) == wanted) {
        std::vector<FieldId> done;
        for (uint32_t leaf = node + 1; leaf < loop.end; ++leaf) {
          const ProgramNode& inner = program.program->nodes[leaf];
          if (inner.kind == NodeKind::kAny || inner.kind == NodeKind::kAll) leaf = inner.end - 1;
          if (inner.kind != NodeKind::kTest) continue;
          const Subject& subject = program.tests[inner.test].test->subject;
          if (subject.variable != loops_.size() || evaluate(program, leaf) == Truth::kFalse ||
              std::find(done.begin(), done.end(), subject.field) != done.end()) {
            continue;
          }
          const Value value = element(subject);
          if (value.kind == Value::Kind::kAbsent) continue;
          done.push_back(subject.field);
          if (!shown.empty()) shown += ", ";
          shown += at(info(loop.list).name, i);
          if (subject.field != FieldId::kNone) shown += "." + std::string(info(subject.field).name);
          shown += " = " + (value.kind == Value::Kind::kNumber ? std::to_string(value.number) : quote(shorten(value.text)));
        }
        if (shown.empty()) shown = at(info(loop.list).name, i);
      }
      loops_.pop_back();
    }
  }
  return shown;
}

}  // namespace recipe
