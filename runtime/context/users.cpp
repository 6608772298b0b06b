// SPDX-License-Identifier: Apache-2.0
// A line of passwd: name:password:uid:gid:... Lines that are not so are passed over.
#include "runtime/context/users.h"

#include <sys/stat.h>

#include <charconv>
#include <string_view>

#include "runtime/context/host.h"

namespace recipe {

std::optional<std::string> Users::name(int64_t uid) {
  refresh();
  const auto found = names_.find(uid);
  return found == names_.end() ? std::nullopt : std::optional<std::string>(found->second);
}

void Users::refresh() {
  struct stat now {};
  if (stat(path_.c_str(), &now) != 0) return;
  if (now.st_ino == inode_ && now.st_mtim.tv_sec == changed_.tv_sec && now.st_mtim.tv_nsec == changed_.tv_nsec) return;
  inode_ = now.st_ino;
  changed_ = now.st_mtim;
  names_.clear();
  const std::string text = read_small_file(path_, 16u << 20);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    const size_t after_name = line.find(':');
    if (after_name == std::string_view::npos || after_name == 0) continue;
    const size_t after_password = line.find(':', after_name + 1);
    if (after_password == std::string_view::npos) continue;
    const size_t after_uid = line.find(':', after_password + 1);
    if (after_uid == std::string_view::npos) continue;
    int64_t uid = 0;
    const auto read = std::from_chars(line.data() + after_password + 1, line.data() + after_uid, uid);
    if (read.ec != std::errc() || read.ptr != line.data() + after_uid) continue;
    names_.emplace(uid, line.substr(0, after_name));
  }
}

}  // namespace recipe
