// SPDX-License-Identifier: Apache-2.0
// `test "..." match exec { process: { name: perl }, argv: [perl, "-e"] }` → EventValues. A field is `process.name: perl` or
// nested; the record is encoded once here, so that an event which cannot be is refused with its place.
#include <fmt/format.h>

#include <limits>

#include "bpf/abi/limits.h"
#include "compiler/check/addresses.h"
#include "compiler/check/literals.h"
#include "compiler/check/suggest.h"

namespace recipe::checking {
namespace {

using Ancestor = EventValues::AncestorValues;

class EventReader {
 public:
  EventReader(Context& context, DocumentIndex document, EventValues& out)
      : context_(context), place_{document, nullptr}, out_(out) {}

  void read(ValueId id) {
    struct Pending {
      std::string prefix;
      ValueId object;
    };
    std::vector<Pending> pending = {{"", id}};
    for (size_t i = 0; i < pending.size(); ++i) {
      const Pending at = pending[i];
      for (const ValueEntry& entry : written(at.object).entries) {
        if (!entry.value.valid()) {
          context_.silent_fault();
          continue;
        }
        const std::string name = at.prefix + entry.name.text;
        if (written(entry.value).form == ValueForm::kObject && find_field(name) == nullptr && is_prefix(name)) {
          pending.push_back({name + ".", entry.value});
        } else {
          field(name, entry);
        }
      }
    }
  }

  // A contradiction between process.parent.* and the first of process.ancestors.
  [[nodiscard]] const std::unordered_map<FieldId, Span>& seen() const { return seen_; }

 private:
  [[nodiscard]] const WrittenValue& written(ValueId id) const { return context_.document(place_.document)[id]; }

  static bool is_prefix(std::string_view name) {
    for (const FieldInfo& each : all_fields()) {
      if (each.list == FieldId::kNone && each.name.size() > name.size() && each.name.starts_with(name) &&
          each.name[name.size()] == '.')
        return true;
    }
    return false;
  }

  void wrong(Span span, std::string message, std::string label = {}) {
    context_.fault(Code::kWrongEvent, span, std::move(message), std::move(label));
  }

  void field(const std::string& name, const ValueEntry& entry) {
    const FieldInfo* known = look_up_field(context_, name, entry.name.span);
    if (known == nullptr) return;
    if (!has_field(out_.event, known->id)) {
      context_.fault(Code::kFieldOfOtherEvent, entry.name.span,
                     fmt::format("the event `{}` has no field `{}`", info(out_.event).name, name),
                     "is a field of " + spell_events_with(known->id));
      return;
    }
    const auto [first, fresh] = seen_.emplace(known->id, entry.name.span);
    if (!fresh) {
      Diagnostic& fault = context_.fault(Code::kDuplicateKey, entry.name.span,
                                         fmt::format("the field `{}` is given twice", name), "given again here");
      fault.secondary.push_back({first->second, "first given here"});
      return;
    }
    if (known->origin == Origin::kState)
      return wrong(entry.name.span, fmt::format("no event has `{}`: recipes set it", name),
                   "write the event that marks before this one, as in `match exec { ... } then unlink { ... }`");
    if (known->origin == Origin::kDerived)
      return wrong(entry.name.span, fmt::format("`{}` is computed", name), "give `argv` instead");
    switch (known->type) {
      case Type::kBool:
      case Type::kInt:
      case Type::kPort:
      case Type::kFlags:
        if (const auto number = read_number(*known, entry.value)) out_.numbers.emplace_back(known->id, *number);
        break;
      case Type::kDomain:
      case Type::kIp:
        if (auto text = read_network(*known, entry.value)) out_.texts.emplace_back(known->id, std::move(*text));
        break;
      case Type::kString:
      case Type::kPath:
        if (auto text = read_text(known->name, known->type, entry.value)) out_.texts.emplace_back(known->id, std::move(*text));
        break;
      case Type::kStringList:
        read_list(*known, entry.value);
        break;
      case Type::kRecordList:
        read_ancestors(*known, entry.value);
        break;
      case Type::kMap:
        read_map(*known, entry.value);
        break;
    }
  }

  // Ids of processes, users and groups have 32 bits.
  static bool is_id(const FieldInfo& field) {
    const std::string_view last = field.name.substr(field.name.rfind('.') + 1);
    return last == "pid" || last == "tid" || last == "uid" || last == "gid" || last == "euid";
  }

