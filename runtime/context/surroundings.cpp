// SPDX-License-Identifier: Apache-2.0
// Each answer is looked for in the order in which it cannot be wrong: the record, the process while it lives, its nearest
// living ancestor where that one must have the same answer.
#include "runtime/context/surroundings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace recipe {
namespace {

constexpr size_t kMaxCgroupBytes = 65536;  // of /proc/PID/cgroup

std::string root_of(int folder) {
  std::array<char, 4096> target;
  const ssize_t length = readlinkat(folder, "root", target.data(), target.size());
  return std::string(target.data(), static_cast<size_t>(std::max<ssize_t>(length, 0)));
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::optional<uint32_t> pid_of(const Event& event) {
  const auto pid = event.number(FieldId::process_pid);
  return pid ? std::optional<uint32_t>(static_cast<uint32_t>(*pid)) : std::nullopt;
}

}  // namespace

Surroundings::Surroundings(ProcTable& proc, const ContextPlaces& places)
    : proc_(proc), root_(places.root), cgroups_(places.cgroups), containers_(places.root), packages_(places.root) {
  const Fd self(open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!self.ok()) return;
  mount_namespace_ = namespace_number(self.get(), "mnt");
  own_root_ = root_of(self.get());
}

void Surroundings::begin(const Event& event) {
  const std::pair<uint64_t, int64_t> asked{event.header().time_boot_ns, event.number(FieldId::process_pid).value_or(0)};
  if (found_.of == asked && asked.second != 0) return;
  found_ = {};
  found_.of = asked;
}

// The process of the event in /proc; negative: gone. Opened once, so that all answers are about one process.
int Surroundings::folder(const Event& event) {
  begin(event);
  if (!found_.folder) {
    const auto pid = pid_of(event);
    found_.folder = std::make_unique<Fd>(pid ? proc_.folder(*pid, event.number(FieldId::process_start_time)).release() : -1);
  }
  return found_.folder->get();
}

std::optional<std::string> Surroundings::terminal(const Event& event) {
  const auto pid = pid_of(event);
  const ProcEntry* entry = pid ? proc_.find(*pid, event.number(FieldId::process_start_time)) : nullptr;
  return entry == nullptr ? std::nullopt : unless_empty(entry->tty);
}

// "process.namespaces.net" → ns/net
std::optional<int64_t> Surroundings::name_space(const Event& event, FieldId field) {
  const int process = folder(event);
  const std::string name(info(field).name.substr(info(field).name.rfind('.') + 1));
  return process < 0 ? std::nullopt : namespace_number(process, name.c_str());
}

// --- container --------------------------------------------------------------------------------------------------------

std::optional<std::string> Surroundings::container(const Event& event, FieldId field, const Ancestors& ancestors) {
  begin(event);
  if (!found_.container) found_.container = find_container(event, ancestors);
  const auto& known = *found_.container;
  if (!known) return std::nullopt;
  if (field == FieldId::container_id) return unless_empty(known->id);
  if (field == FieldId::container_runtime) return unless_empty(known->runtime);
  if (field == FieldId::container_name) return unless_empty(known->name);
  if (field == FieldId::container_image) return unless_empty(known->image);
  if (field == FieldId::container_pod) return unless_empty(known->pod);
  if (field == FieldId::container_namespace) return unless_empty(known->name_space);
  return std::nullopt;
}

std::optional<ContainerInfo> Surroundings::container_in(const std::vector<std::string_view>& paths) {
  for (const std::string_view path : paths) {
    const auto cgroup = container_of_cgroup(path);
    const ContainerInfo* known = cgroup ? containers_.find(*cgroup) : nullptr;
    if (known != nullptr) return *known;
  }
  return std::nullopt;
}

std::optional<ContainerInfo> Surroundings::find_container(const Event& event, const Ancestors& ancestors) {
  const auto id = event.number(FieldId::process_cgroup_id);
  const auto path = id ? cgroups_.path(static_cast<uint64_t>(*id)) : std::nullopt;
  if (path) {
    if (auto known = container_in({*path})) return known;
    if (!cgroups_.has_others()) return std::nullopt;  // the host
  }
  // Of a process that has moved since the event, /proc tells another cgroup.
  const auto in = [&](int process) -> std::optional<ContainerInfo> {
    const std::string text = read_in(process, "cgroup", kMaxCgroupBytes).value_or("");
    const auto paths = cgroup_paths(text);
    const bool moved = path && (paths.empty() || paths.front() != *path);
    return moved ? std::nullopt : container_in(paths);
  };
  if (const int process = folder(event); process >= 0) return in(process);
  // It has gone. Who lives in its cgroup and in its mount namespace lives in its container, and its line has made it.
  const auto mounts = event.number(FieldId::process_namespaces_mount);
  if (!path || !mounts) return std::nullopt;
  for (const ProcessInfo& ancestor : ancestors) {
    if (!ancestor.pid) continue;
    const Fd process = proc_.folder(static_cast<uint32_t>(*ancestor.pid), ancestor.start_time);
    if (!process.ok()) continue;
    return namespace_number(process.get(), "mnt") == mounts ? in(process.get()) : std::nullopt;
  }
  return std::nullopt;
}

// --- CI job -----------------------------------------------------------------------------------------------------------

std::optional<std::string> Surroundings::job(const Event& event, FieldId field, const Ancestors& ancestors) {
  begin(event);
  if (!found_.job) found_.job = find_job(event, ancestors);
  const auto known =
      std::find_if(found_.job->begin(), found_.job->end(), [&](const auto& each) { return each.first == field; });
  return known == found_.job->end() ? std::nullopt : std::optional<std::string>(known->second);
}

// The outermost process that has a job's environment has it from the runner; what runs below it can write its own.
CiJob Surroundings::find_job(const Event& event, const Ancestors& ancestors) {
  const auto of = [&](uint32_t pid, std::optional<int64_t> start_time) {
    const ProcEntry* entry = proc_.find(pid, start_time);
    return entry == nullptr ? CiJob() : jobs_.of(proc_, pid, *entry);
  };
  for (auto ancestor = ancestors.rbegin(); ancestor != ancestors.rend(); ++ancestor) {
    if (!ancestor->pid) continue;
    if (CiJob job = of(static_cast<uint32_t>(*ancestor->pid), ancestor->start_time); !job.empty()) return job;
  }
  const auto pid = pid_of(event);
  return pid ? of(*pid, event.number(FieldId::process_start_time)) : CiJob();
}

// --- package ----------------------------------------------------------------------------------------------------------

std::optional<std::string> Surroundings::package(const Event& event, FieldId field, const std::optional<std::string>& exe) {
  begin(event);
  if (!found_.owner) found_.owner = find_owner(event, exe);
  const auto& owner = *found_.owner;
  if (!owner || owner->name.empty()) return std::nullopt;
  if (field == FieldId::process_package_name) return owner->name;
  if (field == FieldId::process_package_version) return unless_empty(owner->version);
  return std::string(owner->manager);
}

std::optional<bool> Surroundings::has_package(const Event& event, const std::optional<std::string>& exe) {
  begin(event);
  if (!found_.owner) found_.owner = find_owner(event, exe);
  const auto& owner = *found_.owner;
  return owner ? std::optional<bool>(!owner->name.empty()) : std::nullopt;
}

std::optional<Packages::Owner> Surroundings::find_owner(const Event& event, const std::optional<std::string>& exe) {
  const auto traits = static_cast<uint64_t>(event.number(FieldId::process_traits).value_or(0));
  const auto has = [&](const char* name) {
    const FlagInfo* flag = find_flag(FieldId::process_traits, name);
    return flag != nullptr && ((traits >> flag->bit) & 1) != 0;
  };
  // A path that names no file, or another one, names no package.
  if (!exe || exe->empty() || exe->front() != '/' || has("memory") || has("unlinked")) return std::nullopt;
  return sees_our_files(event, *exe) ? packages_.find(*exe) : std::nullopt;
}

// Whether the path names here what it named there: the same mounts and the same root folder.
bool Surroundings::sees_our_files(const Event& event, const std::string& exe) {
  const auto mounts = event.number(FieldId::process_namespaces_mount);
  if (!mounts || mounts != mount_namespace_) return false;
  struct stat here {};
  const auto inode = event.number(FieldId::process_file_inode);
  if (inode && stat(exe.c_str(), &here) == 0 && static_cast<int64_t>(here.st_ino) == *inode) return true;
  const int process = folder(event);
  return process >= 0 && !own_root_.empty() && root_of(process) == own_root_;
}

}  // namespace recipe
