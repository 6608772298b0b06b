// SPDX-License-Identifier: Apache-2.0
// One written value against one field and operator. Globs and regexes are read here, so that a wrong one has its place.
#include "compiler/check/literals.h"

#include <fmt/format.h>

#include "compiler/check/addresses.h"
#include "compiler/check/suggest.h"
#include "runtime/base/pattern.h"

namespace recipe::checking {
namespace {

constexpr int64_t kMaxPort = 65535;

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

// A duration is a number of nanoseconds: for the fields whose words say that they count those.
bool counts_nanoseconds(FieldId field) {
  return field != FieldId::kNone && info(field).doc.starts_with("nanoseconds");
}

std::optional<Literal> check_number(Context& context, const LiteralUse& use, Item item) {
  const WrittenValue& value = context.written(item);
  const bool is_port = use.type == Type::kPort;
  if (value.form == ValueForm::kInt && (!is_port || (value.number >= 0 && value.number <= kMaxPort)))
    return Literal{value.number};
  if (value.form == ValueForm::kInt) {
    context.fault(Code::kWrongLiteral, value.span, fmt::format("`{}` is a port and cannot be {}", use.subject, value.number),
                  fmt::format("a number from 0 to {} is wanted here", kMaxPort));
    return std::nullopt;
  }
  if (value.form == ValueForm::kDuration) {
    if (counts_nanoseconds(use.field)) return Literal{value.number};
    context.fault(Code::kWrongLiteral, value.span,
                  fmt::format("`{}` is {} and `{}` is a duration", use.subject, with_article(use.type), value.text),
                  "a number is wanted here");
    return std::nullopt;
  }
  Diagnostic& fault = context.fault(Code::kWrongLiteral, value.span,
                                    fmt::format("`{}` is {} and {} is {}", use.subject, with_article(use.type),
                                                spell_value(context, item), form_name(value.form)),
                                    "a number is wanted here");
  const bool digits = !value.text.empty() && value.text.find_first_not_of("0123456789") == std::string::npos;
  if (digits) fault.fixes.push_back({value.span, value.text, "write the number without quotes"});
  return std::nullopt;
}

std::optional<Literal> check_flag_name(Context& context, const LiteralUse& use, Item item) {
  const WrittenValue& value = context.written(item);
  const bool named = value.form == ValueForm::kWord || value.form == ValueForm::kString;
  if (const FlagInfo* flag = named ? find_flag(use.field, value.text) : nullptr)
    return Literal{static_cast<int64_t>(uint64_t{1} << flag->bit)};
  unknown_flag(context, use.field, value.span, spell_value(context, item), value.text);
  return std::nullopt;
}

std::optional<Literal> report_network(Context& context, const WrittenValue& value, Code code, NetworkLiteral read) {
  if (!read.fault) return Literal{std::move(read.value)};
  Diagnostic& fault = context.fault(code, value.span, std::move(read.fault->message), std::move(read.fault->label));
  if (!read.fault->better.empty()) {
    const bool bare = value.form == ValueForm::kAddress;
    fault.fixes.push_back({value.span, bare ? read.fault->better : "\"" + read.fault->better + "\"", "write what was meant"});
  }
  return std::nullopt;
}

std::optional<Literal> check_range(Context& context, const LiteralUse& use, Item item) {
  const WrittenValue& value = context.written(item);
  if (value.form == ValueForm::kAddress || value.form == ValueForm::kString)
    return report_network(context, value, Code::kWrongAddress, read_range(value.text));
  context.fault(Code::kWrongLiteral, value.span,
                fmt::format("`{}` is {} and `{}` is {}", use.subject, with_article(use.type), spell_value(context, item),
                            form_name(value.form)),
                "an address is wanted here, as in `10.0.0.1` or `fd00::/8`");
  return std::nullopt;
}

// Names are compared in lower case, as the field holds them; of a pattern's text only what `matches` reads is left as it is.
std::optional<Literal> check_domain(Context& context, const LiteralUse& use, const WrittenValue& value) {
  if (use.op == Operator::kEquals || use.op == Operator::kUnder)
    return report_network(context, value, Code::kWrongDomain, read_domain(value.text));
  return Literal{use.op == Operator::kMatches ? value.text : lower_case(value.text)};
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
    if (const std::string& fault = context.regexes.of(value.text, use.nocase); !fault.empty()) {
      context.fault(Code::kWrongPattern, value.span, "the regular expression cannot be read", fault);
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
    case Type::kMap:
      return 0;  // by a key only, and then it is a string
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
    case Type::kMap:
      return "a map of strings";
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
  if (use.op == Operator::kHasFlag) return check_flag(context, value);
  if (use.op == Operator::kHasOption) {
    std::optional<std::string> option = check_option(context, item);
    return option ? std::optional<Literal>(std::move(*option)) : std::nullopt;
  }
  switch (use.type) {
    case Type::kInt:
    case Type::kPort:
      return check_number(context, use, item);
    case Type::kBool:
      return check_bool(context, use, item);
    case Type::kFlags:
      return check_flag_name(context, use, item);
    case Type::kIp:
      return check_range(context, use, item);
    case Type::kString:
    case Type::kPath:
    case Type::kDomain:
    case Type::kStringList:
    case Type::kRecordList:
    case Type::kMap:
      break;
  }
  const bool word = value.form == ValueForm::kWord || value.form == ValueForm::kPath;
  if (value.form != ValueForm::kString && !word) {
    Diagnostic& fault = context.fault(Code::kWrongLiteral, value.span,
                                      fmt::format("`{}` is {} and `{}` is {}", use.subject, with_article(use.type),
                                                  spell_value(context, item), form_name(value.form)),
                                      fmt::format("write `\"{}\"`", spell_value(context, item)));
    fault.fixes.push_back({value.span, fmt::format("\"{}\"", spell_value(context, item)), "write it as a string"});
    return std::nullopt;
  }
  if (!check_pattern(context, use, value)) return std::nullopt;
  if (use.type == Type::kDomain) return check_domain(context, use, value);
  if (use.op == Operator::kUnder) {
    std::optional<std::string> folder = check_folder(context, value);
    return folder ? std::optional<Literal>(std::move(*folder)) : std::nullopt;
  }
  return Literal{value.text};
}

void unknown_flag(Context& context, FieldId field, Span span, std::string_view spelled, std::string_view word) {
  std::vector<std::string_view> names;
  std::string all;
  for (const FlagInfo& flag : all_flags()) {
    if (flag.field != field) continue;
    names.push_back(flag.name);
    all += fmt::format("{}`{}`", all.empty() ? "" : ", ", flag.name);
  }
  const std::string near = suggest(lower_case(word), names);
  Diagnostic& fault = context.fault(Code::kUnknownFlag, span, fmt::format("`{}` has no flag `{}`", info(field).name, spelled),
                                    near.empty() ? "its flags are " + all : fmt::format("did you mean `{}`?", near));
  if (!near.empty()) fault.fixes.push_back({span, near, "write the flag that is near"});
}

}  // namespace recipe::checking
