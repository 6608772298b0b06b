// SPDX-License-Identifier: Apache-2.0
// Cgroups: from the number that the kernel half keeps of a process's cgroup to its path, and from a path to the container that
// a runtime has made it for. Bounds: paths of 4 KiB, 4,096 of them remembered.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/base/fd.h"

namespace recipe {

// What the path of a cgroup says of the container that it belongs to.
struct ContainerCgroup {
  std::string id;       // 64 hexadecimal digits in lower case
  std::string runtime;  // "docker", "containerd", "cri-o", "podman"; empty: the path does not tell
  bool users = false;   // below a user's own slice, where that user may give cgroups any name: no runtime of root's made it
};

//   /system.slice/docker-<id>.scope   /kubepods.slice/.../cri-containerd-<id>.scope   /machine.slice/libpod-<id>.scope
//   /docker/<id>   /kubepods/burstable/pod<uid>/<id>   /actions_job/<id>
// The outermost container counts: what lies below it, who lives in it may have made. nullopt: none.
[[nodiscard]] std::optional<ContainerCgroup> container_of_cgroup(std::string_view path);

// The paths in a text like /proc/PID/cgroup, that of version 2 ("0::") first. At most 64.
[[nodiscard]] std::vector<std::string_view> cgroup_paths(std::string_view text);

class Cgroups {
 public:
  // mount: where version 2 is mounted; empty: as /proc/self/mountinfo says.
  explicit Cgroups(std::string mount = {});

  // The path of a cgroup of version 2 below its mount, "/" for the root; nullopt: gone, or version 2 is not mounted.
  [[nodiscard]] std::optional<std::string> path(uint64_t id);

  // Whether there are hierarchies of version 1 beside it, which may be where the runtimes make their cgroups.
  [[nodiscard]] bool has_others() const { return has_others_; }

  static constexpr size_t kMaxEntries = 4096;

 private:
  std::string mount_;
  Fd folder_;
  bool has_others_ = false;
  std::unordered_map<uint64_t, std::string> known_;  // a number is never given twice
};

}  // namespace recipe