  std::optional<int64_t> read_number(const FieldInfo& field, ValueId id) {
    if (field.type == Type::kFlags) return read_flags(field, id);
    const std::optional<Item> item = scalar(context_, place_, id);
    if (!item) return std::nullopt;
    const WrittenValue& value = context_.written(*item);
    if (field.type == Type::kPort || field.type == Type::kInt) {
      const LiteralUse use{Operator::kEquals, field.type, field.id, false, field.name};
      const std::optional<Literal> number = check_literal(context_, use, *item);
      if (!number) return std::nullopt;
      if (value.number < 0 || (is_id(field) && value.number > std::numeric_limits<uint32_t>::max())) {
        wrong(value.span, fmt::format("`{}` cannot be {}", field.name, value.number), "out of range");
        return std::nullopt;
      }
      return std::get<int64_t>(*number);
    }
    if (value.form == ValueForm::kBool) return value.number;
    context_.fault(
        Code::kWrongLiteral, value.span,
        fmt::format("`{}` is a bool and `{}` is {}", field.name, spell_value(context_, *item), form_name(value.form)),
        "write `true` or `false`");
    return std::nullopt;
  }

  // file.access: [read, write]
  std::optional<int64_t> read_flags(const FieldInfo& field, ValueId id) {
    const WrittenValue& whole = written(id);
    if (whole.form == ValueForm::kList && whole.items.empty()) return 0;
    std::vector<Item> items;
    if (!collect(context_, place_, id, true, items)) return std::nullopt;
    uint64_t bits = 0;
    for (const Item& item : items) {
      const std::optional<Literal> mask =
          check_literal(context_, {Operator::kHas, field.type, field.id, false, field.name}, item);
      if (!mask) return std::nullopt;
      bits |= static_cast<uint64_t>(std::get<int64_t>(*mask));
    }
    return static_cast<int64_t>(bits);
  }

  std::optional<std::string> network_text(const FieldInfo& field, const WrittenValue& value) {
    const bool address = field.type == Type::kIp;
    NetworkLiteral read = address ? read_address(value.text) : read_domain(value.text);
    if (!read.fault) return std::move(read.value);
    context_.fault(address ? Code::kWrongAddress : Code::kWrongDomain, value.span, std::move(read.fault->message),
                   std::move(read.fault->label));
    return std::nullopt;
  }

  std::optional<std::string> text_of(std::string_view name, Type type, Item item) {
    const WrittenValue& value = context_.written(item);
    if (value.form != ValueForm::kString && value.form != ValueForm::kWord && value.form != ValueForm::kPath) {
      Diagnostic& fault = context_.fault(Code::kWrongLiteral, value.span,
                                         fmt::format("`{}` is {} and `{}` is {}", name, with_article(type),
                                                     spell_value(context_, item), form_name(value.form)),
                                         fmt::format("write `\"{}\"`", spell_value(context_, item)));
      fault.fixes.push_back({value.span, fmt::format("\"{}\"", spell_value(context_, item)), "write it as a string"});
      return std::nullopt;
    }
    if (value.text.find('\0') != std::string::npos) {
      wrong(value.span, "no string of the kernel holds a NUL byte", "leave it out");
      return std::nullopt;
    }
    return value.text;
  }

  std::optional<std::string> read_text(std::string_view name, Type type, ValueId id) {
    const std::optional<Item> item = scalar(context_, place_, id);
    return item ? text_of(name, type, *item) : std::nullopt;
  }

  std::optional<std::string> read_network(const FieldInfo& field, ValueId id) {
    const std::optional<Item> item = scalar(context_, place_, id);
    if (!item) return std::nullopt;
    const WrittenValue& value = context_.written(*item);
    const bool words = value.form == ValueForm::kString || value.form == ValueForm::kWord || value.form == ValueForm::kPath;
    if (words || (value.form == ValueForm::kAddress && field.type == Type::kIp)) return network_text(field, value);
    return text_of(field.name, field.type, *item);
  }

  void read_list(const FieldInfo& field, ValueId id) {
    const WrittenValue& value = written(id);
    std::vector<Item> items;
    std::vector<std::string> texts;
    const bool empty = value.form == ValueForm::kList && value.items.empty();
    if (!empty && !collect(context_, place_, id, false, items)) return;
    for (const Item& item : items) {
      std::optional<std::string> text = text_of(field.name, Type::kString, item);
      if (!text) return;
      texts.push_back(std::move(*text));
    }
    if (field.id == FieldId::argv) {
      out_.argv = std::move(texts);
    } else {
      out_.lists.emplace_back(field.id, std::move(texts));
    }
  }

