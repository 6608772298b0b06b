// SPDX-License-Identifier: Apache-2.0
// reciped features: what this kernel offers, tried and not guessed, and which probe variants will be used.
#include "runtime/kernel/features.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/reciped/command.h"

namespace recipe::reciped {
namespace {

// The variant of each probe. There is one of each yet; a second one belongs here with what it cannot see.
struct Variant {
  std::string_view probe, variant, sees;
};
constexpr Variant kVariants[] = {
    {"recipe_exec", "tp_btf/sched_process_exec", "every exec, with argv as the new image holds it"},
    {"recipe_fork", "tp_btf/sched_process_fork", "who forked whom, and who belongs to COMMAND"},
    {"recipe_exit", "tp_btf/sched_process_exit", "processes that exit while a child lives"},
};

std::string as_json(const Features& features) {
  nlohmann::ordered_json json = {{"features", nlohmann::ordered_json::array()}, {"probes", nlohmann::ordered_json::array()}};
  for (const Feature& feature : features.list) {
    nlohmann::ordered_json row = {
        {"name", feature.name}, {"purpose", feature.purpose}, {"available", feature.available}, {"required", feature.required}};
    if (!feature.reason.empty()) row["reason"] = feature.reason;
    json["features"].push_back(std::move(row));
  }
  const std::string obstacle = features.obstacle();
  for (const Variant& variant : kVariants) {
    json["probes"].push_back(
        {{"name", variant.probe}, {"variant", variant.variant}, {"sees", variant.sees}, {"used", obstacle.empty()}});
  }
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
  for (const Variant& variant : kVariants) {
    text += fmt::format("     {:<{}}  {}: {}\n", variant.probe, width, variant.variant, variant.sees);
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
