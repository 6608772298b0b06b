// SPDX-License-Identifier: Apache-2.0
// Dotted names → subjects. A parameter is replaced by its argument's words, which are looked up where the call stands.
#include "compiler/check/subject.h"

#include <fmt/format.h>

#include "compiler/check/suggest.h"

namespace recipe::checking {
namespace {

std::optional<ResolvedSubject> of_loop(Context& context, const std::vector<Loop>& loops, size_t index, std::string_view path,
                                       Span span) {
  const Loop& loop = loops[index];
  ResolvedSubject out;
  out.spelled = std::string(path);
  out.subject.variable = static_cast<uint8_t>(index + 1);
  const bool whole = path.size() == loop.name.size();
  if (info(loop.list).type == Type::kStringList) {
    if (whole) {
      out.kind = SubjectKind::kElement;
      return out;
    }
    context.fault(Code::kUnknownField, span, fmt::format("unknown field `{}`", path),
                  fmt::format("`{}` is an element of `{}`, a string without fields", loop.name, info(loop.list).name));
    return std::nullopt;
  }
  if (whole) {
    out.kind = SubjectKind::kRecord;
    out.record = loop.list;
    return out;
  }
  const std::string_view rest = path.substr(loop.name.size() + 1);
  const FieldInfo* element = find_element(loop.list, rest);
  if (element == nullptr) {
    const std::string meant = suggest_element(loop.list, rest);
    context.fault(Code::kUnknownField, span, fmt::format("unknown field `{}`", path),
                  meant.empty() ? fmt::format("the records of `{}` have no such field", info(loop.list).name)
                                : fmt::format("did you mean `{}.{}`?", loop.name, meant));
    return std::nullopt;
  }
  out.subject.field = element->id;
  out.type = element->type;
  return out;
}

}  // namespace

std::optional<ResolvedSubject> resolve_subject(Context& context, Place place, const std::vector<Loop>& loops,
                                               std::string_view path, Span span) {
  std::string text(path);
  for (uint32_t followed = 0; followed <= kMaxMacroDepth; ++followed) {
    const std::string first = text.substr(0, text.find('.'));
    const Binding* bound = find_parameter(place, first);
    if (bound == nullptr) {
      for (size_t i = loops.size(); i-- > 0;) {
        if (loops[i].environment == place.environment && loops[i].name == first) return of_loop(context, loops, i, text, span);
      }
      const FieldInfo* field = look_up_field(context, text, span);
      if (field == nullptr) return std::nullopt;
      ResolvedSubject out;
      out.subject.field = field->id;
      out.type = field->type;
      out.spelled = text;
      out.span = span;
      return out;
    }
    if (bound->hole) {
      ResolvedSubject hole;
      hole.kind = SubjectKind::kHole;
      return hole;
    }
    const WrittenValue& argument = context.document(bound->document)[bound->value];
    if (argument.form != ValueForm::kWord && argument.form != ValueForm::kPath) {
      Diagnostic& fault =
          context.fault(Code::kMacroArguments, argument.span, fmt::format("the parameter `{}` wants a field", first),
                        fmt::format("is {}", form_name(argument.form)));
      fault.secondary.push_back({span, "used as a field here"});
      return std::nullopt;
    }
    text = argument.text + text.substr(first.size());
    span = argument.span;
    place = {bound->document, bound->environment};
  }
  return std::nullopt;
}

}  // namespace recipe::checking