  // env: { LD_PRELOAD: "/tmp/x.so" }
  void read_map(const FieldInfo& field, ValueId id) {
    const WrittenValue& value = written(id);
    if (value.form != ValueForm::kObject)
      return wrong(value.span, fmt::format("`{}` is {}", field.name, with_article(field.type)),
                   "write it as in `{ LD_PRELOAD: \"/tmp/x.so\" }`");
    std::vector<std::string> pairs;
    for (const ValueEntry& entry : value.entries) {
      if (!entry.value.valid()) return context_.silent_fault();
      if (entry.name.text.empty() || entry.name.text.find('=') != std::string::npos)
        return wrong(entry.name.span, "no variable has such a name", "a name is not empty and holds no `=`");
      std::optional<std::string> text = read_text(entry.name.text, Type::kString, entry.value);
      if (!text) return;
      pairs.push_back(entry.name.text + "=" + *text);
    }
    out_.lists.emplace_back(field.id, std::move(pairs));
  }

  void read_ancestors(const FieldInfo& field, ValueId id) {
    const WrittenValue& value = written(id);
    if (value.form != ValueForm::kList) {
      context_.fault(Code::kOneOrMany, value.span, fmt::format("`{}` is a list of records", field.name),
                     "write it as in `[{ name: bash }, { name: sshd }]`");
      return;
    }
    std::vector<Ancestor> ancestors;
    for (const ValueId item : value.items) {
      const WrittenValue& record = written(item);
      if (record.form != ValueForm::kObject) {
        context_.fault(Code::kWrongLiteral, record.span, fmt::format("`{}` is a list of records", field.name),
                       "write a record, as in `{ name: bash }`");
        continue;
      }
      ancestors.emplace_back();
      for (const ValueEntry& entry : record.entries) {
        if (entry.value.valid()) read_ancestor(field, entry, ancestors.back());
      }
    }
    if (ancestors.size() > RECIPE_ANCESTORS) {
      return wrong(value.span, fmt::format("a record holds at most {} ancestors", RECIPE_ANCESTORS),
                   fmt::format("{} given", ancestors.size()));
    }
    out_.ancestors = std::move(ancestors);
  }

  template <class T>
  void set(std::optional<T>& part, std::optional<T> value, const Word& name) {
    if (part) {
      context_.fault(Code::kDuplicateKey, name.span, fmt::format("the field `{}` is given twice", name.text),
                     "given again here");
    } else {
      part = std::move(value);
    }
  }

  void read_ancestor(const FieldInfo& list, const ValueEntry& entry, Ancestor& out) {
    const FieldInfo* known = find_element(list.id, entry.name.text);
    if (known == nullptr) {
      const std::string near = suggest_element(list.id, entry.name.text);
      context_.fault(Code::kUnknownField, entry.name.span, fmt::format("unknown field `{}`", entry.name.text),
                     near.empty() ? fmt::format("the records of `{}` have no such field", list.name)
                                  : fmt::format("did you mean `{}`?", near));
      return;
    }
    if (known->type == Type::kInt) {
      const std::optional<int64_t> number = read_number(*known, entry.value);
      if (known->id == FieldId::ancestor_pid) set(out.pid, number, entry.name);
      if (known->id == FieldId::ancestor_uid) set(out.uid, number, entry.name);
      if (known->id == FieldId::ancestor_start_time) set(out.start_time, number, entry.name);
      return;
    }
    std::optional<std::string> text = read_text(known->name, known->type, entry.value);
    if (known->id == FieldId::ancestor_name) {
      set(out.name, std::move(text), entry.name);
    } else if (known->id == FieldId::ancestor_comm) {
      set(out.comm, std::move(text), entry.name);
    } else if (known->id == FieldId::ancestor_exe) {
      set(out.exe, std::move(text), entry.name);
    } else if (known->id == FieldId::ancestor_cmdline) {
      set(out.cmdline, std::move(text), entry.name);
    }
  }

