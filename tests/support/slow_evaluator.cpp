// SPDX-License-Identifier: Apache-2.0
// One file, long because it shares nothing with what it judges: its own getopt, glob and truth of every operator stand here.
#include "tests/support/slow_evaluator.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <regex>
#include <string>

namespace recipe::slow {
namespace {

using Text = std::string;

struct Value {
  enum { kAbsent, kCut, kNumber, kText } kind = kAbsent;
  int64_t number = 0;
  Text text;
};

Value of(const std::optional<int64_t>& number) {
  return number ? Value{Value::kNumber, *number, {}} : Value{};
}
Value of(const std::optional<Text>& text) {
  return text ? Value{Value::kText, 0, *text} : Value{};
}

bool is_truncated(const EventValues& event, FieldId field) {
  return std::find(event.truncated.begin(), event.truncated.end(), field) != event.truncated.end();
}

// A list as the tests see it: its elements, the last one cut where the list was truncated.
struct List {
  bool absent = true;
  bool truncated = false;
  std::vector<Value> texts;                                 // of argv
  std::vector<const EventValues::AncestorValues*> records;  // of process.ancestors
  [[nodiscard]] size_t size() const { return std::max(texts.size(), records.size()); }
};

std::optional<List> marks_of(const World& world, FieldId field);

List list_of(const World& world, FieldId field) {
  if (std::optional<List> marks = marks_of(world, field)) return *marks;
  const EventValues& event = *world.event;
  List list;
  list.truncated = is_truncated(event, field);
  if (field == FieldId::argv && event.argv) {
    list.absent = false;
    for (const Text& text : *event.argv) list.texts.push_back({Value::kText, 0, text});
    if (list.truncated && !list.texts.empty()) list.texts.back().kind = Value::kCut;
  }
  for (const auto& [id, texts] : event.lists) {
    if (id != field) continue;
    list.absent = false;
    for (const Text& text : texts) list.texts.push_back({Value::kText, 0, text});
    if (list.truncated && !list.texts.empty()) list.texts.back().kind = Value::kCut;
  }
  if (field == FieldId::process_ancestors && event.ancestors) {
    list.absent = false;
    for (const auto& ancestor : *event.ancestors) list.records.push_back(&ancestor);
  }
  if (list.truncated) list.absent = false;
  return list;
}

Value ancestor_value(const EventValues::AncestorValues& a, FieldId field) {
  switch (field) {
    case FieldId::ancestor_pid:
    case FieldId::process_parent_pid:
      return of(a.pid);
    case FieldId::ancestor_uid:
    case FieldId::process_parent_uid:
      return of(a.uid);
    case FieldId::ancestor_start_time:
    case FieldId::process_parent_start_time:
      return of(a.start_time);
    case FieldId::ancestor_comm:
    case FieldId::process_parent_comm:
      return of(a.comm);
    case FieldId::ancestor_exe:
    case FieldId::process_parent_exe:
      return of(a.exe);
    case FieldId::ancestor_cmdline:
    case FieldId::process_parent_cmdline:
      return of(a.cmdline);
    case FieldId::ancestor_name:
    case FieldId::process_parent_name:
      if (!a.name && a.exe) return {Value::kText, 0, a.exe->substr(a.exe->rfind('/') + 1)};
      return of(a.name);
    default:
      return {};
  }
}

Value field_value(const EventValues& event, FieldId field) {
  if (is_truncated(event, field)) return {Value::kCut, 0, {}};
  for (const auto& [id, number] : event.numbers) {
    if (id == field) return {Value::kNumber, number, {}};
  }
  for (const auto& [id, text] : event.texts) {
    if (id == field) return {Value::kText, 0, text};
  }
  if (info(field).name.starts_with("process.parent.") && event.ancestors && !event.ancestors->empty()) {
    return ancestor_value(event.ancestors->front(), field);
  }
  if (field == FieldId::process_name || field == FieldId::file_name) {
    const FieldId path = field == FieldId::file_name ? FieldId::file_path : FieldId::process_exe;
    for (const auto& [id, text] : event.texts) {
      if (id == path && text.rfind('/') + 1 < text.size()) return {Value::kText, 0, text.substr(text.rfind('/') + 1)};
    }
  }
  if (field == FieldId::process_cmdline) {
    if (is_truncated(event, FieldId::argv)) return {Value::kCut, 0, {}};
    if (!event.argv) return {};
    Text joined;
    for (size_t i = 0; i < event.argv->size(); ++i) joined += (i > 0 ? " " : "") + (*event.argv)[i];
    return {Value::kText, 0, joined};
  }
  return {};
}

int64_t number_of(const EventValues& event, FieldId field) {
  const Value value = field_value(event, field);
  return value.kind == Value::kNumber ? value.number : 0;
}

// The path that a mark of a file is about.
Value marked_path(const EventValues& event) {
  return field_value(event, event.event == EventId::exec ? FieldId::process_exe : FieldId::file_path);
}

// One mark of one process or file, at the event's time: all that was ever set, in turn.
struct Held {
  bool now = false, ever = false;
  uint64_t since = 0;
};
template <class Is>
Held follow(const World& world, const Text& name, MarkTarget target, Is is) {
  Held held;
  uint64_t until = 0;
  for (const Marking& marking : *world.markings) {
    if (marking.action.name != name || marking.action.target != target || !is(marking)) continue;
    if (!held.ever || until <= marking.time) {
      held.since = marking.time;
      until = 0;
    }
    held.ever = true;
    until = std::max(until, marking.time + marking.action.for_ns);
  }
  held.now = held.ever && until > static_cast<uint64_t>(world.event->time_unix_ns);
  return held;
}

bool is_marked(const World& world, const Text& name) {
  const EventValues& event = *world.event;
  struct Process {
    int64_t pid, start_time;
  };
  std::vector<Process> line = {{number_of(event, FieldId::process_pid), number_of(event, FieldId::process_start_time)}};
  if (event.ancestors) {
    for (const auto& each : *event.ancestors) line.push_back({each.pid.value_or(-1), each.start_time.value_or(0)});
  }
  for (size_t i = 0; i < line.size(); ++i) {
    const auto is = [&](const Marking& m) { return m.pid == line[i].pid && m.start_time == line[i].start_time; };
    if (i == 0 && follow(world, name, MarkTarget::kProcess, is).now) return true;
    const Held tree = follow(world, name, MarkTarget::kTree, is);
    if (tree.now && (i == 0 || static_cast<uint64_t>(line[i - 1].start_time) >= tree.since)) return true;
  }
  return false;
}

// process.marked and file.marked as lists; nullopt: the field is neither.
std::optional<List> marks_of(const World& world, FieldId field) {
  if (field != FieldId::process_marked && field != FieldId::file_marked) return std::nullopt;
  List list;
  list.absent = world.markings == nullptr;
  if (list.absent) return list;
  const bool file = field == FieldId::file_marked;
  const Value path = file ? marked_path(*world.event) : Value{};
  std::vector<Text> names;
  bool open = false;  // some mark might be there that is not seen
  for (const Marking& marking : *world.markings) {
    const Text& name = marking.action.name;
    const MarkTarget target = marking.action.target;
    if ((target == MarkTarget::kFile) != file) continue;
    const bool live = marking.time + marking.action.for_ns > static_cast<uint64_t>(world.event->time_unix_ns);
    if (file) {
      open = open || (live && path.kind == Value::kCut);
      if (path.kind != Value::kText) continue;
    } else {
      open = open || (live && target == MarkTarget::kTree && is_truncated(*world.event, FieldId::process_ancestors));
    }
    const bool held = file ? follow(world, name, MarkTarget::kFile, [&](const Marking& m) { return m.path == path.text; }).now
                           : is_marked(world, name);
    if (held && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  for (const Text& name : names) list.texts.push_back({Value::kText, 0, name});
  list.truncated = open;
  if (open) list.texts.push_back({Value::kCut, 0, {}});
  return list;
}

Text lower(Text text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

// Naive: tries every split at every star.
bool glob(const Text& pattern, size_t p, const Text& value, size_t v, bool path) {
  if (p == pattern.size()) return v == value.size();
  if (pattern[p] == '*') {
    const bool crosses = !path || (p + 1 < pattern.size() && pattern[p + 1] == '*');
    size_t next = p;
    while (next < pattern.size() && pattern[next] == '*') ++next;
    for (size_t i = v;; ++i) {
      if (glob(pattern, next, value, i, path)) return true;
      if (i == value.size() || (!crosses && value[i] == '/')) return false;
    }
  }
  if (v == value.size()) return false;
  if (pattern[p] == '?') return !(path && value[v] == '/') && glob(pattern, p + 1, value, v + 1, path);
  if (pattern[p] == '[') {
    const bool negated = pattern[p + 1] == '!';
    bool in = false;
    size_t i = p + 1 + (negated ? 1 : 0);
    for (; pattern[i] != ']'; ++i) {
      if (pattern[i + 1] == '-' && pattern[i + 2] != ']') {
        in = in || (pattern[i] <= value[v] && value[v] <= pattern[i + 2]);
        i += 2;
      } else {
        in = in || pattern[i] == value[v];
      }
    }
    return in != negated && !(path && value[v] == '/') && glob(pattern, i + 1, value, v + 1, path);
  }
  if (pattern[p] == '\\') ++p;
  return pattern[p] == value[v] && glob(pattern, p + 1, value, v + 1, path);
}

// Bit by bit.
bool in_range(const Text& address, const Text& range) {
  for (size_t bit = 0; bit < static_cast<unsigned char>(range[16]); ++bit) {
    if (((address[bit / 8] ^ range[bit / 8]) >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

Type type_of(const Test& test) {
  return test.subject.field == FieldId::kNone || test.subject.selector != Selector::kNone ? Type::kString
                                                                                          : info(test.subject.field).type;
}

bool holds(const Test& test, const Value& value, const Literal& literal, bool path) {
  if (value.kind == Value::kNumber) {
    const int64_t number = std::get<int64_t>(literal);
    switch (test.op) {
      case Operator::kEquals:
        return value.number == number;
      case Operator::kLess:
        return value.number < number;
      case Operator::kLessEqual:
        return value.number <= number;
      case Operator::kGreater:
        return value.number > number;
      case Operator::kGreaterEqual:
        return value.number >= number;
      case Operator::kHas:
        return (static_cast<uint64_t>(value.number) & static_cast<uint64_t>(number)) != 0;
      default:
        return false;
    }
  }
  const Text text = test.nocase ? lower(value.text) : value.text;
  const Text word =
      test.nocase && test.op != Operator::kMatches ? lower(std::get<std::string>(literal)) : std::get<std::string>(literal);
  switch (test.op) {
    case Operator::kEquals:
      return type_of(test) == Type::kIp ? in_range(text, word) : text == word;
    case Operator::kContains:
      return text.find(word) != Text::npos;
    case Operator::kStartsWith:
      return text.substr(0, word.size()) == word;
    case Operator::kEndsWith:
      return text.size() >= word.size() && text.substr(text.size() - word.size()) == word;
    case Operator::kUnder:
      if (type_of(test) == Type::kDomain) {
        const Text below = "." + word;
        return text == word || (text.size() > below.size() && text.substr(text.size() - below.size()) == below);
      }
      return text == word || text.substr(0, word.size() + 1) == word + "/";
    case Operator::kLike:
      return glob(word, 0, text, 0, path);
    case Operator::kMatches:
      return std::regex_search(
          value.text, std::regex(word, test.nocase ? std::regex::ECMAScript | std::regex::icase : std::regex::ECMAScript));
    default:
      return false;
  }
}

Truth truth(bool value) {
  return value ? Truth::kTrue : Truth::kFalse;
}

// Of a test whose right side is made of a field that was cut: it has no literals, and this table.
constexpr uint32_t kNotKnown = UINT32_MAX;

Truth test_value(const Test& test, const Value& value, bool path) {
  if (value.kind == Value::kAbsent) return Truth::kFalse;
  if (test.table == kNotKnown) return Truth::kUnknown;
  if (test.op == Operator::kExists) return Truth::kTrue;
  if (value.kind == Value::kCut) return Truth::kUnknown;
  return truth(
      std::any_of(test.literals.begin(), test.literals.end(), [&](const Literal& l) { return holds(test, value, l, path); }));
}

// What each complete element says, and that the last one is not known.
Truth over_elements(size_t size, bool truncated, bool any, const std::function<Truth(size_t)>& each) {
  Truth result = any ? Truth::kFalse : Truth::kTrue;
  const size_t complete = truncated && size > 0 ? size - 1 : size;
  for (size_t i = 0; i < complete; ++i) result = any ? std::max(result, each(i)) : std::min(result, each(i));
  if (truncated) result = any ? std::max(result, Truth::kUnknown) : std::min(result, Truth::kUnknown);
  return result;
}

// getopt_long, naively: what options.h says of the algorithm.
struct Command {
  std::vector<std::pair<Text, std::optional<Text>>> options;  // with dashes; value
  std::vector<Text> operands;
  bool open = false;           // an element that is not known would have been asked
  bool operands_open = false;  // the operands do not end here for certain
};

const OptionSpec* find(const std::vector<OptionSpec>& specs, const Text& name) {
  for (const OptionSpec& spec : specs) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

Command parse(const World& world) {
  const EventValues& event = *world.event;
  Command out;
  const bool truncated = is_truncated(event, FieldId::argv);
  const std::vector<Text> argv = event.argv.value_or(std::vector<Text>{});
  const Value name = field_value(event, FieldId::process_name);
  static const OptionTable kNone;
  const OptionTable* table = nullptr;
  if (name.kind == Value::kText) {
    for (const OptionTable& t : *world.tables) {
      if (table == nullptr && t.pattern == name.text) table = &t;
    }
    for (const OptionTable& t : *world.tables) {
      if (table == nullptr && glob(t.pattern, 0, name.text, 0, false)) table = &t;
    }
  }
  const bool known_table = table != nullptr;
  if (table == nullptr) table = &kNone;
  const size_t known = truncated && !argv.empty() ? argv.size() - 1 : argv.size();
  size_t i = 1;
  bool ended = false;
  const auto next_value = [&]() -> std::optional<Text> {
    if (i + 1 < known) return argv[++i];
    if (truncated) {
      out.open = true;
      ended = true;
    }
    return std::nullopt;
  };
  while (!ended && i < known) {
    const Text& element = argv[i];
    if (element == "--") {
      ended = true;
      ++i;
    } else if (element.size() < 2 || element[0] != '-') {
      if (table->permute) {
        out.operands.push_back(element);
        ++i;
      } else {
        ended = true;
      }
    } else if (element[1] == '-' || find(table->words, element.substr(1)) != nullptr ||
               (element.find('=') != Text::npos && find(table->words, element.substr(1, element.find('=') - 1)) != nullptr &&
                find(table->words, element.substr(1, element.find('=') - 1))->value != ValueKind::kNone)) {
      const bool is_long = element[1] == '-';
      const size_t equals = element.find('=');
      const Text dashed = element.substr(0, equals);
      const OptionSpec* spec = find(is_long ? table->longs : table->words, dashed.substr(is_long ? 2 : 1));
      std::optional<Text> value;
      if (equals != Text::npos) {
        value = element.substr(equals + 1);
      } else if (spec != nullptr && spec->value == ValueKind::kRequired) {
        value = next_value();
      }
      out.options.emplace_back(dashed, value);
      if (spec != nullptr && spec->ends) ended = true;
      ++i;
    } else {
      for (size_t at = 1; at < element.size(); ++at) {
        if (!known_table && at > 1 && std::isalnum(static_cast<unsigned char>(element[at])) == 0) break;
        const OptionSpec* spec = find(table->shorts, element.substr(at, 1));
        std::optional<Text> value;
        const Text letter = "-" + element.substr(at, 1), rest = element.substr(at + 1);
        const ValueKind kind = spec == nullptr ? ValueKind::kNone : spec->value;
        bool stop = spec != nullptr && spec->ends;
        if (stop) ended = true;
        if (kind == ValueKind::kDigits) {
          std::smatch match;
          if (std::regex_search(rest, match, std::regex("^(x[0-9a-fA-F]+|[0-9]+)"))) {
            value = match.str();
            at += value->size();
          }
        } else if (kind != ValueKind::kNone) {
          stop = true;
          if (!rest.empty()) {
            value = rest;
          } else if (kind == ValueKind::kRequired) {
            value = next_value();
          }
        }
        out.options.emplace_back(letter, value);
        if (stop) break;
      }
      ++i;
    }
  }
  if (truncated && !ended) out.open = true;
  out.operands_open = truncated;
  if (ended && !out.open) {
    for (; i < known; ++i) out.operands.push_back(argv[i]);
  }
  return out;
}

Truth test_argv(const Test& test, const World& world) {
  const List list = list_of(world, FieldId::argv);
  if (list.absent) return Truth::kFalse;
  const Command command = parse(world);
  const Truth not_found = command.open ? Truth::kUnknown : Truth::kFalse;
  switch (test.op) {
    case Operator::kHasFlag:
    case Operator::kHasOption:
      for (const Literal& literal : test.literals) {
        const Text wanted = (test.op == Operator::kHasFlag ? "-" : "") + std::get<std::string>(literal);
        for (const auto& option : command.options) {
          if (option.first == wanted) return Truth::kTrue;
        }
      }
      return not_found;
    default:
      break;
  }
  if (test.subject.selector == Selector::kOption) {
    std::vector<Text> values;
    for (const auto& [name, value] : command.options) {
      if (name == test.subject.option && value) values.push_back(*value);
    }
    const bool any = test.over != Over::kAllElements;
    Truth result = any ? Truth::kFalse : Truth::kTrue;
    if (values.empty()) return not_found;
    for (const Text& value : values) {
      const Truth one = test_value(test, {Value::kText, 0, value}, false);
      result = any ? std::max(result, one) : std::min(result, one);
    }
    if (command.open) result = any ? std::max(result, Truth::kUnknown) : std::min(result, Truth::kUnknown);
    return result;
  }
  // An operand.
  if (test.subject.operand < command.operands.size()) {
    return test_value(test, {Value::kText, 0, command.operands[test.subject.operand]}, false);
  }
  return command.operands_open || command.open ? Truth::kUnknown : Truth::kFalse;
}

// Every element of the map that has the key; where the map was cut there may be one more.
Truth test_key(const Test& test, const World& world) {
  const List map = list_of(world, test.subject.field);
  if (map.absent) return Truth::kFalse;
  const Text head = test.subject.option + "=";
  std::vector<Truth> truths;
  for (const Value& element : map.texts) {
    const bool named = element.text.substr(0, head.size()) == head;
    if (!named) continue;
    if (test.op == Operator::kExists) {
      truths.push_back(Truth::kTrue);
    } else if (element.kind == Value::kCut) {
      truths.push_back(Truth::kUnknown);
    } else {
      truths.push_back(test_value(test, {Value::kText, 0, element.text.substr(head.size())}, false));
    }
  }
  if (map.truncated) truths.push_back(Truth::kUnknown);
  return truths.empty() ? Truth::kFalse : *std::max_element(truths.begin(), truths.end());
}

// count(list), list[n]
Truth test_of_list(const Test& test, const World& world) {
  const List list = list_of(world, test.subject.field);
  if (list.absent) return Truth::kFalse;
  if (test.subject.selector == Selector::kCount) {
    if (list.truncated) return Truth::kUnknown;
    return test_value(test, {Value::kNumber, static_cast<int64_t>(list.size()), {}}, false);
  }
  if (test.subject.operand < list.texts.size()) return test_value(test, list.texts[test.subject.operand], false);
  return list.truncated ? Truth::kUnknown : Truth::kFalse;
}

struct Bound {
  FieldId list;
  size_t element;
};

Truth evaluate_test(const Test& test, const World& world, const std::vector<Bound>& loops);

// The right side made a literal; of an address the range of itself.
Truth evaluate_filled(Test test, const World& world, const std::vector<Bound>& loops) {
  const bool number =
      test.op != Operator::kExists && test.over == Over::kValue && storage_of(type_of(test)) == Storage::kNumber;
  Text whole;
  bool cut = false;
  for (const TextPart& part : test.right) {
    if (const Text* text = std::get_if<Text>(&part)) {
      whole += *text;
      continue;
    }
    const Value value = field_value(*world.event, std::get<FieldId>(part));
    if (value.kind == Value::kAbsent) return Truth::kFalse;
    cut = cut || value.kind == Value::kCut;
    if (value.kind == Value::kNumber && number) test.literals = {value.number};
    whole += value.kind == Value::kNumber ? std::to_string(value.number) : value.text;
  }
  if (type_of(test) == Type::kIp) whole.push_back(static_cast<char>(128));
  if (!number && test.op == Operator::kUnder && type_of(test) != Type::kDomain) {
    while (!whole.empty() && whole.back() == '/') whole.pop_back();
  }
  if (!number) test.literals = {whole};
  test.right.clear();
  if (cut) test.table = kNotKnown;
  return evaluate_test(test, world, loops);
}

// The entries of the list are as many literals.
Test with_entries(Test test, const ValueTable& list) {
  uint32_t begin = 0;
  for (size_t i = 0; i < list.entries.size(); i += 2) {
    test.literals.emplace_back(list.bytes.substr(begin, list.entries[i] - begin));
    begin = list.entries[i + 1];
  }
  test.table = 0;
  return test;
}

Truth evaluate_test(const Test& test, const World& world, const std::vector<Bound>& loops) {
  if (test.table != 0 && test.table != kNotKnown && world.lists != nullptr)
    return evaluate_test(with_entries(test, (*world.lists)[test.table - 1]), world, loops);
  if (!test.right.empty()) return evaluate_filled(test, world, loops);
  const Subject& subject = test.subject;
  if (subject.variable > 0) {
    const Bound& bound = loops[subject.variable - 1];
    const List list = list_of(world, bound.list);
    if (subject.field == FieldId::kNone) return test_value(test, list.texts[bound.element], false);
    return test_value(test, ancestor_value(*list.records[bound.element], subject.field),
                      info(subject.field).type == Type::kPath);
  }
  const Type type = info(subject.field).type;
  if (type == Type::kMap) return test_key(test, world);
  if (subject.selector == Selector::kCount || subject.selector == Selector::kElement) return test_of_list(test, world);
  if (subject.selector != Selector::kNone || test.op == Operator::kHasFlag || test.op == Operator::kHasOption)
    return test_argv(test, world);
  if (type == Type::kStringList || type == Type::kRecordList) {
    const List list = list_of(world, subject.field);
    if (list.absent) return Truth::kFalse;
    if (test.op == Operator::kExists) return Truth::kTrue;
    if (world.kernel_knows && list.truncated && !list.texts.empty() && test.op == Operator::kStartsWith && !test.nocase &&
        test.over == Over::kAnyElement && test_value(test, {Value::kText, 0, list.texts.back().text}, false) == Truth::kTrue) {
      return Truth::kTrue;
    }
    return over_elements(list.size(), list.truncated, test.over == Over::kAnyElement,
                         [&](size_t i) { return test_value(test, list.texts[i], false); });
  }
  const Value value = field_value(*world.event, subject.field);
  const bool exe = subject.field == FieldId::process_exe;
  if (world.kernel_knows && (exe || subject.field == FieldId::file_path) && test.op == Operator::kEquals && !test.nocase &&
      test.right.empty() && value.kind == Value::kCut) {
    const Value name = field_value(*world.event, exe ? FieldId::process_name : FieldId::file_name);
    const bool possible =
        name.kind == Value::kCut || std::any_of(test.literals.begin(), test.literals.end(), [&](const Literal& l) {
          const Text& path = std::get<std::string>(l);
          return name.kind == Value::kText && path.substr(path.rfind('/') + 1) == name.text;
        });
    return possible ? Truth::kUnknown : Truth::kFalse;
  }
  return test_value(test, value, type == Type::kPath);
}

// Predicate and Program differ in the names of their kinds only.
enum class Kind { kFalse, kTrue, kNot, kAnd, kOr, kTest, kAny, kAll };

Kind kind(const PredicateNode& node) {
  switch (node.kind) {
    case PredicateKind::kFalse:
      return Kind::kFalse;
    case PredicateKind::kTrue:
      return Kind::kTrue;
    case PredicateKind::kNot:
      return Kind::kNot;
    case PredicateKind::kAnd:
      return Kind::kAnd;
    case PredicateKind::kOr:
      return Kind::kOr;
    case PredicateKind::kTest:
      return Kind::kTest;
    case PredicateKind::kAny:
      return Kind::kAny;
    case PredicateKind::kAll:
      return Kind::kAll;
  }
  return Kind::kFalse;
}

Kind kind(const ProgramNode& node) {
  switch (node.kind) {
    case NodeKind::kFalse:
      return Kind::kFalse;
    case NodeKind::kTrue:
      return Kind::kTrue;
    case NodeKind::kAnd:
      return Kind::kAnd;
    case NodeKind::kOr:
      return Kind::kOr;
    case NodeKind::kTest:
      return Kind::kTest;
    case NodeKind::kAny:
      return Kind::kAny;
    case NodeKind::kAll:
      return Kind::kAll;
  }
  return Kind::kFalse;
}

template <class Tree>
Truth evaluate_node(const Tree& tree, uint32_t at, const World& world, std::vector<Bound>& loops) {
  const auto& node = tree.nodes[at];
  Truth result = Truth::kFalse;
  switch (kind(node)) {
    case Kind::kFalse:
      return Truth::kFalse;
    case Kind::kTrue:
      return Truth::kTrue;
    case Kind::kNot:
      return !evaluate_node(tree, at + 1, world, loops);
    case Kind::kAnd:
    case Kind::kOr: {
      const bool is_and = kind(node) == Kind::kAnd;
      result = is_and ? Truth::kTrue : Truth::kFalse;
      for (uint32_t child = at + 1; child < node.end; child = tree.nodes[child].end) {
        const Truth one = evaluate_node(tree, child, world, loops);
        result = is_and ? std::min(result, one) : std::max(result, one);
      }
      return result;
    }
    case Kind::kTest:
      result = evaluate_test(tree.tests[node.test], world, loops);
      break;
    case Kind::kAny:
    case Kind::kAll: {
      const List list = list_of(world, node.list);
      if (list.absent) break;
      const bool any = kind(node) == Kind::kAny;
      result = any ? Truth::kFalse : Truth::kTrue;
      // The cut element is there, its text is not known; more may follow it.
      for (size_t i = 0; i < list.size(); ++i) {
        loops.push_back({node.list, i});
        const Truth one = evaluate_node(tree, at + 1, world, loops);
        loops.pop_back();
        result = any ? std::max(result, one) : std::min(result, one);
      }
      if (list.truncated) result = any ? std::max(result, Truth::kUnknown) : std::min(result, Truth::kUnknown);
      break;
    }
  }
  return node.negated ? !result : result;
}

}  // namespace

std::optional<Marking> marking_of(const MarkAction& action, const EventValues& event) {
  Marking marking{action,
                  number_of(event, FieldId::process_pid),
                  number_of(event, FieldId::process_start_time),
                  {},
                  static_cast<uint64_t>(event.time_unix_ns)};
  if (action.target != MarkTarget::kFile) return marking;
  const Value path = marked_path(event);
  if (path.kind != Value::kText) return std::nullopt;
  marking.path = path.text;
  return marking;
}

Truth evaluate(const Predicate& predicate, const World& world) {
  std::vector<Bound> loops;
  return evaluate_node(predicate, 0, world, loops);
}

Truth evaluate(const Program& program, const World& world) {
  std::vector<Bound> loops;
  return evaluate_node(program, 0, world, loops);
}

Truth evaluate_clause(const Clause& clause, const Predicate& simplified, const World& world) {
  Truth all = Truth::kTrue;
  std::vector<Bound> loops;
  for (const uint32_t term : clause.terms) all = std::min(all, evaluate_node(simplified, term, world, loops));
  return all;
}

Truth evaluate(const Clauses& clauses, const Predicate& simplified, const World& world) {
  Truth any = Truth::kFalse;
  for (const Clause& clause : clauses.clauses) any = std::max(any, evaluate_clause(clause, simplified, world));
  return any;
}

}  // namespace recipe::slow
