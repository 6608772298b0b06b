// SPDX-License-Identifier: Apache-2.0
// The members of ProcessInfo under the catalogue's names, most telling first; the order of printers. Which of them a process, a
// parent or an ancestor has is the catalogue's to say.
#pragma once
#include <span>
#include <string_view>
#include <utility>

#include "runtime/catalogue/catalogue.h"
#include "runtime/detection.h"

namespace recipe {

struct ProcessMember {
  std::string_view name;
  std::optional<int64_t> ProcessInfo::*number = nullptr;  // one of the two
  std::optional<std::string> ProcessInfo::*text = nullptr;
};

[[nodiscard]] inline std::span<const ProcessMember> process_members() {
  static constexpr ProcessMember kMembers[] = {
      {"pid", &ProcessInfo::pid, nullptr},
      {"tid", &ProcessInfo::tid, nullptr},
      {"name", nullptr, &ProcessInfo::name},
      {"exe", nullptr, &ProcessInfo::exe},
      {"script", nullptr, &ProcessInfo::script},
      {"comm", nullptr, &ProcessInfo::comm},
      {"cmdline", nullptr, &ProcessInfo::cmdline},
      {"cwd", nullptr, &ProcessInfo::cwd},
      {"uid", &ProcessInfo::uid, nullptr},
      {"gid", &ProcessInfo::gid, nullptr},
      {"euid", &ProcessInfo::euid, nullptr},
      {"user", nullptr, &ProcessInfo::user},
      {"start_time", &ProcessInfo::start_time, nullptr},
  };
  return kMembers;
}

// Whether a detection shows the field among its values: it is no member of a process or of its ancestors, not argv, which has a
// place of its own, and no mark, which stands in `why`.
[[nodiscard]] inline bool is_value(const FieldInfo& field) {
  constexpr std::string_view kProcess = "process.", kParent = "process.parent.";
  if (field.list != FieldId::kNone || field.origin == Origin::kState || field.id == FieldId::argv) return false;
  if (field.id == FieldId::process_ancestors || field.name.starts_with(kParent)) return false;
  if (!field.name.starts_with(kProcess)) return true;
  for (const ProcessMember& member : process_members()) {
    if (member.name == field.name.substr(kProcess.size())) return false;
  }
  return true;
}

// The part of a detection that a value stands in, and what of its name is left there:
//
//   process.traits → process, traits      container.id → container, id      file.path → event, file.path
struct ValuePart {
  std::string_view part, name;
};
[[nodiscard]] inline ValuePart part_of(std::string_view field) {
  constexpr std::pair<std::string_view, std::string_view> kParts[] = {
      {"process.package.", "package"}, {"process.", "process"}, {"container.", "container"}, {"ci.", "ci"}};
  for (const auto& [prefix, part] : kParts) {
    if (field.starts_with(prefix)) return {part, field.substr(prefix.size())};
  }
  return {"event", field};
}

}  // namespace recipe
