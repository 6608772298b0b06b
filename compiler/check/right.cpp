// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/right.h"

#include <fmt/format.h>

#include "compiler/check/suggest.h"
#include "compiler/syntax/literals.h"
#include "runtime/artefact/compare.h"

namespace recipe::checking {
namespace {

bool comparable(Type left, Type right) {
  return (is_text_type(left) && is_text_type(right)) || (is_number_type(left) && is_number_type(right)) ||
         (left == Type::kIp && right == Type::kIp);
}

std::string in_quotes(const WrittenValue& value) {
  return "\"" + value.text + "\"";
}

// A field by itself.
bool check_field(Context& context, const LiteralUse& use, const WrittenValue& value, const FieldInfo& field, RightSide& out,
                 std::vector<UsedField>& used) {
  if (!takes_right(use.op)) {
    context
        .fault(Code::kWrongRight, value.span, fmt::format("`{}` takes no field on its right", spelling(use.op)),
               fmt::format("write `{}` for the text", in_quotes(value)))
        .fixes.push_back({value.span, in_quotes(value), "write the word as a string"});
    return false;
  }
  if (!comparable(use.type, field.type)) {
    Diagnostic& fault = context.fault(
        Code::kWrongRight, value.span,
        fmt::format("`{}` is {} and `{}` is {}", use.subject, with_article(use.type), field.name, with_article(field.type)),
        fmt::format("write `{}` for the text", in_quotes(value)));
    if (is_text_type(use.type) && is_number_type(field.type))
      fault.hints.push_back(fmt::format("`\"{{{}}}\"` is the number as a text", field.name));
    return false;
  }
  used.push_back({field.id, value.span});
  out.texts.push_back({field.id});
  return true;
}

// process.pid, proces.pid: what a field's name looks like.
bool looks_like_field(std::string_view name) {
  bool dot = false, at_start = true;
  for (const char c : name) {
    if (c == '.') {
      if (at_start) return false;
      dot = at_start = true;
      continue;
    }
    if (!((c >= 'a' && c <= 'z') || c == '_' || (!at_start && c >= '0' && c <= '9'))) return false;
    at_start = false;
  }
  return dot && !at_start;
}

bool is_near_a_field(std::string_view name) {
  std::vector<std::string_view> names;
  for (const FieldInfo& field : all_fields()) {
    if (field.list == FieldId::kNone) names.push_back(field.name);
  }
  return !suggest(name, names).empty();
}

// "/proc/{process.pid}/environ" → parts. Other braces stand for themselves: regexes, shells and templates are full of them.
class Filler {
 public:
  Filler(Context& context, const LiteralUse& use, Span span, std::vector<UsedField>& used)
      : context_(context), use_(use), span_(span), used_(used) {}

  // nullopt: reported. No field among the parts: a plain text.
  std::optional<std::vector<TextPart>> run() {
    const std::string_view written = context_.text(span_);
    const size_t quotes = written.starts_with("\"\"\"") ? 3 : 1;
    const std::string_view text = written.substr(quotes, written.size() - 2 * quotes);
    size_t from = 0;
    for (size_t at = 0; at < text.size();) {
      if (text[at] == '\\') {
        at = text.substr(at).starts_with("\\u{") ? std::min(text.find('}', at), text.size() - 1) + 1 : at + 2;
        continue;
      }
      const size_t close = text[at] == '{' ? text.find_first_of("{}", at + 1) : std::string_view::npos;
      if (close == std::string_view::npos || text[close] != '}') {
        ++at;
        continue;
      }
      const std::string_view name = text.substr(at + 1, close - at - 1);
      const Span place{span_.source, static_cast<uint32_t>(span_.begin + quotes + at + 1),
                       static_cast<uint32_t>(span_.begin + quotes + close)};
      const FieldInfo* field = find_field(name);
      if (field == nullptr) {
        if (looks_like_field(name) && is_near_a_field(name)) {
          look_up_field(context_, name, place);
          return std::nullopt;
        }
        ++at;
        continue;
      }
      if (!fits(*field, place)) return std::nullopt;
      add_text(text.substr(from, at - from));
      parts_.emplace_back(field->id);
      used_.push_back({field->id, place});
      at = from = close + 1;
      filled_ = true;
    }
    if (!filled_) return std::vector<TextPart>{};
    add_text(text.substr(from));
    return std::move(parts_);
  }

