// SPDX-License-Identifier: Apache-2.0
// One written value against one field and operator. Globs and regexes are read here, so that a wrong one has its place.
#include "compiler/check/literals.h"

#include <fmt/format.h>

#include "runtime/base/pattern.h"

namespace recipe::checking {
namespace {

struct OperatorRow {
  Operator op;
  std::string_view spelling;
  uint32_t types;
};

// The names by which operators.def writes its column of types.
namespace types {
constexpr uint32_t kBool = kBoolBit, kInt = kIntBit, kString = kStringBit, kPath = kPathBit, kList = kListBit,
                   kFlags = kFlagsBit, kIp = kIpBit, kPort = kPortBit, kDomain = kDomainBit;
constexpr OperatorRow kRows[] = {
#define OPERATOR(id, number, spelling, negated, types, kernel, cost, doc) {Operator::id, spelling, types},
#include "runtime/artefact/operators.def"
};
}  // namespace types

const OperatorRow& row(Operator op) {
  for (const OperatorRow& each : types::kRows) {
    if (each.op == op) return each;
  }
  assert(false);
  return types::kRows[0];
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_option_word(std::string_view word) {
  if (word.empty() || word[0] == '-') return false;
  for (const char c : word) {
    if (!is_letter_or_digit(c) && c != '-' && c != '_' && c != '.' && c != '?' && c != '+' && c != '@' && c != '#')
      return false;
  }
  return true;
}

// "{process.pid}" inside a string as written: a later version will fill it, so this one does not take it for text.
bool is_interpolated(std::string_view text) {
  for (size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos) return false;
    if (find_field(text.substr(open + 1, close - open - 1)) != nullptr) return true;
  }
  return false;
}

// "/etc/" → "/etc". nullopt: reported.
std::optional<std::string> check_folder(Context& context, const WrittenValue& value) {
  std::string path = value.text;
  if (path.empty() || path[0] != '/') {
    context.fault(Code::kWrongPath, value.span, "`under` wants an absolute path", "does not begin with `/`");
    return std::nullopt;
  }
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::string framed = path + "/";
  if (framed.find("//") != std::string::npos && path != "/") {
    context.fault(Code::kWrongPath, value.span, "no path has an empty component", "write one `/` between components");
    return std::nullopt;
  }
  if (framed.find("/../") != std::string::npos || framed.find("/./") != std::string::npos) {
    context.fault(Code::kWrongPath, value.span, "resolved paths have no `.` and no `..`", "write the path that it leads to");
    return std::nullopt;
  }
  return path;
}

std::optional<Literal> check_flag(Context& context, const WrittenValue& value) {
  // perl's -0 is written `has flag 0`
  const bool digit = value.form == ValueForm::kInt && value.text.size() == 1;
  const std::string& text = value.text;
  if (digit) return Literal{text};
  if (value.form == ValueForm::kString || value.form == ValueForm::kWord || value.form == ValueForm::kPath) {
    if (text.size() == 1 ? is_letter_or_digit(text[0]) : is_option_word(text)) return Literal{text};
  }
  Diagnostic& fault =
      context.fault(Code::kWrongOption, value.span, "`has flag` wants a letter, or an option's name, without dashes",
                    "write it as in `has flag e`");
  const size_t name = text.find_first_not_of('-');
  if (name != 0 && name != std::string::npos && value.form != ValueForm::kInt && is_option_word(text.substr(name))) {
    if (name == 1) {
      fault.fixes.push_back({value.span, text.substr(1), "leave the dash out"});
    } else {
      fault.hints.push_back(fmt::format("write `has option \"{}\"`", text));
    }
  }
  return std::nullopt;
}

std::optional<Literal> check_number(Context& context, const LiteralUse& use, Item item) {
  const WrittenValue& value = context.written(item);
  if (value.form == ValueForm::kInt) return Literal{value.number};
  if (value.form == ValueForm::kDuration) {
    context.fault(Code::kNotSupported, value.span, "comparing with a duration is not supported yet",
                  fmt::format("`{}` is an int: write a number", use.subject));
    return std::nullopt;
  }
  Diagnostic& fault =
      context.fault(Code::kWrongLiteral, value.span,
                    fmt::format("`{}` is an int and {} is {}", use.subject, spell_value(context, item), form_name(value.form)),
                    "a number is wanted here");
  const bool digits = !value.text.empty() && value.text.find_first_not_of("0123456789") == std::string::npos;
  if (digits) fault.fixes.push_back({value.span, value.text, "write the number without quotes"});
  return std::nullopt;
}

std::optional<Literal> check_bool(Context& context, const LiteralUse& use, Item item) {
  const WrittenValue& value = context.written(item);
  if (value.form == ValueForm::kBool) return Literal{value.number};
  context.fault(Code::kWrongLiteral, value.span,
                fmt::format("`{}` is a bool and {} is {}", use.subject, spell_value(context, item), form_name(value.form)),
                "write `true` or `false`");
  return std::nullopt;
}

bool check_pattern(Context& context, const LiteralUse& use, const WrittenValue& value) {
  if (use.op == Operator::kLike) {
    if (const Status read = check_glob(value.text); !read) {
      context.fault(Code::kWrongPattern, value.span, "the glob cannot be read", read.error().message());
      return false;
    }
  }
  if (use.op == Operator::kMatches) {
    if (const Result<Regex> read = Regex::compile(value.text, use.nocase); !read) {
      context.fault(Code::kWrongPattern, value.span, "the regular expression cannot be read", read.error().message());
      return false;
    }
  }
  return true;
}

}  // namespace

uint32_t type_bit(Type type) {
  switch (type) {
    case Type::kBool:
      return kBoolBit;
    case Type::kInt:
      return kIntBit;
    case Type::kFlags:
      return kFlagsBit;
    case Type::kIp:
      return kIpBit;
    case Type::kPort:
      return kPortBit;
    case Type::kDomain:
      return kDomainBit;
    case Type::kString:
      return kStringBit;
    case Type::kPath:
      return kPathBit;
    case Type::kStringList:
    case Type::kRecordList:
      return kListBit;
  }
  return 0;
}

uint32_t types_of(Operator op) {
  return row(op).types;
}
std::string_view spelling(Operator op) {
  return row(op).spelling;
}

std::string operators_for(uint32_t bit) {
  std::string out;
  for (const OperatorRow& each : types::kRows) {
    if ((each.types & bit) == 0 || each.op == Operator::kExists) continue;
    out += fmt::format("{}`{}`", out.empty() ? "" : ", ", each.spelling);
    if (each.op == Operator::kEquals) out += ", `!=`, `in`";
  }
  return out;
}

std::string_view with_article(Type type) {
  switch (type) {
    case Type::kBool:
      return "a bool";
    case Type::kInt:
      return "an int";
    case Type::kFlags:
      return "a set of flags";
    case Type::kIp:
      return "an internet address";
    case Type::kPort:
      return "a port";
    case Type::kDomain:
      return "a domain name";
    case Type::kString:
      return "a string";
    case Type::kPath:
      return "a path";
    case Type::kStringList:
      return "a list of strings";
    case Type::kRecordList:
      return "a list of records";
  }
  return "";
}

std::optional<std::string> check_option(Context& context, Item item) {
  const WrittenValue& value = context.written(item);
  const std::string& text = value.text;
  const size_t dashes = text.find_first_not_of('-');
  const bool text_form = value.form == ValueForm::kString || value.form == ValueForm::kWord || value.form == ValueForm::kPath;
  const bool name = text_form && (dashes == 1 || dashes == 2) && is_option_word(std::string_view(text).substr(dashes));
  if (name && !(dashes == 2 && text.size() < 4)) return text;
  Diagnostic& fault = context.fault(Code::kWrongOption, value.span, "an option is named with its dashes",
                                    "write it as in `\"--eval\"` or `\"-e\"`");
  if (text_form && dashes == 0 && is_option_word(text)) {
    fault.fixes.push_back({value.span, fmt::format("\"{}{}\"", text.size() == 1 ? "-" : "--", text), "add the dashes"});
  }
  if (text_form && text.find('=') != std::string::npos) {
    fault.hints.push_back("test its value with `argv option \"--name\" == \"value\"`");
  }
  return std::nullopt;
}

std::optional<Literal> check_literal(Context& context, const LiteralUse& use, Item item) {
  const WrittenValue& value = context.written(item);
  if (context.unsupported_within(item.document, value.span)) return context.silent_fault(), std::nullopt;
  if (value.form == ValueForm::kPath || value.form == ValueForm::kWord) {
    if (value.form == ValueForm::kPath || find_field(value.text) != nullptr) {
      context.fault(Code::kNotSupported, value.span, "a field on the right of an operator is not supported yet",
                    fmt::format("write `\"{}\"` for the text", value.text));
      return std::nullopt;
    }
  }
  if (use.op == Operator::kHasFlag) return check_flag(context, value);
  if (use.op == Operator::kHasOption) {
    std::optional<std::string> option = check_option(context, item);
    return option ? std::optional<Literal>(std::move(*option)) : std::nullopt;
  }
  if (use.type == Type::kInt) return check_number(context, use, item);
  if (use.type == Type::kBool) return check_bool(context, use, item);
  if (value.form != ValueForm::kString && value.form != ValueForm::kWord) {
    Diagnostic& fault = context.fault(Code::kWrongLiteral, value.span,
                                      fmt::format("`{}` is {} and `{}` is {}", use.subject, with_article(use.type),
                                                  spell_value(context, item), form_name(value.form)),
                                      fmt::format("write `\"{}\"`", spell_value(context, item)));
    fault.fixes.push_back({value.span, fmt::format("\"{}\"", spell_value(context, item)), "write it as a string"});
    return std::nullopt;
  }
  if (value.form == ValueForm::kString && use.op != Operator::kMatches && is_interpolated(context.text(value.span))) {
    context.fault(Code::kNotSupported, value.span, "a field inside a string is not supported yet",
                  "write `\\x7b` for a brace that is meant as such");
    return std::nullopt;
  }
  if (!check_pattern(context, use, value)) return std::nullopt;
  if (use.op == Operator::kUnder) {
    std::optional<std::string> folder = check_folder(context, value);
    return folder ? std::optional<Literal>(std::move(*folder)) : std::nullopt;
  }
  return Literal{value.text};
}

}  // namespace recipe::checking
