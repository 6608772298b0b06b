// SPDX-License-Identifier: Apache-2.0
#include "runtime/context/descriptors.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace recipe {

Fd descriptors_of(uint32_t pid) {
  return Fd(open(("/proc/" + std::to_string(pid) + "/fd").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

Folder list_descriptors(uint32_t pid) {
  Fd folder = descriptors_of(pid);
  DIR* const all = folder.ok() ? fdopendir(folder.get()) : nullptr;
  if (all != nullptr) (void)folder.release();
  return Folder(all);
}

uint64_t inode_at(int folder, const char* name, std::string_view kind) {
  std::array<char, 64> target;
  const ssize_t length = readlinkat(folder, name, target.data(), target.size());
  std::string_view link(target.data(), static_cast<size_t>(std::max<ssize_t>(length, 0)));
  if (!link.starts_with(kind)) return 0;
  link.remove_prefix(kind.size());
  uint64_t inode = 0;
  if (!link.starts_with(":[") || std::from_chars(link.data() + 2, link.data() + link.size(), inode).ec != std::errc()) return 0;
  return inode;
}

std::vector<uint32_t> pids_around(uint32_t near, size_t most) {
  std::vector<uint32_t> pids;
  const Folder proc(opendir("/proc"));
  while (const dirent* entry = proc == nullptr ? nullptr : readdir(proc.get())) {
    const std::string_view name = entry->d_name;
    uint32_t pid = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (read.ec == std::errc() && read.ptr == name.data() + name.size() && pid != near) pids.push_back(pid);
  }
  std::sort(pids.begin(), pids.end(), [&](uint32_t a, uint32_t b) { return distance_of(a, near) < distance_of(b, near); });
  if (pids.size() > most) pids.resize(most);
  return pids;
}

}  // namespace recipe