 private:
  bool fits(const FieldInfo& field, Span place) {
    if (!takes_right(use_.op) || !is_text_type(use_.type)) {
      context_.fault(Code::kWrongRight, place, fmt::format("`{}` takes no field in its text", spelling(use_.op)),
                     "write `\\x7b` for a brace that is meant as such");
      return false;
    }
    if (is_text_type(field.type) || is_number_type(field.type) || field.type == Type::kIp) return true;
    context_.fault(Code::kWrongRight, place,
                   fmt::format("`{}` is {} and cannot stand in a text", field.name, with_article(field.type)),
                   "name a field of one value");
    return false;
  }

  // The escapes were judged when the string was read.
  void add_text(std::string_view piece) {
    if (piece.empty()) return;
    Diagnostics judged;
    parts_.emplace_back(read_string("\"" + std::string(piece) + "\"", span_, judged));
  }

  Context& context_;
  const LiteralUse& use_;
  Span span_;
  std::vector<UsedField>& used_;
  std::vector<TextPart> parts_;
  bool filled_ = false;
};

bool check_text(Context& context, const LiteralUse& use, Item item, RightSide& out, std::vector<UsedField>& used) {
  const WrittenValue& value = context.written(item);
  // A raw string is what it says, and a regex has braces of its own.
  // So is an entry of a list's file: no quotes stand around it.
  const bool plain = use.op == Operator::kMatches || !context.text(value.span).starts_with('"');
  if (!plain) {
    std::optional<std::vector<TextPart>> parts = Filler(context, use, value.span, used).run();
    if (!parts) return false;
    if (!parts->empty()) return out.texts.push_back(std::move(*parts)), true;
  }
  std::optional<Literal> literal = check_literal(context, use, item);
  if (literal) out.literals.push_back(std::move(*literal));
  return literal.has_value();
}

}  // namespace

bool check_right(Context& context, const LiteralUse& use, Item item, RightSide& out, std::vector<UsedField>& used) {
  const WrittenValue& value = context.written(item);
  if (context.unsupported_within(item.document, value.span)) return context.silent_fault(), false;
  if (value.form == ValueForm::kString) return check_text(context, use, item, out, used);
  const bool options = use.op == Operator::kHasFlag || use.op == Operator::kHasOption || use.op == Operator::kHas;
  const bool word = value.form == ValueForm::kWord || value.form == ValueForm::kPath;
  if (word && !options) {
    const FieldInfo* field = find_field(value.text);
    if (field != nullptr && field->type == Type::kMap) field = nullptr;  // no value by itself: `env` is the program
    if (field != nullptr && use.type != Type::kDomain) return check_field(context, use, value, *field, out, used);
    if (field != nullptr && comparable(use.type, field->type)) return check_field(context, use, value, *field, out, used);
    // `file.name == notes.txt`: dotted words are fields; in a list they are words, and names of domains are full of dots.
    if (field == nullptr && value.form == ValueForm::kPath && use.type != Type::kDomain) {
      const std::string meant = suggest_field(value.text);
      Diagnostic& fault = context.fault(
          Code::kUnknownField, value.span, fmt::format("unknown field `{}`", value.text),
          meant.empty() ? fmt::format("write `{}` for the text", in_quotes(value)) : fmt::format("did you mean `{}`?", meant));
      if (!meant.empty()) fault.hints.push_back(fmt::format("write `{}` for the text", in_quotes(value)));
      fault.fixes.push_back({value.span, in_quotes(value), "write the word as a string"});
      return false;
    }
  }
  std::optional<Literal> literal = check_literal(context, use, item);
  if (literal) out.literals.push_back(std::move(*literal));
  return literal.has_value();
}

}  // namespace recipe::checking
