// SPDX-License-Identifier: Apache-2.0
// See judge.h. Recurses as deep as the predicate (kMaxExpressionDepth).
#include "compiler/prove/judge.h"

#include <algorithm>

#include "compiler/prove/tests.h"
#include "runtime/base/path.h"

namespace recipe::prove {
namespace {

using Ancestor = EventValues::AncestorValues;

struct Value {
  bool known = true;             // else nothing can be said
  std::optional<Literal> value;  // nullopt: absent
};

Truth truth(std::optional<bool> held) {
  return !held ? Truth::kUnknown : *held ? Truth::kTrue : Truth::kFalse;
}

template <class T>
Value optional_value(const std::optional<T>& value) {
  return value ? Value{true, Literal(*value)} : Value{};
}

class Judge {
 public:
  Judge(const Predicate& predicate, const EventValues& values) : predicate_(predicate), values_(values) {}

  Truth node(uint32_t at) {
    const PredicateNode& node = predicate_.nodes[at];
    switch (node.kind) {
      case PredicateKind::kFalse:
        return Truth::kFalse;
      case PredicateKind::kTrue:
        return Truth::kTrue;
      case PredicateKind::kNot:
        return !this->node(at + 1);
      case PredicateKind::kAnd:
      case PredicateKind::kOr: {
        const bool all = node.kind == PredicateKind::kAnd;
        Truth result = all ? Truth::kTrue : Truth::kFalse;
        for (uint32_t child = at + 1; child < node.end; child = predicate_.nodes[child].end)
          result = all ? std::min(result, this->node(child)) : std::max(result, this->node(child));
        return result;
      }
      case PredicateKind::kTest: {
        const Truth result = test(predicate_.tests[node.test]);
        return node.negated ? !result : result;
      }
      case PredicateKind::kAny:
      case PredicateKind::kAll: {
        const Truth result = loop(at);
        return node.negated ? !result : result;
      }
    }
    return Truth::kUnknown;
  }

 private:
  Truth loop(uint32_t at) {
    const PredicateNode& node = predicate_.nodes[at];
    if (node.list != FieldId::process_ancestors || is_truncated(node.list)) return Truth::kUnknown;
    if (!values_.ancestors) return Truth::kFalse;
    const bool all = node.kind == PredicateKind::kAll;
    Truth result = all ? Truth::kTrue : Truth::kFalse;
    for (const Ancestor& ancestor : *values_.ancestors) {
      loops_.push_back(&ancestor);
      result = all ? std::min(result, this->node(at + 1)) : std::max(result, this->node(at + 1));
      loops_.pop_back();
    }
    return result;
  }

  Truth test(const Test& test) {
    if (test.subject.variable > loops_.size() || test.op == Operator::kHasFlag || test.op == Operator::kHasOption ||
        !test.right.empty())
      return Truth::kUnknown;
    if (test.literals.empty() && test.table == 0 && test.op != Operator::kExists) return Truth::kFalse;
    if (test.subject.variable > 0) return scalar(test, element(*loops_[test.subject.variable - 1u], test.subject.field));
    if (test.subject.selector == Selector::kOption || test.subject.selector == Selector::kOperand || asks_marks(test))
      return Truth::kUnknown;
    const Type type = info(test.subject.field).type;
    if (test.subject.selector == Selector::kCount) return scalar(test, count(test.subject.field));
    if (type == Type::kRecordList)
      return is_truncated(test.subject.field) ? Truth::kUnknown : truth(values_.ancestors.has_value());
    if (storage_of(type) == Storage::kTexts) return list(test);
    return scalar(test, field(test.subject.field));
  }

  static Truth scalar(const Test& test, const Value& value) {
    if (!value.known) return Truth::kUnknown;
    return value.value ? truth(holds(test, *value.value)) : Truth::kFalse;
  }

  Value count(FieldId field) {
    if (is_truncated(field)) return {false, {}};
    if (field == FieldId::process_ancestors)
      return values_.ancestors ? Value{true, Literal(static_cast<int64_t>(values_.ancestors->size()))} : Value{};
    const std::vector<std::string>* elements = elements_of(field);
    return elements != nullptr ? Value{true, Literal(static_cast<int64_t>(elements->size()))} : Value{};
  }

  // nullptr: absent.
  [[nodiscard]] const std::vector<std::string>* elements_of(FieldId field) const {
    for (const auto& [id, list] : values_.lists) {
      if (id == field) return &list;
    }
    return field == FieldId::argv && values_.argv ? &*values_.argv : nullptr;
  }

