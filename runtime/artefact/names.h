// SPDX-License-Identifier: Apache-2.0
// Names of importances and states, and addresses of techniques, as the language spells them and every printer writes them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "runtime/artefact/artefact.h"

namespace recipe {

inline constexpr std::string_view kImportanceNames[] = {"none", "low", "medium", "high", "critical"};

[[nodiscard]] inline std::string_view importance_name(Importance importance) {
  return kImportanceNames[static_cast<size_t>(importance)];
}

[[nodiscard]] inline std::optional<Importance> find_importance(std::string_view name) {
  for (size_t i = 0; i < std::size(kImportanceNames); ++i) {
    if (kImportanceNames[i] == name) return static_cast<Importance>(i);
  }
  return std::nullopt;
}

inline constexpr std::string_view kStatusNames[] = {"experimental", "incubating", "stable"};

[[nodiscard]] inline std::string_view status_name(RecipeStatus status) {
  return kStatusNames[static_cast<size_t>(status)];
}

[[nodiscard]] inline std::optional<RecipeStatus> find_status(std::string_view name) {
  for (size_t i = 0; i < std::size(kStatusNames); ++i) {
    if (kStatusNames[i] == name) return static_cast<RecipeStatus>(i);
  }
  return std::nullopt;
}

// T1059.004 → https://attack.mitre.org/techniques/T1059/004/
[[nodiscard]] inline std::string attack_url(std::string_view id) {
  std::string url = id.starts_with("TA") ? "https://attack.mitre.org/tactics/" : "https://attack.mitre.org/techniques/";
  for (const char c : id) url += c == '.' ? '/' : c;
  return url + "/";
}

}  // namespace recipe
