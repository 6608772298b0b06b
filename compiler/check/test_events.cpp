// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/test_events.h"

#include <fmt/format.h>

#include <limits>

#include "bpf/abi/limits.h"
#include "compiler/check/addresses.h"
#include "compiler/check/ids.h"
#include "compiler/check/literals.h"
#include "compiler/check/suggest.h"

namespace recipe::checking {
namespace {

using Ancestor = EventValues::AncestorValues;

class EventReader {
 public:
  EventReader(Context& context, Place place, EventValues& out) : context_(context), place_(place), out_(out) {}

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

}  // namespace

void read_event(Context& context, Place place, ValueId object, EventValues& out) {
  EventReader(context, place, out).read(object);
}

}  // namespace recipe::checking
