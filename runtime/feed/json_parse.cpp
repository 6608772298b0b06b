// SPDX-License-Identifier: Apache-2.0
// One line of JSON → EventValues. Every fault names the member, or the column where the text is no JSON.
//
// The line is parsed as a whole before anything is believed (simdjson's DOM, not its on-demand half): a line that is cut is no
// event. Only where that fails the text is read a second time, by a parser that says where.
#include <simdjson.h>

#include <algorithm>
#include <bitset>
#include <nlohmann/json.hpp>

#include "runtime/base/address.h"
#include "runtime/feed/json.h"
#include "runtime/feed/time.h"

namespace recipe {
namespace {

namespace dom = simdjson::dom;

// An event of the longest record, each byte of it escaped, is a tenth of this.
constexpr size_t kLongestLine = size_t{1} << 20;

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// The nearest of `names`, where it is near enough to be what was meant.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& names) {
  constexpr size_t kLongestName = 64;
  if (name.size() > kLongestName) return "";
  std::string_view best;
  size_t least = std::max<size_t>(2, name.size() / 3) + 1;
  for (const std::string_view other : names) {
    if (const size_t d = distance(name, other); d < least) {
      least = d;
      best = other;
    }
  }
  return best.empty() ? "" : "; did you mean `" + std::string(best) + "`?";
}

std::string shown(std::string_view name) {
  constexpr size_t kShown = 80;
  return "`" + (name.size() > kShown ? std::string(name.substr(0, kShown)) + "..." : std::string(name)) + "`";
}

const char* kind_of(dom::element value) {
  switch (value.type()) {
    case dom::element_type::ARRAY:
      return "a list";
    case dom::element_type::OBJECT:
      return "an object";
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
      return "a whole number";
    case dom::element_type::DOUBLE:
      return "a number with a fraction or an exponent";
    case dom::element_type::STRING:
      return "a string";
    case dom::element_type::BOOL:
      return "a bool";
    case dom::element_type::NULL_VALUE:
      return "null (leave out what is absent)";
  }
  return "";
}

Error wants(std::string_view member, std::string_view what, dom::element value) {
  return Error{shown(member) + " wants " + std::string(what) + ", this is " + kind_of(value)};
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Encoding "escaped": \xHH is one byte and \\ a backslash, nothing else follows a backslash.
std::optional<std::string> unescape(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '\\') {
      bytes += '\\';
      ++i;
      continue;
    }
    if (i + 3 >= text.size() || text[i + 1] != 'x') return std::nullopt;
    const int high = hex_value(text[i + 2]), low = hex_value(text[i + 3]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
    i += 3;
  }
  return bytes;
}

class Reader {
 public:
  [[nodiscard]] Result<EventValues> run(dom::object event) {
    if (const Status status = read_encoding(event); !status.ok()) return status.error();
    if (const Status status = read_if_detection(event); !status.ok()) return status.error();
    struct Open {
      dom::object object;
      std::string prefix;
    };
    std::vector<Open> open = {{event, ""}};
    if (detection_) open.push_back({told_, ""});
    while (!open.empty()) {
      const Open here = std::move(open.back());
      open.pop_back();
      for (const auto& [key, value] : here.object) {
        const std::string name = here.prefix + std::string(key);
        if (detection_ && (name == "event" || name == "why" || !tells_of_event(name))) continue;
        if (const Status status = once(name); !status.ok()) return status.error();
        if (here.prefix.empty() && is_top(key)) {
          if (const Status status = read_top(key, value); !status.ok()) return status.error();
        } else if (const FieldInfo* const field = find_field(name)) {
          if (const Status status = read_field(*field, value); !status.ok()) return status.error();
        } else if (is_group(name)) {
          dom::object group;
          if (value.get(group) != simdjson::SUCCESS) return wants(name, "an object", value);
          open.push_back({group, name + "."});
        } else {
          return unknown(name);
        }
      }
    }
    if (!has_event_) return Error{"the event has no `event`: write `\"event\":\"exec\"`"};
    return std::move(values_);
  }

