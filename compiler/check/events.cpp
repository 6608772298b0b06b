// SPDX-License-Identifier: Apache-2.0
// `on EVENT`, `on any GROUP`, and which fields their events have.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/context.h"
#include "compiler/check/suggest.h"

namespace recipe::checking {
namespace {

std::string spell(const std::vector<EventId>& events) {
  std::string out;
  for (const EventId event : events) out += fmt::format("{}`{}`", out.empty() ? "" : ", ", info(event).name);
  return out;
}

std::vector<std::string_view> group_names() {
  std::vector<std::string_view> names;
  for (const GroupMember& row : all_group_members()) {
    if (std::find(names.begin(), names.end(), row.group) == names.end()) names.push_back(row.group);
  }
  return names;
}

std::string spell_all(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) out += fmt::format("{}`{}`", out.empty() ? "" : ", ", name);
  return out;
}

void unknown_event(Context& context, const Word& event) {
  const std::vector<std::string_view> groups = group_names();
  if (std::find(groups.begin(), groups.end(), event.text) != groups.end()) {
    context
        .fault(Code::kUnknownEvent, event.span, fmt::format("`{}` is a group of events", event.text),
               fmt::format("write `any {}`", event.text))
        .fixes.push_back({event.span, "any " + event.text, "name the group"});
    return;
  }
  std::vector<std::string_view> names;
  for (const EventInfo& each : all_events()) names.push_back(each.name);
  const std::string near = suggest(event.text, names);
  Diagnostic& fault =
      context.fault(Code::kUnknownEvent, event.span, fmt::format("unknown event `{}`", event.text),
                    near.empty() ? "the events are " + spell_all(names) : fmt::format("did you mean `{}`?", near));
  if (!near.empty()) fault.fixes.push_back({event.span, near, "write the event that is near"});
}

void unknown_group(Context& context, const Word& event) {
  if (find_event(event.text) != nullptr) {
    context.fault(Code::kUnknownEvent, event.span, fmt::format("`{}` is one event, no group", event.text),
                  fmt::format("write `on {}`, without `any`", event.text));
    return;
  }
  const std::vector<std::string_view> names = group_names();
  const std::string near = suggest(event.text, names);
  Diagnostic& fault =
      context.fault(Code::kUnknownEvent, event.span, fmt::format("unknown group of events `{}`", event.text),
                    near.empty() ? "the groups are " + spell_all(names) : fmt::format("did you mean `{}`?", near));
  if (!near.empty()) fault.fixes.push_back({event.span, near, "write the group that is near"});
}

}  // namespace

const EventInfo* event_of(Context& context, const Word& word) {
  const EventInfo* event = find_event(word.text);
  if (event == nullptr) unknown_event(context, word);
  return event;
}

std::string spell_events_with(FieldId field) {
  std::vector<EventId> events;
  for (const EventInfo& each : all_events()) {
    if (has_field(each.id, field)) events.push_back(each.id);
  }
  return spell(events);
}

NamedEvents check_events(Context& context, DocumentIndex document, const WrittenOn& on) {
  NamedEvents out;
  out.span = on.event.span;
  if (context.unsupported_within(document, on.event.span)) {
    context.silent_fault();
  } else if (on.any_group) {
    for (const GroupMember& row : all_group_members()) {
      if (row.group != on.event.text) continue;
      out.members.push_back(row);
      out.group = row.group;
    }
    if (out.members.empty()) unknown_group(context, on.event);
  } else if (const EventInfo* event = event_of(context, on.event)) {
    out.members.push_back({{}, event->id, 0, {}});
  }
  return out;
}

bool fields_fit(Context& context, const NamedEvents& events, const std::vector<UsedField>& used) {
  bool fit = true;
  for (const UsedField& each : used) {
    std::vector<EventId> without;
    for (const GroupMember& member : events.members) {
      if (!has_field(member.event, each.field)) without.push_back(member.event);
    }
    if (without.empty()) continue;
    fit = false;
    Diagnostic& fault = context.fault(
        Code::kFieldOfOtherEvent, each.span,
        without.size() == 1 ? fmt::format("the event {} has no field `{}`", spell(without), info(each.field).name)
                            : fmt::format("the events {} have no field `{}`", spell(without), info(each.field).name),
        "is a field of " + spell_events_with(each.field));
    fault.secondary.push_back({events.span, events.group.empty() ? "the event is named here" : "the group is named here"});
    if (!events.group.empty() && without.size() < events.members.size())
      fault.hints.push_back("name the events that have it, each with an `on` of its own");
  }
  return fit;
}

std::vector<EventId> events_with(const std::vector<EventId>& events, const std::vector<UsedField>& used) {
  std::vector<EventId> out;
  for (const EventId event : events) {
    const bool fits =
        std::all_of(used.begin(), used.end(), [&](const UsedField& each) { return has_field(event, each.field); });
    if (fits && std::find(out.begin(), out.end(), event) == out.end()) out.push_back(event);
  }
  return out;
}

void no_event_fits(Context& context, const std::vector<EventId>& events, const std::vector<UsedField>& used) {
  for (const UsedField& each : used) {
    if (!events_with(events, {each}).empty()) continue;
    const std::vector<EventId> once = events_with(events, {});
    context.fault(Code::kFieldOfOtherEvent, each.span,
                  fmt::format("{} {} no field `{}`", spell(once), once.size() == 1 ? "has" : "have", info(each.field).name),
                  "is a field of " + spell_events_with(each.field));
    return;
  }
  context
      .fault(Code::kFieldOfOtherEvent, used.back().span, "no event of the recipe has all fields that this names",
             fmt::format("`{}` is a field of {}", info(used.back().field).name, spell_events_with(used.back().field)))
      .hints.push_back("write one exception for each event");
}

}  // namespace recipe::checking
