// SPDX-License-Identifier: Apache-2.0
// Event → JSON, in the order of the catalogue.
#include <algorithm>
#include <optional>

#include "runtime/base/address.h"
#include "runtime/feed/json.h"
#include "runtime/feed/time.h"

namespace recipe {
namespace {

// Bytes of the UTF-8 sequence that `text` begins with; 0: none (overlong forms, surrogates and what is above U+10FFFF are
// none).
size_t sequence(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!tail(1) || !tail(2) || (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3) || (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
    return 4;
  }
  return 0;
}

// How many of the first bytes stand for themselves: nearly all of nearly every string.
size_t plain(std::string_view text) {
  size_t n = 0;
  while (n < text.size() && text[n] >= 0x20 && text[n] < 0x7f && text[n] != '"' && text[n] != '\\') ++n;
  return n;
}

void append_hex(std::string& out, unsigned char byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

class Writer {
 public:
  Writer(const Event& event, bool escaped) : event_(event), escaped_(escaped) {}

  [[nodiscard]] bool escaped() const { return escaped_; }

  std::string run() {
    out_ = "{\"event\":\"" + std::string(info(event_.id()).name) + "\",\"time\":\"" + format_time(event_.time_unix_ns()) + "\"";
    if (escaped_) out_ += ",\"encoding\":\"escaped\"";
    members("");
    truncated();
    out_ += '}';
    return std::move(out_);
  }

 private:
  void text(std::string_view value) { append_json_string(out_, value, escaped_); }

  // `,"key":`, without the comma where an object has just begun.
  void key(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

  // The fields below `prefix`, each group of them where its first one stands. Groups are two deep at most.
  void members(std::string_view prefix) {  // NOLINT(misc-no-recursion): the depth is the catalogue's
    std::vector<std::string> done;
    for (const FieldInfo& field : all_fields()) {
      if (field.list != FieldId::kNone || !field.name.starts_with(prefix)) continue;
      const std::string_view rest = field.name.substr(prefix.size());
      const size_t dot = rest.find('.');
      if (dot == std::string_view::npos) {
        leaf(field, rest);
        continue;
      }
      std::string group(field.name.substr(0, prefix.size() + dot + 1));
      bool seen = false;
      for (const std::string& other : done) seen |= other == group;
      if (seen) continue;
      const size_t before = out_.size();
      key(rest.substr(0, dot));
      out_ += '{';
      members(group);
      if (out_.back() == '{') {
        out_.resize(before);
      } else {
        out_ += '}';
      }
      done.push_back(std::move(group));
    }
  }

  // process.cmdline is left out: argv says it.
  void leaf(const FieldInfo& field, std::string_view name) {
    if (field.origin == Origin::kDerived || !event_.has(field.id)) return;
    key(name);
    switch (field.type) {
      case Type::kBool:
        out_ += *event_.number(field.id) != 0 ? "true" : "false";
        return;
      case Type::kFlags:
        flags(field.id, *event_.number(field.id));
        return;
      case Type::kIp:
        text(format_address(*event_.text(field.id)));
        return;
      case Type::kPort:
      case Type::kInt:
        out_ += std::to_string(*event_.number(field.id));
        return;
      case Type::kString:
      case Type::kPath:
      case Type::kDomain:
        text(*event_.text(field.id));
        return;
      case Type::kStringList:
        elements(field.id);
        return;
      case Type::kRecordList:
        ancestors();
        return;
      case Type::kMap:
        pairs(field.id);
        return;
    }
  }

  void flags(FieldId field, int64_t bits) {
    out_ += '[';
    for (const FlagInfo& flag : all_flags()) {
      if (flag.field != field || ((static_cast<uint64_t>(bits) >> flag.bit) & 1) == 0) continue;
      if (out_.back() != '[') out_ += ',';
      text(flag.name);
    }
    out_ += ']';
  }

  void elements(FieldId field) {
    out_ += '[';
    for (const std::string_view element : event_.texts(field)) {
      if (out_.back() != '[') out_ += ',';
      text(element);
    }
    out_ += ']';
  }

  // "NAME=value", once a name: of several the first, as getenv() finds it.
  void pairs(FieldId field) {
    out_ += '{';
    std::vector<std::string_view> done;
    for (const std::string_view element : event_.texts(field)) {
      const size_t equal = std::min(element.find('='), element.size());
      const std::string_view name = element.substr(0, equal);
      if (std::find(done.begin(), done.end(), name) != done.end()) continue;
      if (!done.empty()) out_ += ',';
      done.push_back(name);
      text(name);
      out_ += ':';
      text(element.substr(std::min(equal + 1, element.size())));
    }
    out_ += '}';
  }

  void ancestors() {
    out_ += '[';
    for (const Ancestor& a : event_.ancestors()) {
      if (out_.back() != '[') out_ += ',';
      out_ += '{';
      number(FieldId::ancestor_pid, a.pid);
      number(FieldId::ancestor_uid, a.uid);
      string(FieldId::ancestor_name, a.name);
      string(FieldId::ancestor_comm, a.comm);
      string(FieldId::ancestor_exe, a.exe);
      string(FieldId::ancestor_cmdline, a.cmdline);
      number(FieldId::ancestor_start_time, a.start_time);
      out_ += '}';
    }
    out_ += ']';
  }
  void number(FieldId field, const std::optional<int64_t>& value) {
    if (!value) return;
    key(info(field).name);
    out_ += std::to_string(*value);
  }
  void string(FieldId field, const std::optional<std::string_view>& value) {
    if (!value) return;
    key(info(field).name);
    text(*value);
  }

  // Of the items alone: what is derived from a cut list is cut too, and needs no word.
  void truncated() {
    std::string names;
    for (const FieldInfo& field : all_fields()) {
      if (field.list != FieldId::kNone || field.origin == Origin::kDerived || !event_.has(field.id) ||
          !event_.truncated(field.id))
        continue;
      names += (names.empty() ? "\"" : ",\"") + std::string(field.name) + "\"";
    }
    if (!names.empty()) out_ += ",\"truncated\":[" + names + "]";
  }

  const Event& event_;
  bool escaped_;
  std::string out_;
};

}  // namespace

void append_json_string(std::string& out, std::string_view text, bool& escaped) {
  for (size_t i = plain(text); i < text.size() && !escaped; i += plain(text.substr(i))) {
    const size_t n = sequence(text.substr(i));
    escaped = n == 0;
    i += n;
  }
  out += '"';
  for (size_t i = 0; i < text.size();) {
    if (const size_t run = plain(text.substr(i)); run > 0) {
      out.append(text, i, run);
      i += run;
      continue;
    }
    const size_t n = sequence(text.substr(i));
    const auto c = static_cast<unsigned char>(text[i]);
    if (n > 1) {
      out += text.substr(i, n);
    } else if (n == 0) {
      out += "\\\\x";
      append_hex(out, c);
    } else if (c == '\\') {
      out += escaped ? "\\\\\\\\" : "\\\\";
    } else if (c == '"') {
      out += "\\\"";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {  // a control character
      out += "\\u00";
      append_hex(out, c);
    }
    i += n == 0 ? 1 : n;
  }
  out += '"';
}

std::string write_json(const Event& event) {
  Writer plain(event, false);
  std::string line = plain.run();
  return plain.escaped() ? Writer(event, true).run() : line;
}

}  // namespace recipe
