// SPDX-License-Identifier: Apache-2.0
// recipec fields: the catalogue as a table. Everything comes from bpf/abi/catalogue.def.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/catalogue/catalogue.h"
#include "tools/recipec/command.h"

namespace recipe::recipec {
namespace {

struct Options {
  std::string event;
  bool json = false;
};

std::string_view origin_name(Origin origin) {
  switch (origin) {
    case Origin::kRecord:
      return "record";
    case Origin::kDerived:
      return "derived";
    case Origin::kContext:
      return "context";
    case Origin::kState:
      return "state";
  }
  return "";
}

// As a condition spells it; an element with its list in front.
std::string full_name(const FieldInfo& field) {
  if (field.list == FieldId::kNone) return std::string(field.name);
  return std::string(info(field.list).name) + "[]." + std::string(field.name);
}

std::string as_json(const EventInfo& event) {
  nlohmann::ordered_json fields = nlohmann::ordered_json::array();
  for (const FieldInfo& field : all_fields()) {
    fields.push_back({{"name", full_name(field)},
                      {"type", type_name(field.type)},
                      {"kernel", field.lane != Lane::kNone},
                      {"origin", origin_name(field.origin)},
                      {"doc", field.doc},
                      {"example", nlohmann::ordered_json::parse(field.example)}});
  }
  return nlohmann::ordered_json{{"event", event.name}, {"doc", event.doc}, {"fields", std::move(fields)}}.dump() + "\n";
}

std::string as_text(const EventInfo& event) {
  std::vector<std::vector<std::string>> rows = {{"field", "type", "kernel", "origin", "example"}};
  for (const FieldInfo& field : all_fields()) {
    rows.push_back({full_name(field), std::string(type_name(field.type)), field.lane != Lane::kNone ? "yes" : "no",
                    std::string(origin_name(field.origin)), std::string(field.example)});
  }
  std::vector<size_t> width(rows[0].size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  std::string out = std::string(event.name) + ": " + std::string(event.doc) + "\n\n";
  for (size_t r = 0; r < rows.size(); ++r) {
    std::string line = "  ";
    for (size_t i = 0; i < rows[r].size(); ++i) {
      line += rows[r][i];
      if (i + 1 < rows[r].size()) line += std::string(width[i] + 2 - rows[r][i].size(), ' ');
    }
    out += line + "\n";
    if (r > 0) out += "      " + std::string(all_fields()[r - 1].doc) + "\n";
  }
  return out +
         "\nkernel: whether the kernel can decide a test of it. origin: record (the kernel sends it), derived (computed from\n"
         "the record), context (asked of the machine when a condition needs it).\n";
}

int run(const Options& options) {
  if (!options.event.empty() && find_event(options.event) == nullptr) {
    std::string names;
    for (const EventInfo& event : all_events()) names += (names.empty() ? "`" : ", `") + std::string(event.name) + "`";
    complain("there is no event `" + options.event + "`; there is " + names);
    return kUsage;
  }
  for (const EventInfo& event : all_events()) {
    if (!options.event.empty() && event.name != options.event) continue;
    say(options.json ? as_json(event) : as_text(event));
  }
  return kClean;
}

}  // namespace

Run declare_fields(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("fields", "what a condition may ask: every field of every event");
  command->add_option("EVENT", options->event, "only this event")->type_name("");
  static const std::map<std::string, bool> kFormats = {{"text", false}, {"json", true}};
  command->add_option("--format", options->json, "a table, or one JSON object an event and line")
      ->type_name("text|json")
      ->transform(CLI::CheckedTransformer(kFormats).description(""));
  command->footer("Example:\n  recipec fields exec");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