  Context& context_;
  Place place_;
  EventValues& out_;
  std::unordered_map<FieldId, Span> seen_;
};

constexpr int64_t kStepNs = 1'000'000;  // where nothing is said

constexpr uint32_t kMaxTestEvents = 10'000;  // of one test

// What is not written is `otherwise`. nullopt: reported.
std::optional<int64_t> time_of(Context& context, DocumentIndex document, const std::optional<ValueId>& written,
                               int64_t otherwise) {
  if (!written) return otherwise;
  if (!written->valid()) return context.silent_fault(), std::nullopt;
  const std::optional<Item> item = scalar(context, {document, nullptr}, *written);
  if (!item) return std::nullopt;
  const WrittenValue& value = context.written(*item);
  if (value.form == ValueForm::kDuration && value.number >= 0) return value.number;
  context.fault(Code::kWrongEvent, value.span, fmt::format("`{}` is no time", spell_value(context, *item)),
                "a duration, as in `after 5s`");
  return std::nullopt;
}

std::optional<uint32_t> times_of(Context& context, DocumentIndex document, const WrittenStep& step) {
  if (!step.times) return 1;
  if (!step.times->valid()) return context.silent_fault(), std::nullopt;
  const std::optional<Item> item = scalar(context, {document, nullptr}, *step.times);
  if (!item) return std::nullopt;
  const WrittenValue& value = context.written(*item);
  if (value.form == ValueForm::kInt && value.number >= 1 && value.number <= kMaxTestEvents)
    return static_cast<uint32_t>(value.number);
  context.fault(Code::kWrongEvent, value.span, fmt::format("`{}` is no number of events", spell_value(context, *item)),
                fmt::format("a number from 1 to {}, as in `times 21`", kMaxTestEvents));
  return std::nullopt;
}

// nullopt: reported. time: of the step before; then of this one.
std::optional<EventValues> read_step(Context& context, DocumentIndex document, const WrittenStep& step, bool first,
                                     int64_t& time) {
  const size_t before = context.faults;
  const EventInfo* event = event_of(context, step.event);
  if (event == nullptr) return std::nullopt;
  if (!step.values.valid()) return context.silent_fault(), std::nullopt;
  EventValues values;
  values.event = event->id;
  EventReader(context, document, values).read(step.values);
  const std::optional<int64_t> gap = time_of(context, document, step.after, first ? 0 : kStepNs);
  if (context.faults != before || !gap) return std::nullopt;
  time += std::min(*gap, std::numeric_limits<int64_t>::max() - time);
  values.time_unix_ns = time;
  if (const auto record = encode_record(values); !record) {
    context.fault(Code::kWrongEvent, context.document(document)[step.values].span, "the event cannot be",
                  record.error().message());
    return std::nullopt;
  }
  return values;
}

// nullopt: reported.
std::optional<RecipeTest> read_test(Context& context, DocumentIndex document, const WrittenTest& test) {
  RecipeTest made{test.title.text, test.expectation, {}, test.span};
  int64_t time = 0;
  for (const WrittenStep& step : test.steps) {
    const bool last = &step == &test.steps.back();
    if (step.event.text == "wait" && !step.values.valid() && step.after) {
      const std::optional<int64_t> wait = time_of(context, document, step.after, 0);
      if (!wait) return std::nullopt;
      if (made.steps.empty()) {
        context.fault(Code::kWrongEvent, step.event.span, "a test does not begin with `wait`", "nothing has happened yet");
        return std::nullopt;
      }
      time += std::min(*wait, std::numeric_limits<int64_t>::max() - time);
      if (last) made.wait_ns = *wait;
      continue;
    }
    std::optional<EventValues> values = read_step(context, document, step, made.steps.empty(), time);
    const std::optional<uint32_t> times = times_of(context, document, step);
    const std::optional<int64_t> every = time_of(context, document, step.every, kStepNs);
    if (!values || !times || !every) return std::nullopt;
    if (made.steps.size() + *times > kMaxTestEvents) {
      context.fault(Code::kTooLarge, test.title.span, fmt::format("a test has at most {} events", kMaxTestEvents));
      return std::nullopt;
    }
    for (uint32_t i = 0; i < *times; ++i) {
      if (i > 0) time += std::min(*every, std::numeric_limits<int64_t>::max() - time);
      made.steps.push_back(*values);
      made.steps.back().time_unix_ns = time;
    }
  }
  if (made.steps.empty()) return std::nullopt;
  return made;
}

}  // namespace

void check_tests(Context& context, DocumentIndex document, const WrittenRecipe& written, Recipe& out) {
  std::unordered_map<std::string_view, Span> titles;
  for (const WrittenTest& test : written.tests) {
    if (const auto [first, fresh] = titles.emplace(test.title.text, test.title.span); !fresh) {
      Diagnostic& fault = context.fault(Code::kDuplicateName, test.title.span,
                                        fmt::format("the test \"{}\" is there already", test.title.text), "named again here");
      fault.secondary.push_back({first->second, "first named here"});
    }
    if (std::optional<RecipeTest> made = read_test(context, document, test)) out.tests.push_back(std::move(*made));
  }
}

}  // namespace recipe::checking
