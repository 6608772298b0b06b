// SPDX-License-Identifier: Apache-2.0
// An event as a recipe's test gives it; test_events.cpp reads it back.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/check.h"
#include "runtime/artefact/dump.h"
#include "runtime/base/address.h"

namespace recipe {
namespace {

std::string spell_number(FieldId field, int64_t number) {
  if (info(field).type == Type::kBool) return number != 0 ? "true" : "false";
  if (info(field).type == Type::kFlags) return "[" + flag_names(field, number) + "]";
  return std::to_string(number);
}

// An address is held as 16 bytes, or already in words.
std::string spell_text(FieldId field, const std::string& text) {
  if (info(field).type != Type::kIp) return quote(text);
  return quote(text.size() == kAddressBytes ? format_address(text) : text);
}

std::string spell_list(const std::vector<std::string>& elements) {
  std::string out;
  for (const std::string& each : elements) out += (out.empty() ? "" : ", ") + quote(each);
  return "[" + out + "]";
}

// NAME=VALUE, each.
std::string spell_map(const std::vector<std::string>& pairs) {
  std::string out;
  for (const std::string& each : pairs) {
    const size_t name = std::min(each.find('='), each.size());
    out += (out.empty() ? "" : ", ") + quote(each.substr(0, name)) + ": " + quote(each.substr(std::min(name + 1, each.size())));
  }
  return "{ " + out + " }";
}

std::string spell_ancestor(const EventValues::AncestorValues& ancestor) {
  std::string out;
  const auto number = [&](std::string_view name, const std::optional<int64_t>& value) {
    if (value) out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", name, *value);
  };
  const auto text = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value) out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", name, quote(*value));
  };
  number("pid", ancestor.pid);
  number("uid", ancestor.uid);
  number("start_time", ancestor.start_time);
  text("name", ancestor.name);
  text("comm", ancestor.comm);
  text("exe", ancestor.exe);
  text("cmdline", ancestor.cmdline);
  return out.empty() ? "{}" : "{ " + out + " }";
}

bool can_be_given(FieldId field) {
  return info(field).origin != Origin::kDerived && info(field).origin != Origin::kState;
}

}  // namespace

std::string spell_literal(const std::string& text) {
  std::string out;
  for (const char c : quote(text)) c == '{' ? out += "\\x7b" : out += c;
  return out;
}

std::optional<std::string> spell_event(const EventValues& event) {
  std::string out;
  bool whole = event.truncated.empty();
  const auto add = [&](FieldId field, const std::string& value) {
    whole = whole && can_be_given(field);
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", info(field).name, value);
  };
  for (const auto& [field, text] : event.texts) add(field, spell_text(field, text));
  for (const auto& [field, number] : event.numbers) add(field, spell_number(field, number));
  if (event.argv) add(FieldId::argv, spell_list(*event.argv));
  for (const auto& [field, list] : event.lists) add(field, info(field).type == Type::kMap ? spell_map(list) : spell_list(list));
  if (event.ancestors) {
    std::string all;
    for (const auto& ancestor : *event.ancestors) all += (all.empty() ? "" : ", ") + spell_ancestor(ancestor);
    add(FieldId::process_ancestors, "[" + all + "]");
  }
  if (!whole) return std::nullopt;
  return fmt::format("{} {}", info(event.event).name, out.empty() ? "{}" : "{ " + out + " }");
}

}  // namespace recipe