 private:
  static bool is_top(std::string_view key) {
    return key == "event" || key == "time" || key == "truncated" || key == "encoding";
  }
  static bool is_group(std::string_view name) {
    return std::any_of(all_fields().begin(), all_fields().end(), [&](const FieldInfo& field) {
      return field.list == FieldId::kNone && field.name.size() > name.size() && field.name.starts_with(name) &&
             field.name[name.size()] == '.';
    });
  }
  static Error unknown(std::string_view name) {
    std::vector<std::string_view> names = {"event", "time", "truncated", "encoding"};
    for (const FieldInfo& field : all_fields()) {
      if (field.list == FieldId::kNone) names.push_back(field.name);
    }
    return Error{"unknown member " + shown(name) + did_you_mean(name, names)};
  }
  // A detection's `event` is an object: {"type":"exec","argv":[...]}. What `why` says of cut fields is the event's.
  [[nodiscard]] Status read_if_detection(dom::object event) {
    dom::element type, names;
    if (event["event"].get(told_) != simdjson::SUCCESS) return Done{};
    detection_ = true;
    if (told_["type"].get(type) != simdjson::SUCCESS) return Error{"`event` is an object without `type`: no detection"};
    if (event["why"]["truncated"].get(names) == simdjson::SUCCESS) {
      if (const Status status = read_truncated(names); !status.ok()) return status;
    }
    return read_top("event", type);
  }
  // Of a detection's members those that an event has: not what follows from others, and not what recipes set.
  static bool tells_of_event(const std::string& name) {
    if (name == "time" || name == "encoding" || is_group(name)) return true;
    const FieldInfo* const field = find_field(name);
    return field != nullptr && field->origin != Origin::kState && field->origin != Origin::kDerived &&
           !name.starts_with("process.parent.");
  }
  // A name is given once, however it is nested: {"process":{"pid":1},"process.pid":2} is two of process.pid.
  [[nodiscard]] Status once(const std::string& name) {
    if (std::find(given_.begin(), given_.end(), name) != given_.end()) return Error{shown(name) + " is given twice"};
    given_.push_back(name);
    return Done{};
  }

  [[nodiscard]] Status read_encoding(dom::object event) {
    for (const auto& [key, value] : event) {
      if (key != "encoding") continue;
      std::string_view text;
      if (value.get(text) != simdjson::SUCCESS) return wants("encoding", "a string", value);
      if (text != "escaped") return Error{"unknown encoding " + shown(text) + ": the one there is is `escaped`"};
      escaped_ = true;
    }
    return Done{};
  }

  [[nodiscard]] Status read_top(std::string_view key, dom::element value) {
    if (key == "encoding") return Done{};
    if (key == "truncated") return read_truncated(value);
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return wants(key, "a string", value);
    if (key == "time") {
      const auto time = parse_time(text);
      if (!time)
        return Error{"`time` is " + shown(text) + ", which is no time of RFC 3339: write `2026-11-23T10:00:00.000000001Z`"};
      values_.time_unix_ns = *time;
      return Done{};
    }
    const EventInfo* const event = find_event(text);
    if (event == nullptr) {
      std::vector<std::string_view> names;
      for (const EventInfo& each : all_events()) names.push_back(each.name);
      std::string hint = did_you_mean(text, names);
      return Error{"unknown event " + shown(text) + (hint.empty() ? "; there is `" + std::string(names[0]) + "`" : hint)};
    }
    values_.event = event->id;
    has_event_ = true;
    return Done{};
  }

  [[nodiscard]] Status read_truncated(dom::element value) {
    dom::array names;
    if (value.get(names) != simdjson::SUCCESS) return wants("truncated", "a list of names of fields", value);
    for (const dom::element each : names) {
      std::string_view name;
      if (each.get(name) != simdjson::SUCCESS) return wants("truncated", "a list of names of fields", each);
      const FieldInfo* const field = find_field(name);
      if (field == nullptr) {
        std::vector<std::string_view> known;
        for (const FieldInfo& row : all_fields()) {
          if (row.list == FieldId::kNone) known.push_back(row.name);
        }
        return Error{"`truncated` names " + shown(name) + ", which is no field" + did_you_mean(name, known)};
      }
      values_.truncated.push_back(field->id);
    }
    return Done{};
  }

