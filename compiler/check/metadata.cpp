// SPDX-License-Identifier: Apache-2.0
// What a recipe says of itself: title, category, attack, documentation, throttle; and the importance and message of its
// triggers.
#include <fmt/format.h>

#include <limits>

#include "compiler/check/attack.h"
#include "compiler/check/literals.h"
#include "compiler/check/properties.h"
#include "compiler/check/suggest.h"

namespace recipe::checking {
namespace {

void check_category(Context& context, PropertyReader& read, const Property& property, std::string& out) {
  const std::optional<Item> value = read.item(property);
  if (!value) return;
  const std::optional<std::string> text = read.text_of(property.key.text, *value);
  if (!text) return;
  out = to_snake(*text);
  if (find_tactic(out) != nullptr) return;
  std::vector<std::string_view> names;
  for (const AttackTactic& tactic : all_tactics()) names.push_back(tactic.name);
  const std::string near = suggest(out, names);
  Diagnostic& fault =
      context.fault(Code::kWrongValue, context.written(*value).span, fmt::format("`{}` is no tactic of ATT&CK", *text),
                    near.empty() ? std::string() : fmt::format("did you mean `{}`?", near));
  if (near.empty()) {
    std::string all;
    for (const std::string_view name : names) all += fmt::format("{}`{}`", all.empty() ? "" : ", ", name);
    fault.hints.push_back("the tactics are " + all);
  }
}

// Of a technique with several tactics, the recipe's own is the one to show.
std::string tactic_to_show(const AttackTechnique& technique, std::string_view category) {
  const std::string spaced = fmt::format(" {} ", technique.tactics);
  if (!category.empty() && spaced.find(fmt::format(" {} ", category)) != std::string::npos) return std::string(category);
  return std::string(technique.tactics.substr(0, technique.tactics.find(' ')));
}

void check_attack(Context& context, PropertyReader& read, const Property& property, RecipeInfo& out) {
  std::vector<Item> values;
  if (!read.items(property, values)) return;
  std::unordered_map<std::string, Span> seen;
  for (const Item& value : values) {
    const std::optional<std::string> id = read.text_of(property.key.text, value);
    if (!id) continue;
    const Span span = context.written(value).span;
    if (!is_attack_id(*id)) {
      context.fault(Code::kWrongAttackId, span, fmt::format("`{}` is no ATT&CK id", *id),
                    "write it as in `T1059` or `T1059.004`");
      continue;
    }
    if (const auto [first, fresh] = seen.emplace(*id, span); !fresh) {
      Diagnostic& fault =
          context.fault(Code::kWrongAttackId, span, fmt::format("`{}` is given twice", *id), "given again here");
      fault.secondary.push_back({first->second, "first given here"});
      continue;
    }
    // An id that the table does not hold, or holds as retired, is a lint's business.
    const AttackTechnique* technique = find_attack(*id);
    AttackReference reference{*id, "", ""};
    if (technique != nullptr) reference = {*id, std::string(technique->name), tactic_to_show(*technique, out.category)};
    out.attack.push_back(std::move(reference));
  }
}

void check_doc(Context& context, DocumentIndex document, const WrittenRecipe& written, Documentation& out) {
  PropertyReader read(context, document);
  read_properties(context, "a `doc` block", written.doc,
                  {{"quick", [&](const Property& p) { read.text(p, out.quick); }},
                   {"analysis", [&](const Property& p) { read.text(p, out.analysis); }},
                   {"implications", [&](const Property& p) { read.text(p, out.implications); }},
                   {"actions", [&](const Property& p) { read.texts(p, out.actions); }}});
}

std::optional<int64_t> throttle_value(Context& context, DocumentIndex document, ValueId id, ValueForm form, int64_t most,
                                      std::string_view wanted) {
  if (!id.valid()) return context.silent_fault(), std::nullopt;
  const std::optional<Item> item = scalar(context, {document, nullptr}, id);
  if (!item) return std::nullopt;
  const WrittenValue& value = context.written(*item);
  if (value.form == form && value.number >= 1 && value.number <= most) return value.number;
  context.fault(Code::kWrongThrottle, value.span, fmt::format("`throttle` does not take `{}`", spell_value(context, *item)),
                std::string(wanted));
  return std::nullopt;
}

// Of several events only some may have the field: the others count as one value.
void some_event_has(Context& context, const std::vector<NamedEvents>& events, const UsedField& used) {
  std::vector<EventId> all;
  for (const NamedEvents& each : events) {
    if (each.members.empty()) return;  // reported
    for (const GroupMember& member : each.members) all.push_back(member.event);
  }
  if (!all.empty() && events_with(all, {used}).empty()) no_event_fits(context, all, {used});
}

void check_throttle(Context& context, DocumentIndex document, const WrittenRecipe& written,
                    const std::vector<NamedEvents>& events, RecipeInfo& out) {
  for (size_t i = 1; i < written.throttles.size(); ++i) {
    Diagnostic& fault =
        context.fault(Code::kDuplicateKey, written.throttles[i].span, "a recipe has one `throttle`", "given again here");
    fault.secondary.push_back({written.throttles[0].span, "first given here"});
  }
  if (written.throttles.empty()) return;
  const WrittenThrottle& throttle = written.throttles[0];
  const auto count = throttle_value(context, document, throttle.count, ValueForm::kInt, std::numeric_limits<uint32_t>::max(),
                                    "a number from 1: how many are let through");
  const auto period = throttle_value(context, document, throttle.period, ValueForm::kDuration,
                                     std::numeric_limits<int64_t>::max(), "a duration, as in `10m`");
  Throttle read;
  for (const Word& word : throttle.by) {
    const FieldInfo* field = look_up_field(context, word.text, word.span);
    if (field == nullptr) continue;
    if (field->type == Type::kRecordList || field->type == Type::kMap) {
      context.fault(Code::kWrongThrottle, word.span,
                    fmt::format("`throttle` cannot count by `{}`, {}", word.text, with_article(field->type)),
                    "name a field, as in `process.parent.name`");
    } else if (std::find(read.by.begin(), read.by.end(), field->id) != read.by.end()) {
      context.fault(Code::kWrongThrottle, word.span, fmt::format("`throttle` counts by `{}` already", word.text),
                    "named twice");
    } else {
      read.by.push_back(field->id);
      some_event_has(context, events, {field->id, word.span});
    }
  }
  if (!count || !period) return;
  read.count = static_cast<uint32_t>(*count);
  read.period_ns = static_cast<uint64_t>(*period);
  out.throttle = std::move(read);
}

struct Message {
  std::optional<std::vector<MessagePart>> parts;
  std::vector<UsedField> used;

