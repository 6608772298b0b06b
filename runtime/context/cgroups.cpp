// SPDX-License-Identifier: Apache-2.0
// kernfs takes the number of a cgroup as the handle of its directory: no walk over the tree.
#include "runtime/context/cgroups.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "runtime/context/host.h"

namespace recipe {
namespace {

constexpr size_t kIdBytes = 64;
constexpr size_t kMaxPaths = 64;

bool is_id(std::string_view text) {
  return text.size() == kIdBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// How a component begins that a runtime's own driver of cgroups has named; the id follows.
constexpr std::pair<std::string_view, std::string_view> kPrefixes[] = {
    {"docker-", "docker"}, {"cri-containerd-", "containerd"}, {"nerdctl-", "containerd"}, {"crio-", "cri-o"},
    {"libpod-", "podman"}, {"libpod-payload-", "podman"},
};

std::optional<ContainerCgroup> of_component(std::string_view component, std::string_view before) {
  constexpr std::string_view kScope = ".scope", kColons = ":cri-containerd:";
  if (component.ends_with(kScope)) component.remove_suffix(kScope.size());
  for (const auto& [prefix, runtime] : kPrefixes) {
    if (component.starts_with(prefix) && is_id(component.substr(prefix.size())))
      return ContainerCgroup{std::string(component.substr(prefix.size())), std::string(runtime)};
  }
  // containerd with systemd's names and the other driver: kubepods-pod1.slice:cri-containerd:<id>
  if (const size_t at = component.find(kColons); at != std::string_view::npos && is_id(component.substr(at + kColons.size())))
    return ContainerCgroup{std::string(component.substr(at + kColons.size())), "containerd"};
  if (!is_id(component)) return std::nullopt;
  ContainerCgroup found{std::string(component), {}};
  if (before.ends_with("/docker")) found.runtime = "docker";
  return found;
}

// Of mountinfo the place of the first cgroup2: "36 25 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"
std::string mount_in(std::string_view mountinfo) {
  while (!mountinfo.empty()) {
    const size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
    const std::string_view line = mountinfo.substr(0, end);
    mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    const size_t kind = line.find(" - cgroup2 ");
    if (kind == std::string_view::npos) continue;
    size_t at = 0;
    for (int word = 0; word < 4 && at != std::string_view::npos; ++word) at = line.find(' ', at + (word > 0 ? 1 : 0));
    if (at == std::string_view::npos) continue;
    const std::string_view place = line.substr(at + 1, line.find(' ', at + 1) - at - 1);
    // One that is bound below another root of cgroups is not the whole tree.
    if (line.substr(0, at).ends_with(" /")) return std::string(place);
  }
  return {};
}

}  // namespace

std::optional<ContainerCgroup> container_of_cgroup(std::string_view path) {
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view before = path.substr(0, begin > 0 ? begin - 1 : 0);
    if (auto found = of_component(path.substr(begin, end - begin), before)) {
      found->users = before.starts_with("/user.slice");
      return found;
    }
    begin = end + 1;
  }
  return std::nullopt;
}

std::vector<std::string_view> cgroup_paths(std::string_view text) {
  std::vector<std::string_view> paths;
  while (!text.empty() && paths.size() < kMaxPaths) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t first = line.find(':');
    const size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view path = line.substr(second + 1);
    paths.insert(line.starts_with("0::") ? paths.begin() : paths.end(), path);
  }
  return paths;
}

Cgroups::Cgroups(std::string mount)
    : mount_(mount.empty() ? mount_in(read_small_file("/proc/self/mountinfo", 1u << 20)) : std::move(mount)),
      folder_(mount_.empty() ? -1 : open(mount_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  const std::string own = read_small_file("/proc/self/cgroup");
  has_others_ = std::count(own.begin(), own.end(), '\n') > 1;
}

std::optional<std::string> Cgroups::path(uint64_t id) {
  const auto known = known_.find(id);
  if (known != known_.end()) return known->second;
  if (!folder_.ok()) return std::nullopt;
  constexpr int kKernfsHandle = 0xfe;  // FILEID_KERNFS of the kernel
  union {
    file_handle head;
    std::array<char, sizeof(file_handle) + sizeof id> bytes;
  } handle{};
  handle.head.handle_bytes = sizeof id;
  handle.head.handle_type = kKernfsHandle;
  std::memcpy(handle.head.f_handle, &id, sizeof id);
  const Fd cgroup(open_by_handle_at(folder_.get(), &handle.head, O_PATH | O_CLOEXEC));
  if (!cgroup.ok()) return std::nullopt;
  std::array<char, 4096> target;
  const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(cgroup.get())).c_str(), target.data(), target.size());
  if (length <= 0 || static_cast<size_t>(length) == target.size()) return std::nullopt;
  const std::string_view whole(target.data(), static_cast<size_t>(length));
  if (!whole.starts_with(mount_)) return std::nullopt;
  std::string path(whole.substr(mount_.size()));
  if (path.empty()) path = "/";
  if (path[0] != '/' || path.ends_with(" (deleted)")) return std::nullopt;
  if (known_.size() >= kMaxEntries) known_.clear();
  return known_[id] = std::move(path);
}

}  // namespace recipe