  [[nodiscard]] Result<int64_t> number(std::string_view name, dom::element value) const {
    int64_t n = 0;
    const auto code = value.get(n);
    if (code == simdjson::NUMBER_OUT_OF_RANGE)
      return Error{shown(name) + " is above 9223372036854775807, the greatest number there is"};
    if (code != simdjson::SUCCESS) return wants(name, "a whole number", value);
    return n;
  }
  [[nodiscard]] Result<std::string> text(std::string_view name, dom::element value) const {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return wants(name, "a string", value);
    return this->text(name, text);
  }
  [[nodiscard]] Result<std::string> text(std::string_view name, std::string_view text) const {
    if (!escaped_) return std::string(text);
    auto bytes = unescape(text);
    if (!bytes)
      return Error{shown(name) +
                   " is not in the encoding `escaped`: after a backslash stands another one, or x and two hexadecimal digits"};
    return std::move(*bytes);
  }

  [[nodiscard]] Status read_field(const FieldInfo& field, dom::element value) {
    if (field.origin == Origin::kState) return Error{"no event has " + shown(std::string(field.name)) + ": recipes set it"};
    switch (field.type) {
      case Type::kBool: {
        bool flag = false;
        if (value.get(flag) != simdjson::SUCCESS) return wants(field.name, "true or false", value);
        values_.numbers.emplace_back(field.id, flag ? 1 : 0);
        return Done{};
      }
      case Type::kFlags:
        return read_flags(field, value);
      case Type::kIp: {
        auto string = text(field.name, value);
        if (!string) return string.error();
        auto address = parse_address(*string);
        if (!address) return wants(field.name, "an internet address", value);
        values_.texts.emplace_back(field.id, std::move(*address));
        return Done{};
      }
      case Type::kPort:
      case Type::kInt: {
        const auto n = number(field.name, value);
        if (!n) return n.error();
        values_.numbers.emplace_back(field.id, *n);
        return Done{};
      }
      case Type::kString:
      case Type::kPath:
      case Type::kDomain: {
        auto string = text(field.name, value);
        if (!string) return string.error();
        values_.texts.emplace_back(field.id, std::move(*string));
        return Done{};
      }
      case Type::kStringList:
        return read_texts(field, value);
      case Type::kRecordList:
        return read_ancestors(field, value);
      case Type::kMap:
        return read_map(field, value);
    }
    return Done{};
  }

  static std::string at(const FieldInfo& list, size_t index) {
    return std::string(list.name) + "[" + std::to_string(index) + "]";
  }

  [[nodiscard]] Status read_texts(const FieldInfo& field, dom::element value) {
    dom::array elements;
    if (value.get(elements) != simdjson::SUCCESS) return wants(field.name, "a list of strings", value);
    std::vector<std::string> list;
    for (const dom::element element : elements) {
      auto string = text(at(field, list.size()), element);
      if (!string) return string.error();
      list.push_back(std::move(*string));
    }
    if (field.id == FieldId::argv) {
      values_.argv = std::move(list);
    } else {
      values_.lists.emplace_back(field.id, std::move(list));
    }
    return Done{};
  }

  [[nodiscard]] Status read_map(const FieldInfo& field, dom::element value) {
    dom::object members;
    if (value.get(members) != simdjson::SUCCESS) return wants(field.name, "an object of strings", value);
    std::vector<std::string> list;
    for (const auto& [key, member] : members) {
      auto name = text(field.name, std::string(key));
      if (!name) return name.error();
      if (name->empty() || name->find('=') != std::string::npos)
        return Error{shown(field.name) + " has the name " + shown(*name) + ": a name is not empty and holds no `=`"};
      auto string = text(std::string(field.name) + "." + *name, member);
      if (!string) return string.error();
      list.push_back(*name + "=" + *string);
    }
    values_.lists.emplace_back(field.id, std::move(list));
    return Done{};
  }

  [[nodiscard]] Status read_flags(const FieldInfo& field, dom::element value) {
    dom::array elements;
    if (value.get(elements) != simdjson::SUCCESS) return wants(field.name, "a list of flags", value);
    uint64_t bits = 0;
    for (const dom::element element : elements) {
      const auto name = text(std::string(field.name), element);
      if (!name) return name.error();
      const FlagInfo* const flag = find_flag(field.id, *name);
      if (flag == nullptr) return Error{shown(std::string(field.name)) + " has no flag `" + *name + "`"};
      bits |= uint64_t{1} << flag->bit;
    }
    values_.numbers.emplace_back(field.id, static_cast<int64_t>(bits));
    return Done{};
  }

