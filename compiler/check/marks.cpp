// SPDX-License-Identifier: Apache-2.0
// Marks: which names recipes set, so that a test of another one is an error; and what each trigger sets.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/check/context.h"
#include "compiler/check/suggest.h"

namespace recipe::checking {
namespace {

struct Target {
  std::string_view name;
  MarkTarget target;
};
constexpr std::array<Target, 3> kTargets = {
    {{"process", MarkTarget::kProcess}, {"process.tree", MarkTarget::kTree}, {"file", MarkTarget::kFile}}};

std::optional<MarkTarget> find_target(std::string_view name) {
  for (const Target& each : kTargets) {
    if (each.name == name) return each.target;
  }
  return std::nullopt;
}

FieldId field_of(MarkTarget target) {
  return target == MarkTarget::kFile ? FieldId::file_marked : FieldId::process_marked;
}

void unknown_target(Context& context, const Word& target) {
  std::array<std::string_view, kTargets.size()> names;
  std::transform(kTargets.begin(), kTargets.end(), names.begin(), [](const Target& each) { return each.name; });
  const std::string near = suggest(target.text, names);
  Diagnostic& fault =
      context.fault(Code::kWrongMark, target.span, fmt::format("`{}` cannot be marked", target.text),
                    near.empty() ? "write `process`, `process.tree` or `file`" : fmt::format("did you mean `{}`?", near));
  if (!near.empty()) fault.fixes.push_back({target.span, near, "write the target that is near"});
}

// A file can be marked where the event has one.
bool has_target(Context& context, const WrittenMark& mark, MarkTarget target, const NamedEvents& events) {
  for (const GroupMember& member : events.members) {
    if (has_field(member.event, field_of(target))) continue;
    Diagnostic& fault = context.fault(Code::kWrongMark, mark.target.span,
                                      fmt::format("the event `{}` has no file to mark", info(member.event).name),
                                      "mark the process, or an event of files");
    fault.secondary.push_back({events.span, "the event is named here"});
    return false;
  }
  return true;
}

}  // namespace

void declare_marks(Context& context) {
  const auto add = [&](const std::vector<WrittenMark>& marks) {
    for (const WrittenMark& mark : marks) {
      // Of a target that is misspelt, which is reported, it may be either.
      const auto target = find_target(mark.target.text);
      for (const MarkTarget each : {MarkTarget::kTree, MarkTarget::kFile})
        if (!target || field_of(each) == field_of(*target)) context.marks[field_of(each)].insert(mark.name.text);
    }
  };
  for (DocumentIndex i = 0; i < context.scopes.size(); ++i) {
    for (const WrittenRecipe& recipe : context.document(i).recipes) {
      add(recipe.marks);
      for (const WrittenOn& on : recipe.ons) add(on.marks);
    }
  }
}

bool mark_is_set(Context& context, FieldId field, std::string_view name, Span span) {
  const std::set<std::string, std::less<>>& known = context.marks[field];
  if (known.contains(name)) return true;
  // What the parser lost may have set it.
  if (std::any_of(context.scopes.begin(), context.scopes.end(), [](const Scope& scope) { return scope.broken; }))
    return context.silent_fault(), false;
  const FieldId other = field == FieldId::file_marked ? FieldId::process_marked : FieldId::file_marked;
  const std::string near = suggest(name, std::vector<std::string_view>(known.begin(), known.end()));
  Diagnostic& fault = context.fault(Code::kUnknownMark, span, fmt::format("no recipe sets the mark `{}`", name),
                                    near.empty() ? std::string("is never set") : fmt::format("did you mean `{}`?", near));
  if (!near.empty()) {
    fault.fixes.push_back({span, near, "write the mark that is near"});
  } else if (context.marks[other].contains(name)) {
    fault.hints.push_back(fmt::format("it is set on {}: write `{} {}`", other == FieldId::file_marked ? "files" : "processes",
                                      info(other).name, name));
  } else {
    fault.hints.push_back("import the recipe that sets it, or set it in one: `mark process.tree NAME for 10m`");
  }
  return false;
}

void check_marks(Context& context, DocumentIndex document, const std::vector<WrittenMark>& written, const NamedEvents& events,
                 std::vector<MarkAction>& out) {
  for (const WrittenMark& each : written) {
    const std::optional<MarkTarget> target = find_target(each.target.text);
    if (!target) {
      unknown_target(context, each.target);
      continue;
    }
    const std::optional<uint64_t> duration =
        check_duration(context, document, each.duration, Code::kWrongMark, "a mark cannot be set for");
    if (!has_target(context, each, *target, events) || !duration) continue;
    const auto same = [&](const MarkAction& other) { return other.target == *target && other.name == each.name.text; };
    if (std::any_of(out.begin(), out.end(), same)) {
      context.fault(Code::kWrongMark, each.span, fmt::format("the mark `{}` is set twice", each.name.text), "set again here");
      continue;
    }
    out.push_back({*target, each.name.text, *duration});
  }
}

}  // namespace recipe::checking
