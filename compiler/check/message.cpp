// SPDX-License-Identifier: Apache-2.0
// "{process.name} ran {{x}}" → field process.name, text " ran {x}". Neighbouring texts are one part; an empty template has one.
#include <fmt/format.h>

#include "compiler/check/context.h"

namespace recipe::checking {
namespace {

// Where `part` stands inside the written string; the whole string where escapes hide it.
Span within(const Context& context, Span span, std::string_view part) {
  const size_t at = context.text(span).find(part);
  if (at == std::string_view::npos) return span;
  const auto begin = static_cast<uint32_t>(span.begin + at);
  return {span.source, begin, static_cast<uint32_t>(begin + part.size())};
}

void add_field(Context& context, Span span, std::string_view whole, std::vector<MessagePart>& parts,
               std::vector<UsedField>& used) {
  const std::string_view name = whole.substr(1, whole.size() - 2);
  const Span place = within(context, span, whole);
  const FieldInfo* field = look_up_field(context, name, place);
  if (field == nullptr) return;
  if (field->type == Type::kMap) {
    context.fault(Code::kWrongTemplate, place, fmt::format("`{}` is a map and cannot stand in a message", name),
                  "the terms of a detection show the value that was met");
    return;
  }
  if (field->type == Type::kRecordList) {
    context.fault(Code::kWrongTemplate, place, fmt::format("`{}` is a list of records and cannot stand in a message", name),
                  "name one of its fields, as in `{process.parent.name}`");
    return;
  }
  if (field->origin == Origin::kState) {
    context.fault(Code::kWrongTemplate, place, fmt::format("`{}` cannot stand in a message", name),
                  "the detection's `why` names each mark, who set it and when");
    return;
  }
  parts.emplace_back(field->id);
  used.push_back({field->id, place});
}

}  // namespace

std::vector<MessagePart> check_template(Context& context, Span span, std::string_view text, std::vector<UsedField>& used) {
  std::vector<MessagePart> parts;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) parts.emplace_back(std::move(literal));
    literal.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool doubled = i + 1 < text.size() && text[i + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      literal += c;
      ++i;
    } else if (c == '{') {
      const size_t close = text.find_first_of("{}", i + 1);
      if (close == std::string_view::npos || text[close] == '{') {
        context.fault(Code::kWrongTemplate, span, "a `{` is not closed", "write `{{` for a brace that is meant as such");
        break;
      }
      flush();
      add_field(context, span, text.substr(i, close - i + 1), parts, used);
      i = close;
    } else if (c == '}') {
      context.fault(Code::kWrongTemplate, span, "a `}` closes nothing", "write `}}` for a brace that is meant as such");
      break;
    } else {
      literal += c;
    }
  }
  flush();
  if (parts.empty()) parts.emplace_back(std::string());
  return parts;
}

}  // namespace recipe::checking
