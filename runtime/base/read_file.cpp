// SPDX-License-Identifier: Apache-2.0
// See read_file.h.
#include "runtime/base/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/base/fd.h"

namespace recipe {

Result<std::string> read_file(const std::filesystem::path& path, size_t limit) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return Error{"cannot open `" + path.string() + "`", errno};
  const auto wrong = [&](int code) { return Error{"cannot read `" + path.string() + "`", code}; };
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return wrong(errno);
  if (S_ISDIR(status.st_mode)) return wrong(EISDIR);

  std::string text;
  size_t used = 0;
  text.resize(std::clamp<size_t>(static_cast<size_t>(status.st_size), 4096, limit) + 1);
  while (true) {
    if (used == text.size()) text.resize(used * 2);
    const ssize_t got = ::read(file.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return wrong(errno);
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > limit)
      return Error{"cannot read `" + path.string() + "`: it is larger than " + std::to_string(limit >> 20) + " MiB", 0};
  }
  text.resize(used);
  text.shrink_to_fit();
  return text;
}

}  // namespace recipe
