// SPDX-License-Identifier: Apache-2.0
// Descriptors of other processes, as /proc shows them. Links are read, files never asked or opened: a file of a server that is
// gone would not answer.
#pragma once
#include <dirent.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/base/fd.h"

namespace recipe {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

// Of /proc/PID/fd; negative: gone.
[[nodiscard]] Fd descriptors_of(uint32_t pid);
// The same, to be listed; nullptr: gone.
[[nodiscard]] Folder list_descriptors(uint32_t pid);

// The link `name` below folder: "pipe:[812]" with kind "pipe" → 812; 0: it is something else.
[[nodiscard]] uint64_t inode_at(int folder, const char* name, std::string_view kind);

// Every process but `near` itself, those with the nearest pids first; at most `most`.
[[nodiscard]] std::vector<uint32_t> pids_around(uint32_t near, size_t most);

[[nodiscard]] inline uint32_t distance_of(uint32_t a, uint32_t b) {
  return a < b ? b - a : a - b;
}

}  // namespace recipe
