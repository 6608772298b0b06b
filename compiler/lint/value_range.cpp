// SPDX-License-Identifier: Apache-2.0
// See value_range.h.
#include "compiler/lint/value_range.h"

#include <algorithm>

#include "compiler/prove/shapes.h"

namespace recipe {
namespace {

constexpr size_t kNameBytes = 255;  // NAME_MAX: of one component of a path
constexpr size_t kCommBytes = 15;   // TASK_COMM_LEN without its NUL; BPF_OBJ_NAME_LEN is the same

bool is_one_of(FieldId field, std::initializer_list<FieldId> fields) {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

bool is_name(FieldId field) {
  return is_one_of(field, {FieldId::process_name, FieldId::process_parent_name, FieldId::ancestor_name, FieldId::file_name,
                           FieldId::target_name});
}

bool is_comm(FieldId field) {
  return is_one_of(field, {FieldId::process_comm, FieldId::process_parent_comm, FieldId::ancestor_comm, FieldId::bpf_name});
}

// Resolved by the kernel from the opened object: it begins with a slash and holds neither `//` nor `/../`.
bool is_resolved_path(FieldId field) {
  return is_one_of(field, {FieldId::process_exe, FieldId::process_parent_exe, FieldId::ancestor_exe, FieldId::file_path,
                           FieldId::target_exe, FieldId::process_cwd});
}

bool plain_field(const Subject& subject) {
  return subject.field != FieldId::kNone && subject.selector == Selector::kNone;
}

std::string why_no_name(Operator op, const std::string& text) {
  if (text.find('/') != std::string::npos && op != Operator::kMatches && op != Operator::kLike)
    return "a name is one component of a path and has no `/`";
  if (text.size() > kNameBytes && op != Operator::kMatches && op != Operator::kLike) return "a name has at most 255 bytes";
  return {};
}

std::string why_no_path(Operator op, const std::string& text) {
  const bool begins = op == Operator::kEquals || op == Operator::kStartsWith || op == Operator::kUnder;
  if (begins && !text.empty() && text[0] != '/') return "the path is absolute: it begins with `/`";
  // On a path `*`, `?` and a set stop at a slash; `**` does not.
  const bool stops =
      op == Operator::kLike && !text.empty() && text[0] != '/' && !text.starts_with("**") && text[0] != '[' && text[0] != '\\';
  if (stops) return "the path begins with `/`, which only `/` and `**` match";
  if (op == Operator::kMatches || op == Operator::kLike) return {};
  for (const std::string_view part : {"//", "/../", "/./"}) {
    if (text.find(part) != std::string::npos) return "the kernel's path holds no `" + std::string(part) + "`";
  }
  const bool ends = op == Operator::kEquals || op == Operator::kEndsWith;
  if (ends && text.size() > 1 && text.ends_with('/')) return "a path does not end in `/`";
  return {};
}

std::string why_no_number(const Test& test, int64_t literal) {
  const NumberRange range = number_range(test.subject);
  if (numbers_of(test.op, literal).meets(range)) return {};
  return "it is " + std::to_string(range.low) + " to " + std::to_string(range.high);
}

}  // namespace

NumberRange number_range(const Subject& subject) {
  constexpr NumberRange kAny;
  if (!plain_field(subject)) return kAny;
  const FieldInfo& field = info(subject.field);
  if (field.type == Type::kPort) return {0, 65535};
  if (field.type != Type::kInt) return kAny;
  const std::string_view last = field.name.substr(field.name.rfind('.') + 1);
  if (last == "pid" || last == "tid" || last == "proc_pid") return {0, int64_t{1} << 22};  // PID_MAX_LIMIT
  if (last == "uid" || last == "gid" || last == "euid") return {0, 4294967295};
  if (subject.field == FieldId::signal_number) return {0, 64};
  if (subject.field == FieldId::process_file_mode) return {0, 0177777};
  if (subject.field == FieldId::dns_code) return {0, 4095};
  return {0, kAny.high};
}

std::string why_never(const Test& test, const Literal& literal) {
  if (!plain_field(test.subject) || test.op == Operator::kHas) return {};
  const FieldId field = test.subject.field;
  if (const auto* number = std::get_if<int64_t>(&literal))
    return info(field).type == Type::kBool ? "" : why_no_number(test, *number);
  const std::string& text = std::get<std::string>(literal);
  if (is_name(field)) return why_no_name(test.op, text);
  if (is_comm(field) && text.size() > kCommBytes && test.op != Operator::kMatches && test.op != Operator::kLike)
    return "the kernel keeps 15 bytes of it";
  if (is_resolved_path(field)) return why_no_path(test.op, text);
  const bool upper = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (field == FieldId::net_protocol && test.op == Operator::kEquals && upper && !test.nocase)
    return "it is in lower case: `tcp`, `udp`, `icmp`";
  return {};
}

bool holds_always(const Test& test, const Literal& literal) {
  if (!plain_field(test.subject) || test.over == Over::kAnyElement) return false;
  if (const auto* number = std::get_if<int64_t>(&literal)) {
    if (info(test.subject.field).type == Type::kFlags || info(test.subject.field).type == Type::kBool) return false;
    return test.op != Operator::kEquals && numbers_of(test.op, *number).holds(number_range(test.subject));
  }
  const std::string& text = std::get<std::string>(literal);
  const bool resolved = is_resolved_path(test.subject.field);
  if (test.op == Operator::kUnder) return resolved && text.find_first_not_of('/') == std::string::npos;
  if (test.op == Operator::kStartsWith && resolved && text == "/") return true;
  if (test.op == Operator::kLike) {
    const auto plain = prove::plain_glob(text, prove::text_kind(test.subject) == prove::TextKind::kPath);
    return plain && plain->op != Operator::kEquals &&
           (plain->text.empty() || (resolved && plain->op == Operator::kStartsWith && plain->text == "/"));
  }
  if (test.op == Operator::kMatches) return text == ".*" || text == "^.*$" || text == "^" || text == "$" || text == "^.*";
  return text.empty() && (test.op == Operator::kContains || test.op == Operator::kStartsWith || test.op == Operator::kEndsWith);
}

}  // namespace recipe
