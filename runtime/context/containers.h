// SPDX-License-Identifier: Apache-2.0
// A container's name, image, pod and namespace, out of its runtime's own files. Nobody is asked over a socket: a runtime that
// hangs would hold up detections. What a file does not say, or says in another form than its runtime writes, is absent.
#pragma once
#include <string>
#include <unordered_map>

#include "runtime/context/cgroups.h"
#include "runtime/context/trusted_file.h"

namespace recipe {

struct ContainerInfo {
  std::string id, runtime;                   // "docker", "containerd", "cri-o", "podman"
  std::string name, image, pod, name_space;  // empty: not known
};

class Containers {
 public:
  // root: before the paths of the runtimes' files; empty: this machine's.
  explicit Containers(std::string root = {}) : root_(std::move(root)) {}

  // nullptr: no runtime knows the container, and the cgroup does not tell whose it is. Valid until the next call. Its files are
  // read again when they have changed.
  [[nodiscard]] const ContainerInfo* find(const ContainerCgroup& cgroup);

  static constexpr size_t kMaxEntries = 1024;
  static constexpr size_t kMaxFileBytes = 1u << 20;  // of one runtime's file: some 10 ms to read; a longer one is not read
  static constexpr size_t kMaxTextBytes = 1024;      // of one name; a longer one is absent

 private:
  struct Known {
    ContainerInfo info;
    std::string file;  // that it was read from
    FileStamp stamp;
  };
  bool read(Known& known);
  bool read_docker(Known& known);
  bool read_containerd(Known& known);
  bool read_storage(Known& known);

  std::string root_;
  std::unordered_map<std::string, Known> known_;
};

}  // namespace recipe
