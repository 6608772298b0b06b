// SPDX-License-Identifier: Apache-2.0
// One test, one key, one text as the language writes them. Names come from the catalogue and operators.def.
#include <algorithm>
#include <array>

#include "bpf/abi/limits.h"
#include "runtime/artefact/dump.h"
#include "runtime/artefact/keys.h"
#include "runtime/base/address.h"

namespace recipe {
namespace {

std::string_view spelling(Operator op, bool negated) {
  switch (op) {
#define OPERATOR(id, number, positive, negative, ...) \
  case Operator::id:                                  \
    return negated ? negative : positive;
#include "runtime/artefact/operators.def"
  }
  return "";
}

// Bytes of the UTF-8 sequence at `at`, or 0: none that is well formed.
size_t utf8_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const size_t length = first < 0x80                    ? 1
                        : first >= 0xc2 && first < 0xe0 ? 2
                        : first >= 0xe0 && first < 0xf0 ? 3
                        : first >= 0xf0 && first < 0xf5 ? 4
                                                        : 0;
  if (length == 0 || length > text.size() - at) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  }
  if (length == 3 && ((first == 0xe0 && byte(at + 1) < 0xa0) || (first == 0xed && byte(at + 1) >= 0xa0))) return 0;
  if (length == 4 && ((first == 0xf0 && byte(at + 1) < 0x90) || (first == 0xf4 && byte(at + 1) >= 0x90))) return 0;
  return length;
}

// A text that may stand without quotes, in lists and after == and !=.
bool is_bare(std::string_view text) {
  static constexpr std::array kReserved = {"all",  "and",  "any",    "contains", "endswith", "except",  "exists",     "false",
                                           "has",  "in",   "like",   "list",     "macro",    "matches", "nocase",     "not",
                                           "on",   "or",   "option", "operand",  "program",  "recipe",  "startswith", "test",
                                           "true", "tune", "under",  "when",     "import",   "flag"};
  if (text.empty() || std::find(kReserved.begin(), kReserved.end(), text) != kReserved.end()) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return letter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// In the greatest unit that leaves no rest: 10m, 90s.
std::string spell_duration(uint64_t ns) {
  static constexpr std::pair<uint64_t, std::string_view> kUnits[] = {
      {86'400'000'000'000, "d"}, {3'600'000'000'000, "h"}, {60'000'000'000, "m"}, {1'000'000'000, "s"}, {1'000'000, "ms"}};
  for (const auto& [unit, name] : kUnits) {
    if (ns >= unit && ns % unit == 0) return std::to_string(ns / unit) + std::string(name);
  }
  return std::to_string(ns) + "ns";
}

Type type_of(const Subject& subject) {
  if (subject.selector == Selector::kCount) return Type::kInt;
  return subject.field == FieldId::kNone || subject.selector != Selector::kNone ? Type::kString : info(subject.field).type;
}

std::string spell_literal(const Subject& subject, const Literal& literal, bool bare) {
  if (const int64_t* number = std::get_if<int64_t>(&literal)) {
    return type_of(subject) == Type::kFlags ? flag_names(subject.field, *number) : std::to_string(*number);
  }
  const std::string& text = std::get<std::string>(literal);
  if (type_of(subject) == Type::kIp && text.size() == kRangeBytes) return format_range(text);
  return bare && is_bare(text) ? text : quote(text);
}

// The entries of a list's file are said to be there, and not listed.
std::string spell_literals(const Test& test) {
  std::string out = "[";
  for (const Literal& literal : test.literals) out += (out.size() > 1 ? ", " : "") + spell_literal(test.subject, literal, true);
  if (test.table != 0) out += (out.size() > 1 ? ", " : "") + ("...file " + std::to_string(test.table));
  return out + "]";
}

// process.exe, or "/proc/{process.pid}/mem"
std::string spell_right(const Test& test) {
  const bool whole = test.right.size() == 1 && std::holds_alternative<FieldId>(test.right[0]);
  const bool text = storage_of(type_of(test.subject)) == Storage::kText || test.over != Over::kValue;
  if (whole) {
    const FieldInfo& field = info(std::get<FieldId>(test.right[0]));
    if (!text || storage_of(field.type) == Storage::kText) return std::string(field.name);
  }
  std::string out;
  for (const TextPart& part : test.right) {
    if (const auto* words = std::get_if<std::string>(&part)) {
      const std::string quoted = quote(*words);
      out += quoted.substr(1, quoted.size() - 2);
    } else {
      out += "{" + std::string(info(std::get<FieldId>(part)).name) + "}";
    }
  }
  return "\"" + out + "\"";
}

std::string spell_subject(const Subject& subject) {
  std::string out;
  if (subject.variable == 0) {
    out = info(subject.field).name;
  } else {
    out = loop_variable(subject.variable);
    if (subject.field != FieldId::kNone) out.append(".").append(info(subject.field).name);
  }
  switch (subject.selector) {
    case Selector::kNone:
      break;
    case Selector::kOption:
      out += " option " + quote(subject.option);
      break;
    case Selector::kOperand:
      out += " operand " + std::to_string(subject.operand);
      break;
    case Selector::kKey:
      out += "[" + quote(subject.option) + "]";
      break;
    case Selector::kElement:
      out += "[" + std::to_string(subject.operand) + "]";
      break;
    case Selector::kCount:
      out = "count(" + out + ")";
      break;
  }
  return out;
}

// process.marked downloaded; of several each, as the language says it
std::string spell_marks(const Test& test, bool negated) {
  std::string out;
  for (const Literal& name : test.literals)
    out.append(out.empty() ? "" : " or ").append(info(test.subject.field).name).append(" ").append(std::get<std::string>(name));
  if (test.literals.size() != 1) out = "(" + out + ")";
  return negated ? "not " + out : out;
}

bool is_bool(const Test& test) {
  return test.subject.field != FieldId::kNone && info(test.subject.field).type == Type::kBool;
}

}  // namespace

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= RECIPE_ENV_NAME_BYTES &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c <= '~' && c != '=' && c != '"' && c != '\\'; });
}

