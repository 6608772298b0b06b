// SPDX-License-Identifier: Apache-2.0
// The members of ProcessInfo under the catalogue's names, most telling first; the order of printers. Which of them a process, a
// parent or an ancestor has is the catalogue's to say.
#pragma once
#include <span>
#include <string_view>

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

}  // namespace recipe
