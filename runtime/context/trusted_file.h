// SPDX-License-Identifier: Apache-2.0
// Small files that somebody else writes: container runtimes and package managers. Bounded in every way: below its folder, no
// links, a plain file of root's or ours, no longer than the limit.
#pragma once
#include <ctime>
#include <optional>
#include <string>

#include "runtime/base/fd.h"

namespace recipe {

// Which state of a file was read; another one after each change.
struct FileStamp {
  uint64_t device = 0, inode = 0, bytes = 0;
  timespec changed{};
  bool operator==(const FileStamp& other) const {
    return device == other.device && inode == other.inode && bytes == other.bytes && changed.tv_sec == other.changed.tv_sec &&
           changed.tv_nsec == other.changed.tv_nsec;
  }
};
// nullopt: not there. Links are followed.
[[nodiscard]] std::optional<FileStamp> stamp_of(const std::string& path);

// The folder may be reached by links (who runs the machine moves /var/lib/docker), what lies below it may not.
// nullopt: not there, no plain file, longer than `limit`, or of another user's.
[[nodiscard]] std::optional<std::string> read_trusted(const std::string& folder, const std::string& below, size_t limit);

}  // namespace recipe
