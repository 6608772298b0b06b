// SPDX-License-Identifier: Apache-2.0
// Detection → one line of JSON. Strings go through the same writer as events, so bytes that are no UTF-8 survive in the same
// declared encoding: the line then ends with `"encoding":"escaped"`.
#include <algorithm>

#include "runtime/artefact/names.h"
#include "runtime/catalogue/catalogue.h"
#include "runtime/feed/json.h"
#include "runtime/report/process_members.h"
#include "runtime/report/report.h"

namespace recipe {
namespace {

class Writer {
 public:
  explicit Writer(bool escaped) : escaped_(escaped) {}

  void open(char bracket) {
    out_ += bracket;
    first_ = true;
  }
  void element() {  // an object within a list
    comma();
    open('{');
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void key(std::string_view name) {
    comma();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    first_ = true;  // its value needs no comma
  }
  void string(std::string_view text) {
    comma();
    append_json_string(out_, text, escaped_);
  }
  void number(int64_t value) {
    comma();
    out_ += std::to_string(value);
  }
  void count(uint64_t value) {
    comma();
    out_ += std::to_string(value);
  }
  void boolean(bool value) {
    comma();
    out_ += value ? "true" : "false";
  }
  void pair(std::string_view name, std::string_view text) {
    key(name);
    string(text);
  }
  void pair_unless_empty(std::string_view name, std::string_view text) {
    if (!text.empty()) pair(name, text);
  }
  void strings_unless_empty(std::string_view name, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    key(name);
    strings(texts);
  }
  void strings(const std::vector<std::string>& texts) {
    open('[');
    for (const std::string& text : texts) string(text);
    close(']');
  }
  // "NAME=value"; the names are those of recipes, so they need no escapes (is_key).
  void pairs(const std::vector<std::string>& elements) {
    element();
    for (size_t i = 0; i < elements.size(); ++i) {
      const std::string_view whole = elements[i];
      const std::string_view name = whole.substr(0, whole.find('='));
      const bool again = std::any_of(elements.begin(), elements.begin() + static_cast<ptrdiff_t>(i),
                                     [&](const std::string& before) { return before.substr(0, before.find('=')) == name; });
      if (!again) pair(name, whole.substr(std::min(name.size() + 1, whole.size())));
    }
    close('}');
  }
  [[nodiscard]] bool escaped() const { return escaped_; }
  std::string take() { return std::move(out_); }

 private:
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string out_;
  bool first_ = true;
  bool escaped_;
};

// Which members the catalogue gives a process (prefix "process."), a parent ("process.parent.") or an ancestor (no prefix).
std::vector<ProcessMember> members_below(const std::string& prefix) {
  std::vector<ProcessMember> members;
  for (const ProcessMember& member : process_members()) {
    const std::string name(member.name);
    const bool there =
        prefix.empty() ? find_element(FieldId::process_ancestors, name) != nullptr : find_field(prefix + name) != nullptr;
    if (there) members.push_back(member);
  }
  return members;
}

void write_members(Writer& json, const ProcessInfo& process, const std::vector<ProcessMember>& members) {
  for (const ProcessMember& member : members) {
    if (member.number != nullptr && process.*member.number) {
      json.key(member.name);
      json.number(*(process.*member.number));
    }
    if (member.text != nullptr && process.*member.text) json.pair(member.name, *(process.*member.text));
  }
}

void write_recipe(Writer& json, const Detection& detection) {
  json.pair("recipe", detection.recipe);
  json.key("version");
  json.number(detection.version);
  json.pair_unless_empty("title", detection.title);
  json.pair("message", detection.message);
  json.pair_unless_empty("category", detection.category);
  json.pair_unless_empty("method", detection.method);
  json.pair_unless_empty("status", detection.status);
  json.pair("importance", importance_name(detection.importance));
  if (!detection.attack.empty()) {
    json.key("attack");
    json.open('[');
    for (const AttackReference& reference : detection.attack) {
      json.element();
      json.pair("id", reference.id);
      json.pair_unless_empty("name", reference.name);
      json.pair_unless_empty("tactic", reference.tactic);
      json.pair("url", attack_url(reference.id));
      json.close('}');
    }
    json.close(']');
  }
  json.strings_unless_empty("tags", detection.tags);
}

void write_why(Writer& json, const Why& why) {
  json.key("why");
  json.open('{');
  json.pair("clause", why.clause);
  json.pair("file", why.file);
  json.key("line");
  json.number(why.line);
  json.key("terms");
  json.open('[');
  for (const WhyTerm& term : why.terms) {
    json.element();
    json.pair("text", term.text);
    json.pair_unless_empty("value", term.value);
    json.pair("file", term.file);
    json.key("line");
    json.number(term.line);
    json.pair("decided", term.kernel ? "kernel" : "userspace");
    if (term.unknown) {
      json.key("open");
      json.boolean(true);
    }
    json.close('}');
  }
  json.close(']');
  if (!why.tunes.empty()) {
    json.key("tunes");
    json.open('[');
    for (const auto& [file, line] : why.tunes) {
      json.element();
      json.pair("file", file);
      json.key("line");
      json.number(line);
      json.close('}');
    }
    json.close(']');
  }
  json.strings_unless_empty("truncated", why.truncated);
  json.close('}');
}

// Those of one part: `file.path` as {"file": {"path": ...}}. Fields of one group stand together in the catalogue.
void write_values(Writer& json, const Detection& detection, std::string_view part) {
  std::string_view open;
  for (const EventValue& value : detection.values) {
    const auto [own, name] = part_of(info(value.field).name);
    if (own != part) continue;
    const size_t dot = name.find('.');
    const std::string_view group = dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
    if (group != open) {
      if (!open.empty()) json.close('}');
      if (!group.empty()) {
        json.key(group);
        json.open('{');
      }
      open = group;
    }
    json.key(dot == std::string_view::npos ? name : name.substr(dot + 1));
    if (const auto* number = std::get_if<int64_t>(&value.value)) {
      if (info(value.field).type == Type::kBool) {
        json.boolean(*number != 0);
      } else {
        json.number(*number);
      }
    }
    if (const auto* text = std::get_if<std::string>(&value.value)) json.string(*text);
    const auto* list = std::get_if<std::vector<std::string>>(&value.value);
    if (list != nullptr && info(value.field).type == Type::kMap) {
      json.pairs(*list);
    } else if (list != nullptr) {
      json.strings(*list);
    }
  }
  if (!open.empty()) json.close('}');
}

// A part that is left out where nothing is known of it.
void write_part(Writer& json, const Detection& detection, std::string_view part) {
  const bool any = std::any_of(detection.values.begin(), detection.values.end(),
                               [&](const EventValue& value) { return part_of(info(value.field).name).part == part; });
  if (!any) return;
  json.key(part);
  json.open('{');
  write_values(json, detection, part);
  json.close('}');
}

void write_process(Writer& json, const Detection& detection) {
  static const std::vector<ProcessMember> kOwn = members_below("process."), kParent = members_below("process.parent."),
                                          kAncestor = members_below("");
  json.key("process");
  json.open('{');
  write_members(json, detection.process, kOwn);
  write_values(json, detection, "process");
  if (!detection.ancestors.empty()) {
    json.key("parent");
    json.open('{');
    write_members(json, detection.ancestors.front(), kParent);
    json.close('}');
    json.key("ancestors");
    json.open('[');
    for (const ProcessInfo& ancestor : detection.ancestors) {
      json.element();
      write_members(json, ancestor, kAncestor);
      json.close('}');
    }
    json.close(']');
  }
  json.close('}');
}

void write_host(Writer& json, const HostInfo& host) {
  const std::pair<std::string_view, std::string_view> parts[] = {{"name", host.name},
                                                                 {"machine_id", host.machine_id},
                                                                 {"kernel", host.kernel},
                                                                 {"os", host.os},
                                                                 {"boot_id", host.boot_id}};
  bool any = false;
  for (const auto& [name, value] : parts) any = any || !value.empty();
  if (!any) return;
  json.key("host");
  json.open('{');
  for (const auto& [name, value] : parts) json.pair_unless_empty(name, value);
  json.close('}');
}

void write_rest(Writer& json, const Detection& detection) {
  if (!detection.actions.empty() || !detection.page.empty()) {
    json.key("doc");
    json.open('{');
    json.strings_unless_empty("actions", detection.actions);
    json.pair_unless_empty("page", detection.page);
    json.close('}');
  }
  if (!detection.lost.empty()) {
    json.key("lost");
    json.open('{');
    for (const auto& [name, count] : detection.lost) {
      json.key(name);
      json.count(count);
    }
    json.close('}');
  }
  if (detection.redacted > 0) {
    json.key("redacted");
    json.count(detection.redacted);
  }
  if (detection.replayed) {
    json.key("replayed");
    json.boolean(true);
  }
}

// What happened, and who did it.
void write_event(Writer& json, const Detection& detection) {
  json.key("event");
  json.open('{');
  json.pair("type", detection.event);
  if (detection.argv) {
    json.key("argv");
    json.strings(*detection.argv);
  }
  write_values(json, detection, "event");
  json.close('}');
  write_process(json, detection);
  for (const std::string_view part : {"package", "container", "ci"}) write_part(json, detection, part);
}

void write_tally(Writer& json, std::string_view name, const std::optional<Detection::Tally>& tally) {
  if (!tally) return;
  json.key(name);
  json.open('{');
  json.key("count");
  json.count(tally->count);
  json.pair("first", rfc3339(tally->first_unix_ns));
  json.pair("last", rfc3339(tally->last_unix_ns));
  json.close('}');
}

void write_evidence(Writer& json, const Detection& detection) {
  json.pair_unless_empty("step", detection.step);
  if (!detection.events.empty()) {
    json.key("events");
    json.open('[');
    for (const Detection& each : detection.events) {
      json.element();
      json.pair_unless_empty("step", each.step);
      json.pair("time", rfc3339(each.time_unix_ns));
      json.pair_unless_empty("message", each.message);
      write_why(json, each.why);
      write_event(json, each);
      json.close('}');
    }
    json.close(']');
  }
  write_tally(json, "counted", detection.counted);
  write_tally(json, "held_back", detection.held_back);
}

void write_line(Writer& json, const Detection& detection) {
  json.open('{');
  json.pair("id", detection.id);
  json.pair("time", rfc3339(detection.time_unix_ns));
  json.key("sequence");
  json.count(detection.sequence);
  write_recipe(json, detection);
  write_why(json, detection.why);
  write_event(json, detection);
  write_evidence(json, detection);
  write_host(json, detection.host);
  write_rest(json, detection);
  if (json.escaped()) json.pair("encoding", "escaped");
  json.close('}');
}

}  // namespace

// Once one string needs the encoding, all of the line are in it: then the line is written anew.
std::string to_json(const Detection& detection) {
  Writer plain(false);
  write_line(plain, detection);
  if (!plain.escaped()) return plain.take();
  Writer escaped(true);
  write_line(escaped, detection);
  return escaped.take();
}

}  // namespace recipe
