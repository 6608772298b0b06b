// SPDX-License-Identifier: Apache-2.0
// Read once a run: none of it changes while the daemon lives, but for a host name that someone sets.
#include "runtime/context/host.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace recipe {

std::string read_small_file(const std::string& path, size_t limit) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return {};
  std::string text(limit, '\0');
  size_t filled = 0;
  while (filled < limit) {
    const ssize_t got = read(file, text.data() + filled, limit - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<size_t>(got);
  }
  close(file);
  text.resize(filled);
  return text;
}

std::string pretty_name(std::string_view os_release) {
  constexpr std::string_view kKey = "PRETTY_NAME=";
  for (size_t begin = 0; begin < os_release.size();) {
    const size_t end = std::min(os_release.find('\n', begin), os_release.size());
    std::string_view line = os_release.substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with(kKey)) continue;
    line.remove_prefix(kKey.size());
    const bool quoted = line.size() >= 2 && (line[0] == '"' || line[0] == '\'') && line.back() == line[0];
    if (quoted) line = line.substr(1, line.size() - 2);
    std::string name;
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\\' && i + 1 < line.size()) ++i;
      name += line[i];
    }
    return name;
  }
  return {};
}

HostInfo read_host() {
  const auto first_line = [](const std::string& path) {
    const std::string text = read_small_file(path);
    return text.substr(0, text.find('\n'));
  };
  HostInfo host;
  utsname names{};
  if (uname(&names) == 0) {
    host.name = names.nodename;
    host.kernel = names.release;
  }
  host.machine_id = first_line("/etc/machine-id");
  host.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  host.os = pretty_name(read_small_file("/etc/os-release"));
  return host;
}

}  // namespace recipe