  [[nodiscard]] Status read_ancestors(const FieldInfo& field, dom::element value) {
    dom::array entries;
    if (value.get(entries) != simdjson::SUCCESS) return wants(field.name, "a list of objects", value);
    auto& ancestors = values_.ancestors.emplace();
    for (const dom::element each : entries) {
      const std::string place = at(field, ancestors.size());
      dom::object entry;
      if (each.get(entry) != simdjson::SUCCESS) return wants(place, "an object", each);
      auto& ancestor = ancestors.emplace_back();
      std::bitset<256> given;
      for (const auto& [key, part] : entry) {
        const std::string name = place + "." + std::string(key);
        const FieldInfo* const element = find_element(field.id, key);
        if (element == nullptr) return unknown_element(field, key, name);
        if (given[static_cast<size_t>(element->id)]) return Error{shown(name) + " is given twice"};
        given.set(static_cast<size_t>(element->id));
        if (const Status status = read_element(ancestor, *element, name, part); !status.ok()) return status;
      }
    }
    return Done{};
  }
  static Error unknown_element(const FieldInfo& list, std::string_view key, const std::string& name) {
    std::vector<std::string_view> names;
    for (const FieldInfo& row : all_fields()) {
      if (row.list == list.id) names.push_back(row.name);
    }
    return Error{"unknown member " + shown(name) + did_you_mean(key, names)};
  }

  [[nodiscard]] Status read_element(EventValues::AncestorValues& a, const FieldInfo& element, const std::string& name,
                                    dom::element value) const {
    const std::pair<FieldId, std::optional<int64_t>*> numbers[] = {
        {FieldId::ancestor_pid, &a.pid}, {FieldId::ancestor_uid, &a.uid}, {FieldId::ancestor_start_time, &a.start_time}};
    for (const auto& [field, slot] : numbers) {
      if (field != element.id) continue;
      const auto n = number(name, value);
      if (!n) return n.error();
      *slot = *n;
    }
    const std::pair<FieldId, std::optional<std::string>*> texts[] = {{FieldId::ancestor_name, &a.name},
                                                                     {FieldId::ancestor_comm, &a.comm},
                                                                     {FieldId::ancestor_exe, &a.exe},
                                                                     {FieldId::ancestor_cmdline, &a.cmdline}};
    for (const auto& [field, slot] : texts) {
      if (field != element.id) continue;
      auto string = text(name, value);
      if (!string) return string.error();
      *slot = std::move(*string);
    }
    return Done{};
  }

  EventValues values_;
  std::vector<std::string> given_;
  dom::object told_;  // the `event` of a detection
  bool detection_ = false;
  bool has_event_ = false;
  bool escaped_ = false;
};

// Where the text stops being JSON. simdjson says that it does; this says where.
Error syntax_error(std::string_view line, simdjson::error_code code) {
  if (code == simdjson::DEPTH_ERROR) return Error{"the line is nested too deeply for an event"};
  if (code == simdjson::UTF8_ERROR)
    return Error{"the line is not UTF-8: write such bytes as \\xHH and add `\"encoding\":\"escaped\"`"};
  try {
    [[maybe_unused]] const auto parsed = nlohmann::json::parse(line);
  } catch (const nlohmann::json::parse_error& error) {
    return Error{"column " + std::to_string(error.byte) + ": this is no JSON"};
  } catch (const nlohmann::json::exception&) {
    return Error{"a number is out of range"};
  }
  if (code == simdjson::NUMBER_ERROR) return Error{"a number is out of range: none is above 9223372036854775807"};
  return Error{std::string("this is no JSON: ") + simdjson::error_message(code)};
}

}  // namespace

struct JsonEvents::State {
  dom::parser parser;
};

JsonEvents::JsonEvents() : state_(std::make_unique<State>()) {}
JsonEvents::~JsonEvents() = default;

Result<EventValues> JsonEvents::parse(std::string_view line) {
  if (line.size() > kLongestLine)
    return Error{"the line is longer than " + std::to_string(kLongestLine) + " bytes: no event is"};
  if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) return Error{"the line is empty"};
  dom::element root;
  if (const auto code = state_->parser.parse(line.data(), line.size()).get(root); code != simdjson::SUCCESS)
    return syntax_error(line, code);
  dom::object event;
  if (root.get(event) != simdjson::SUCCESS) return Error{std::string("an event is an object, this is ") + kind_of(root)};
  return Reader().run(event);
}

}  // namespace recipe
