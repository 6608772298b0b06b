// SPDX-License-Identifier: Apache-2.0
// reciped features: what this kernel offers, tried and not guessed, and which probe variants will be used.
#include "runtime/kernel/features.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/catalogue/catalogue.h"
#include "tools/reciped/command.h"

namespace recipe::reciped {
namespace {

// Events of the catalogue that no probe makes yet: recipes of theirs are loaded and wait.
std::vector<std::string> unseen(const std::vector<ProbeUse>& uses) {
  std::vector<std::string> names;
  for (const EventInfo& event : all_events()) {
    const bool seen = std::any_of(uses.begin(), uses.end(), [&](const ProbeUse& use) { return use.event == event.name; });
    if (!seen) names.emplace_back(event.name);
  }
  return names;
}

std::string as_json(const Features& features) {
  nlohmann::ordered_json json = {{"features", nlohmann::ordered_json::array()}, {"probes", nlohmann::ordered_json::array()}};
  for (const Feature& feature : features.list) {
    nlohmann::ordered_json row = {
        {"name", feature.name}, {"purpose", feature.purpose}, {"available", feature.available}, {"required", feature.required}};
    if (!feature.reason.empty()) row["reason"] = feature.reason;
    json["features"].push_back(std::move(row));
  }
  const std::string obstacle = features.obstacle();
  const std::vector<ProbeUse> uses = probe_uses(features);
  for (const ProbeUse& use : uses) {
    json["probes"].push_back({{"event", use.event},
                              {"name", use.program},
                              {"variant", use.hook},
                              {"sees", use.sees},
                              {"used", obstacle.empty() && use.used}});
  }
  json["unseen"] = unseen(uses);
  if (!obstacle.empty()) json["obstacle"] = obstacle;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string as_text(const Features& features) {
  size_t width = 0;
  for (const Feature& feature : features.list) width = std::max(width, feature.name.size());
  std::string text;
  for (const Feature& feature : features.list) {
    text += fmt::format("{:<3}  {:<{}}  {}{}\n", feature.available ? "yes" : "no", feature.name, width, feature.purpose,
                        feature.required ? "" : " (optional)");
    if (!feature.reason.empty()) text += fmt::format("     {:<{}}  {}\n", "", width, feature.reason);
  }
  const std::string obstacle = features.obstacle();
  text += obstacle.empty() ? "\nprobes that will be used\n" : "\nprobes that would be used\n";
  const std::vector<ProbeUse> uses = probe_uses(features);
  std::string event, sees;
  for (const ProbeUse& use : uses) {
    if (!use.used) continue;
    text += fmt::format("     {:<{}}  {}\n", use.event == event ? "" : use.event, width, use.hook);
    if (use.event != event || use.sees != sees) text += fmt::format("     {:<{}}    {}\n", "", width, use.sees);
    event = use.event;
    sees = use.sees;
  }
  std::string names;
  for (const std::string& name : unseen(uses)) names += (names.empty() ? "" : ", ") + name;
  if (!names.empty()) text += "\nevents that no probe sees yet: " + names + "\n";
  for (const EventInfo& each : all_events()) {
    if (!can_happen(each.name)) text += fmt::format("\nevents that cannot happen on this kernel: {}\n", each.name);
  }
  if (!obstacle.empty()) text += "\ncannot watch here: " + obstacle + "\n";
  return text;
}

}  // namespace

Run declare_features(CLI::App& app) {
  auto* command = app.add_subcommand("features", "what this kernel offers and which probe variants will be used");
  auto format = std::make_shared<std::string>("text");
  command->add_option("--format", *format, "text or json")->check(CLI::IsMember({"text", "json"}))->capture_default_str();
  command->footer(
      "Exit code: 0 where the probes can be loaded, 4 where they cannot.\n\nExample:\n  reciped features --format json");
  return [format](const Command&) {
    const Features features = probe_features();
    if (!say(*format == "json" ? as_json(features) : as_text(features))) return kFault;
    return features.obstacle().empty() ? kClean : kFault;
  };
}

}  // namespace recipe::reciped
