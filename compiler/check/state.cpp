// SPDX-License-Identifier: Apache-2.0
// What a recipe remembers beyond one event: `sequence`, `count`, `unless seen`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include "compiler/check/context.h"
#include "compiler/check/literals.h"

namespace recipe::checking {
namespace {

struct RelationName {
  std::string_view name;
  GroupRelation relation;
};
constexpr std::array<RelationName, 3> kRelations = {
    {{"process", GroupRelation::kProcess}, {"process.parent", GroupRelation::kParent}, {"process.tree", GroupRelation::kTree}}};

// A field by which events are told apart; kNone: reported.
FieldId key_field(Context& context, const Word& word, std::string_view of) {
  const FieldInfo* field = look_up_field(context, word.text, word.span);
  if (field == nullptr) return FieldId::kNone;
  if (field->type != Type::kRecordList && field->type != Type::kMap) return field->id;
  context.fault(Code::kWrongState, word.span, fmt::format("{} cannot go by `{}`, {}", of, word.text, with_article(field->type)),
                "name a field, as in `process.parent.name`");
  return FieldId::kNone;
}

// Fields, each once and each of all events.
std::vector<FieldId> key_fields(Context& context, const std::vector<Word>& words, const std::vector<NamedEvents>& events,
                                std::string_view of) {
  std::vector<FieldId> out;
  for (const Word& word : words) {
    const FieldId field = key_field(context, word, of);
    if (field == FieldId::kNone) continue;
    if (std::find(out.begin(), out.end(), field) != out.end()) {
      context.fault(Code::kWrongState, word.span, fmt::format("{} goes by `{}` already", of, word.text), "named twice");
      continue;
    }
    for (const NamedEvents& each : events) fields_fit(context, each, {{field, word.span}});
    out.push_back(field);
  }
  return out;
}

std::optional<GroupBy> group_of(Context& context, const std::vector<Word>& words, const std::vector<NamedEvents>& events,
                                std::string_view of) {
  const size_t before = context.faults;
  GroupBy by;
  std::vector<Word> fields;
  for (const Word& word : words) {
    const auto relation =
        std::find_if(kRelations.begin(), kRelations.end(), [&](const RelationName& each) { return each.name == word.text; });
    if (relation == kRelations.end()) {
      fields.push_back(word);
    } else if (by.relation == GroupRelation::kValues) {
      by.relation = relation->relation;
    } else {
      context.fault(Code::kWrongState, word.span, fmt::format("{} goes by one of processes, parents and trees", of),
                    "is a second one");
    }
  }
  by.fields = key_fields(context, fields, events, of);
  if (context.faults != before) return std::nullopt;
  return by;
}

std::optional<uint32_t> least_of(Context& context, DocumentIndex document, const WrittenCount& written) {
  const bool above = written.op == WrittenOperator::kGreater;
  if (!above && written.op != WrittenOperator::kGreaterEqual) {
    Diagnostic& fault =
        context.fault(Code::kWrongState, written.op_span, "a count is reached: `>` or `>=`", "compares otherwise");
    fault.fixes.push_back({written.op_span, ">=", "tell it when as many have come"});
    return std::nullopt;
  }
  if (!written.count.valid()) return context.silent_fault(), std::nullopt;
  const std::optional<Item> item = scalar(context, {document, nullptr}, written.count);
  if (!item) return std::nullopt;
  const WrittenValue& value = context.written(*item);
  const int64_t least = value.number + (above ? 1 : 0);
  if (value.form == ValueForm::kInt && value.number >= 0 && value.number < kMaxCount && least >= 1)
    return static_cast<uint32_t>(least);
  context.fault(Code::kWrongState, value.span, fmt::format("`count` does not take `{}`", spell_value(context, *item)),
                fmt::format("a number below {}", kMaxCount));
  return std::nullopt;
}

// The number of the count in out.state.counts, from 1; 0: reported.
uint32_t add_count(Context& context, DocumentIndex document, const WrittenCount& written,
                   const std::vector<NamedEvents>& events, Recipe& out) {
  const std::optional<uint32_t> least = least_of(context, document, written);
  const std::optional<uint64_t> within =
      check_duration(context, document, written.period, Code::kWrongState, "the window of a count cannot last");
  const std::optional<GroupBy> by = group_of(context, written.by, events, "a count");
  if (!least || !within || !by) return 0;
  if (by->relation == GroupRelation::kTree) {
    context
        .fault(Code::kWrongState, written.by.front().span, "a count cannot go by `process.tree`",
               "of which process is not said: there is no first step")
        .hints.push_back("count by `process.parent`, or mark the tree and ask for the mark");
    return 0;
  }
  out.state.counts.push_back({*least, *within, *by, 0});
  out.state.count_spans.push_back(written.span);
  return static_cast<uint32_t>(out.state.counts.size());
}

void one_only(Context& context, std::string_view what, Span first, Span again) {
  Diagnostic& fault = context.fault(Code::kDuplicateKey, again, fmt::format("a recipe has one `{}`", what), "given again here");
  fault.secondary.push_back({first, "first given here"});
}

void check_counts(Context& context, DocumentIndex document, const WrittenRecipe& written,
                  const std::vector<NamedEvents>& events, Recipe& out) {
  uint32_t common = 0;
  if (!written.counts.empty()) {
    if (written.counts.size() > 1) one_only(context, "count", written.counts[0].span, written.counts[1].span);
    if (!written.sequences.empty()) {
      context.fault(Code::kWrongState, written.counts[0].span, "a recipe with a sequence counts nothing",
                    "write a recipe of its own");
      return;
    }
    common = add_count(context, document, written.counts[0], events, out);
  }
  size_t next = 0;
  for (size_t i = 0; i < written.ons.size(); ++i) {
    uint32_t count = common;
    if (written.ons[i].count) {
      if (!written.counts.empty()) one_only(context, "count", written.counts[0].span, written.ons[i].count->span);
      count = add_count(context, document, *written.ons[i].count, {events[i]}, out);
    }
    for (size_t member = 0; member < events[i].members.size(); ++member) out.ons[next++].count = count;
  }
}

void check_seen(Context& context, DocumentIndex document, const WrittenRecipe& written, const std::vector<NamedEvents>& events,
                Recipe& out) {
  if (written.seen.empty()) return;
  const WrittenSeen& seen = written.seen[0];
  if (written.seen.size() > 1) one_only(context, "unless seen", seen.span, written.seen[1].span);
  const std::optional<uint64_t> within =
      check_duration(context, document, seen.period, Code::kWrongState, "a memory cannot last");
  if (seen.fields.empty())
    context.fault(Code::kWrongState, seen.span, "nothing is remembered", "name the fields that make it new");
  // Of a sequence that is the event that completes it.
  std::vector<NamedEvents> told;
  for (size_t i = 0; i < events.size(); ++i) {
    if (written.sequences.empty() || i == last_present_step(written.sequences[0])) told.push_back(events[i]);
  }
  std::vector<FieldId> fields = key_fields(context, seen.fields, told, "a memory");
  if (!within || fields.empty()) return;
  out.state.seen = UnlessSeen{std::move(fields), *within, 0};
  out.state.seen_span = seen.span;
}

bool steps_are_sound(Context& context, const WrittenSequence& written) {
  const size_t before = context.faults;
  if (written.steps.size() < 2 || written.steps.size() > kMaxSequenceSteps) {
    context.fault(Code::kWrongState, written.span, fmt::format("a sequence has 2 to {} steps", kMaxSequenceSteps),
                  fmt::format("has {}", written.steps.size()));
  }
  std::unordered_map<std::string_view, Span> names;
  for (const WrittenSequenceStep& step : written.steps) {
    if (const auto [first, fresh] = names.emplace(step.name.text, step.name.span); !fresh) {
      Diagnostic& fault = context.fault(Code::kDuplicateName, step.name.span,
                                        fmt::format("the step `{}` is there already", step.name.text), "named again here");
      fault.secondary.push_back({first->second, "first named here"});
    }
  }
  if (!written.steps.empty() && written.steps.front().absent) {
    context.fault(Code::kWrongState, written.steps.front().on.span, "a sequence begins with an event that comes",
                  "never comes, so nothing begins");
  }
  return context.faults == before;
}

void check_sequence(Context& context, DocumentIndex document, const WrittenRecipe& written,
                    const std::vector<NamedEvents>& events, Recipe& out) {
  if (written.sequences.empty()) return;
  const WrittenSequence& sequence = written.sequences[0];
  if (written.sequences.size() > 1) one_only(context, "sequence", sequence.span, written.sequences[1].span);
  if (!written.ons.empty()) {
    Diagnostic& fault = context.fault(Code::kWrongState, written.ons[0].span, "a recipe has triggers or a sequence, not both",
                                      "write a recipe of its own");
    fault.secondary.push_back({sequence.span, "the sequence is here"});
    return;
  }
  const bool sound = steps_are_sound(context, sequence);
  const std::optional<uint64_t> within =
      check_duration(context, document, sequence.within, Code::kWrongState, "a sequence cannot last");
  const std::optional<GroupBy> by = group_of(context, sequence.by, events, "a sequence");
  if (!sound || !within || !by) return;
  Sequence made{*by, *within, {}, 0};
  for (const WrittenSequenceStep& step : sequence.steps) {
    made.steps.push_back({step.name.text, step.absent, 0});
    out.state.step_spans.push_back(step.on.span);
  }
  out.state.sequence = std::move(made);
  out.state.sequence_span = sequence.span;
  size_t next = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    for (size_t member = 0; member < events[i].members.size(); ++member) out.ons[next++].step = static_cast<uint32_t>(i + 1);
  }
}

}  // namespace

size_t last_present_step(const WrittenSequence& sequence) {
  size_t last = 0;
  for (size_t i = 0; i < sequence.steps.size(); ++i) {
    if (!sequence.steps[i].absent) last = i;
  }
  return last;
}

std::vector<const WrittenOn*> triggers_of(const WrittenRecipe& written) {
  std::vector<const WrittenOn*> out;
  for (const WrittenOn& on : written.ons) out.push_back(&on);
  if (!out.empty() || written.sequences.empty()) return out;
  for (const WrittenSequenceStep& step : written.sequences[0].steps) out.push_back(&step.on);
  return out;
}

void check_state(Context& context, DocumentIndex document, const WrittenRecipe& written, const std::vector<NamedEvents>& events,
                 Recipe& out) {
  check_sequence(context, document, written, events, out);
  check_counts(context, document, written, events, out);
  check_seen(context, document, written, events, out);
}

}  // namespace recipe::checking
