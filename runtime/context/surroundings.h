// SPDX-License-Identifier: Apache-2.0
// Where a live process runs: container, CI job, package of its program, terminal, namespaces. In: an event as it came; out: the
// fields of the catalogue that say so. What has gone by then is absent, but for what the kernel half keeps in the record: the
// cgroup, which leads to the container, and the mount namespace, which tells whose files a path names.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/context/cgroups.h"
#include "runtime/context/ci_jobs.h"
#include "runtime/context/containers.h"
#include "runtime/context/context.h"
#include "runtime/context/packages.h"
#include "runtime/context/proc.h"

namespace recipe {

class Surroundings {
 public:
  Surroundings(ProcTable& proc, const ContextPlaces& places);

  using Ancestors = std::vector<ProcessInfo>;  // parent first
  // exe: the whole path of the program, where it is known.
  [[nodiscard]] std::optional<std::string> package(const Event& event, FieldId field, const std::optional<std::string>& exe);
  [[nodiscard]] std::optional<bool> has_package(const Event& event, const std::optional<std::string>& exe);
  [[nodiscard]] std::optional<std::string> container(const Event& event, FieldId field, const Ancestors& ancestors);
  [[nodiscard]] std::optional<std::string> job(const Event& event, FieldId field, const Ancestors& ancestors);
  [[nodiscard]] std::optional<std::string> terminal(const Event& event);
  [[nodiscard]] std::optional<int64_t> name_space(const Event& event, FieldId field);

 private:
  // What was found out about one event, which match and report ask for field by field.
  struct Found {
    std::pair<uint64_t, int64_t> of{};  // time and pid
    std::unique_ptr<Fd> folder;         // of its process in /proc; negative: gone
    std::optional<std::optional<ContainerInfo>> container;
    std::optional<CiJob> job;
    std::optional<std::optional<Packages::Owner>> owner;
  };
  void begin(const Event& event);
  int folder(const Event& event);
  std::optional<ContainerInfo> find_container(const Event& event, const Ancestors& ancestors);
  std::optional<ContainerInfo> container_in(const std::vector<std::string_view>& paths);
  CiJob find_job(const Event& event, const Ancestors& ancestors);
  std::optional<Packages::Owner> find_owner(const Event& event, const std::optional<std::string>& exe);
  bool sees_our_files(const Event& event, const std::string& exe);

  ProcTable& proc_;
  std::string root_;
  Cgroups cgroups_;
  Containers containers_;
  CiJobs jobs_;
  Packages packages_;
  std::optional<int64_t> mount_namespace_;  // ours
  std::string own_root_;                    // our root folder, as /proc shows it
  Found found_;
};

}  // namespace recipe