  Truth list(const Test& test) {
    const FieldId field = test.subject.field;
    if (is_truncated(field)) return Truth::kUnknown;
    const std::vector<std::string>* elements = elements_of(field);
    if (elements == nullptr) return Truth::kFalse;
    const bool keyed = test.subject.selector == Selector::kKey;
    if (test.subject.selector == Selector::kElement) {
      if (test.subject.operand >= elements->size()) return Truth::kFalse;
      return scalar(test, {true, Literal((*elements)[test.subject.operand])});
    }
    if (test.op == Operator::kExists && !keyed) return Truth::kTrue;
    const bool all = test.over == Over::kAllElements;
    Truth result = all ? Truth::kTrue : Truth::kFalse;
    for (const std::string& element : *elements) {
      std::string text = element;
      if (keyed) {
        if (!element.starts_with(test.subject.option + "=")) continue;
        text = element.substr(test.subject.option.size() + 1);
      }
      const Truth one = truth(holds(test, text));
      result = all ? std::min(result, one) : std::max(result, one);
    }
    return result;
  }

  static Value element(const Ancestor& ancestor, FieldId field) {
    if (field == FieldId::ancestor_pid) return optional_value(ancestor.pid);
    if (field == FieldId::ancestor_uid) return optional_value(ancestor.uid);
    if (field == FieldId::ancestor_start_time) return optional_value(ancestor.start_time);
    if (field == FieldId::ancestor_comm) return optional_value(ancestor.comm);
    if (field == FieldId::ancestor_exe) return optional_value(ancestor.exe);
    if (field == FieldId::ancestor_cmdline) return optional_value(ancestor.cmdline);
    if (field != FieldId::ancestor_name) return {false, {}};
    if (!ancestor.name && ancestor.exe) return {true, Literal(std::string(last_component(*ancestor.exe)))};
    return optional_value(ancestor.name);
  }

  Value parent(FieldId as_element) {
    if (is_truncated(FieldId::process_ancestors)) return {false, {}};
    return values_.ancestors && !values_.ancestors->empty() ? element(values_.ancestors->front(), as_element) : Value{};
  }

  Value field(FieldId field) {
    if (is_truncated(field)) return {false, {}};
    for (const auto& [id, number] : values_.numbers) {
      if (id == field) return {true, Literal(number)};
    }
    for (const auto& [id, text] : values_.texts) {
      if (id == field) return {true, Literal(text)};
    }
    switch (field) {
      case FieldId::process_name:
        return name_of(FieldId::process_exe);
      case FieldId::file_name:
        return name_of(FieldId::file_path);
      case FieldId::target_name:
        return name_of(FieldId::target_exe);
      case FieldId::process_cmdline:
        return cmdline();
      case FieldId::process_parent_pid:
        return parent(FieldId::ancestor_pid);
      case FieldId::process_parent_uid:
        return parent(FieldId::ancestor_uid);
      case FieldId::process_parent_start_time:
        return parent(FieldId::ancestor_start_time);
      case FieldId::process_parent_name:
        return parent(FieldId::ancestor_name);
      case FieldId::process_parent_comm:
        return parent(FieldId::ancestor_comm);
      case FieldId::process_parent_exe:
        return parent(FieldId::ancestor_exe);
      case FieldId::process_parent_cmdline:
        return parent(FieldId::ancestor_cmdline);
      default:
        return {};
    }
  }

  Value name_of(FieldId path) {
    const Value whole = field(path);
    if (!whole.known || !whole.value) return whole;
    return {true, Literal(std::string(last_component(std::get<std::string>(*whole.value))))};
  }

  Value cmdline() {
    if (is_truncated(FieldId::argv)) return {false, {}};
    if (!values_.argv) return {};
    std::string line;
    for (size_t i = 0; i < values_.argv->size(); ++i) line += (i > 0 ? " " : "") + (*values_.argv)[i];
    return {true, Literal(line)};
  }

  [[nodiscard]] bool is_truncated(FieldId field) const {
    return std::find(values_.truncated.begin(), values_.truncated.end(), field) != values_.truncated.end();
  }

  const Predicate& predicate_;
  const EventValues& values_;
  std::vector<const Ancestor*> loops_;
};

}  // namespace

Truth judge(const Predicate& predicate, uint32_t node, const EventValues& values) {
  return Judge(predicate, values).node(node);
}

}  // namespace recipe::prove
