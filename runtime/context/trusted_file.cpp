// SPDX-License-Identifier: Apache-2.0
// openat2 holds the walk below the folder; what was opened is looked at before it is read, and a FIFO is opened without
// waiting.
#include "runtime/context/trusted_file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace recipe {

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat now {};
  if (stat(path.c_str(), &now) != 0) return std::nullopt;
  return FileStamp{now.st_dev, now.st_ino, static_cast<uint64_t>(now.st_size), now.st_mtim};
}

std::optional<std::string> read_trusted(const std::string& folder, const std::string& below, size_t limit) {
  const Fd base(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!base.ok()) return std::nullopt;
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const Fd file(static_cast<int>(syscall(SYS_openat2, base.get(), below.c_str(), &how, sizeof how)));
  struct stat now {};
  if (!file.ok() || fstat(file.get(), &now) != 0 || !S_ISREG(now.st_mode)) return std::nullopt;
  if (now.st_uid != 0 && now.st_uid != geteuid()) return std::nullopt;
  if (static_cast<uint64_t>(now.st_size) > limit) return std::nullopt;
  std::string text(static_cast<size_t>(now.st_size), '\0');
  size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = read(file.get(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  text.resize(filled);
  return text;
}

}  // namespace recipe