std::string quote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const size_t length = utf8_length(text, i);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (length > 1 || (length == 1 && c >= ' ' && c != 0x7f)) {
      out += text.substr(i, length);
    } else {
      out += "\\x";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
    i += std::max<size_t>(length, 1);
  }
  return out + "\"";
}

std::string_view loop_variable(uint32_t variable) {
  static constexpr std::array<std::string_view, kMaxLoops> kNames = {"p", "q", "r", "s"};
  return variable >= 1 && variable <= kNames.size() ? kNames[variable - 1] : "?";
}

std::string spell(const MarkAction& mark) {
  static constexpr std::array<std::string_view, 3> kTargets = {"process", "process.tree", "file"};
  return "mark " + std::string(kTargets[static_cast<size_t>(mark.target)]) + " " + mark.name + " for " +
         spell_duration(mark.for_ns);
}

namespace {

std::string spell_fields(const std::vector<FieldId>& fields) {
  std::string out;
  for (const FieldId field : fields) out.append(out.empty() ? "" : ", ").append(info(field).name);
  return out;
}

std::string spell_by(const GroupBy& by) {
  static constexpr std::array<std::string_view, 4> kRelations = {"", "process", "process.parent", "process.tree"};
  std::string out(kRelations[static_cast<size_t>(by.relation)]);
  if (!by.fields.empty()) out += (out.empty() ? "" : ", ") + spell_fields(by.fields);
  return out.empty() ? out : " by " + out;
}

}  // namespace

std::string spell(const Count& count) {
  return "count >= " + std::to_string(count.least) + " within " + spell_duration(count.within_ns) + spell_by(count.by);
}

std::string spell(const UnlessSeen& seen) {
  return "unless seen [" + spell_fields(seen.fields) + "] in " + spell_duration(seen.within_ns);
}

std::string spell(const Sequence& sequence) {
  std::string out = "sequence" + spell_by(sequence.by) + " within " + spell_duration(sequence.within_ns) + ":";
  for (const SequenceStep& step : sequence.steps)
    out += (out.back() == ':' ? " " : ", ") + std::string(step.absent ? "not " : "") + step.name;
  return out;
}

std::string spell(const Test& test, bool negated) {
  if (asks_marks(test) && test.op == Operator::kEquals && test.right.empty()) return spell_marks(test, negated);
  const std::string subject = spell_subject(test.subject);
  const bool several = test.right.empty() && (test.literals.size() != 1 || test.table != 0);
  const bool bare = test.op == Operator::kEquals || test.op == Operator::kHasFlag;
  if (test.op == Operator::kExists) return std::string(negated ? "not exists " : "exists ") + subject;

  // `argv option "-o" == x` asks every value that the option has: some element is its plain sense. So of a key.
  const bool several_values = test.subject.selector == Selector::kOption || test.subject.selector == Selector::kKey;
  const bool plain = test.over == Over::kValue || (test.over == Over::kAnyElement && several_values);
  std::string words(spelling(test.op, negated)), before;
  bool quantified = several && test.op != Operator::kHasFlag && test.op != Operator::kHasOption;
  if (!plain && test.over == Over::kAnyElement && test.op == Operator::kEquals) {
    words = negated ? "not contains" : "contains";
  } else {
    if (!plain) {
      before = std::string(negated ? "not " : "") + (test.over == Over::kAnyElement ? "any " : "all ");
      words = spelling(test.op, false);
    }
    if (test.op == Operator::kEquals && several) {
      words = plain && negated ? "not in" : "in";
      quantified = false;
    }
  }
  if (test.nocase) words += " nocase";
  if (quantified) words += " any";
  std::string value;
  if (!several && test.right.empty() && is_bool(test)) {
    value = test.literals[0] == Literal(int64_t{0}) ? "false" : "true";
  } else {
    value = !test.right.empty() ? spell_right(test)
            : several           ? spell_literals(test)
                                : spell_literal(test.subject, test.literals[0], bare && plain);
  }
  return before + subject + " " + words + " " + value;
}

std::string spell(const FilterTerm& term) {
  const FieldId field = field_of_lane(term.lane);
  std::string out(term.lane == LANE_TAGS    ? std::string_view("process.ancestors")
                  : term.lane == LANE_SELF  ? std::string_view("file.name == process.name")
                  : field == FieldId::kNone ? std::string_view("?")
                                            : info(field).name);
  out += term.negated ? ": none of " : ": ";
  bool first = true;
  for (const FilterKey& key : term.keys) {
    if (!first) out += " | ";
    first = false;
    switch (key.kind) {
      case KeyKind::kExact:
        out += key.is_number ? std::to_string(key.number) : quote(key.text);
        break;
      case KeyKind::kPrefix:
        out += quote(key.text) + "...";
        break;
      case KeyKind::kSuffix:
        out += "..." + quote(key.text);
        break;
      case KeyKind::kFlag:
        out += "flag " + key.text;
        break;
      case KeyKind::kBit:
        out += is_tag_lane(term.lane) ? "tag " + std::to_string(key.number) : flag_names(field, int64_t{1} << key.number);
        break;
      case KeyKind::kRange:
        if (key.number > INT64_MIN) out += std::to_string(key.number) + " ";
        out += "..";
        if (key.last < INT64_MAX) out += " " + std::to_string(key.last);
        break;
      case KeyKind::kAddress:
        out += format_range(key.text);
        break;
    }
  }
  return out;
}

}  // namespace recipe