  void read(Context& context, PropertyReader& reader, const Property& property) {
    const std::optional<Item> value = reader.item(property);
    if (!value) return;
    const std::optional<std::string> text = reader.text_of(property.key.text, *value);
    if (text) parts = check_template(context, context.written(*value).span, *text, used);
  }
};

}  // namespace

void check_metadata(Context& context, DocumentIndex document, const WrittenRecipe& written,
                    const std::vector<NamedEvents>& events, Recipe& out) {
  PropertyReader read(context, document);
  RecipeInfo& info = out.info;
  info.name = written.name.text;
  Message message;
  bool report = true;
  const Property* attack = nullptr;  // read last: it shows the category
  read_properties(context, "a recipe", written.properties,
                  {{"title", [&](const Property& p) { read.text(p, info.title); }},
                   {"category", [&](const Property& p) { check_category(context, read, p, info.category); }},
                   {"method", [&](const Property& p) { read.snake(p, info.method); }},
                   {"importance", [&](const Property& p) { read.importance(p, info.importance); }},
                   {"attack", [&](const Property& p) { attack = &p; }},
                   {"tags", [&](const Property& p) { read.texts(p, info.tags); }},
                   {"version", [&](const Property& p) { read.number(p, info.version); }},
                   {"status", [&](const Property& p) { read.status(p, info.status); }},
                   {"author", [&](const Property& p) { read.text(p, info.author); }},
                   {"references", [&](const Property& p) { read.texts(p, info.references); }},
                   {"false_positives", [&](const Property& p) { read.texts(p, info.false_positives); }},
                   {"evasions", [&](const Property& p) { read.texts(p, out.evasions); }},
                   {"enabled",
                    [&](const Property& p) {
                      read.boolean(p, info.enabled);
                      out.enabled_span = p.key.span;
                    }},
                   {"deprecated", [&](const Property& p) { read.text(p, info.deprecated); }},
                   {"report", [&](const Property& p) { read.boolean(p, report); }},
                   {"message", [&](const Property& p) { message.read(context, read, p); }}});
  if (attack != nullptr) check_attack(context, read, *attack, info);
  if (info.title.empty()) info.title = info.name;
  check_doc(context, document, written, info.doc);
  check_throttle(context, document, written, events, info);
  if (!message.parts) message.parts = {info.title + ": ", FieldId::process_cmdline};

  const std::vector<const WrittenOn*> triggers = triggers_of(written);
  for (size_t i = 0; i < triggers.size(); ++i) {
    // Of a sequence the last event that comes completes it: what is said and marked is its.
    const bool part = written.ons.empty() && i != last_present_step(written.sequences[0]);
    On made;
    made.span = triggers[i]->span;
    made.importance = info.importance;
    made.report = report;
    Message own;
    read_properties(context, "a trigger", triggers[i]->properties,
                    {{"importance", [&](const Property& p) { read.importance(p, made.importance); }},
                     {"report", [&](const Property& p) { read.boolean(p, made.report); }},
                     {"message", [&](const Property& p) { own.read(context, read, p); }}});
    std::vector<WrittenMark> marks = written.marks;
    marks.insert(marks.end(), triggers[i]->marks.begin(), triggers[i]->marks.end());
    if (!part) check_marks(context, document, marks, events[i], made.marks);
    if (!made.report && marks.empty())
      context.fault(Code::kWrongMark, made.span, "a trigger that is not reported marks nothing",
                    "set a mark, or leave `report false` out");
    // What is not reported says nothing: the recipe's message is about its other events.
    const Message& said = own.parts ? own : message;
    const bool says = (made.report || own.parts) && !part;
    if (says) fields_fit(context, events[i], said.used);
    made.message = says ? *said.parts : std::vector<MessagePart>{info.title};
    for (const GroupMember& member : events[i].members) {
      made.event = member.event;
      out.ons.push_back(made);
    }
  }
}

}  // namespace recipe::checking
