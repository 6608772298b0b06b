// SPDX-License-Identifier: Apache-2.0
// See write_file.h.
#include "tools/recipec/write_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "runtime/sink/write_all.h"

namespace recipe::recipec {
namespace {

Error fault(const std::string& what, const std::string& path) {
  return Error{what + " `" + path + "`", errno};
}

}  // namespace

Status write_file(const std::string& given, std::string_view bytes) {
  std::error_code code;
  std::string path = given;
  if (std::filesystem::is_symlink(given, code)) {
    const auto target = std::filesystem::weakly_canonical(given, code);
    if (!code) path = target.string();
  }
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return Error{"`" + given + "` is a folder", 0};
  // A pipe or a device is written in place: there is nothing to rename.
  const bool in_place = exists && !S_ISREG(status.st_mode);

  std::string aside = in_place ? path : path + ".XXXXXX";
  const int descriptor = in_place ? ::open(path.c_str(), O_WRONLY | O_CLOEXEC) : ::mkstemp(aside.data());
  if (descriptor < 0) return fault("cannot write", given);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  const mode_t mode = exists ? status.st_mode & 07777 : 0666 & ~mask;
  const Status written = write_all(descriptor, bytes);
  bool ok = written.ok();
  if (!ok) errno = written.error().code;
  ok = ok && (in_place || (::fchmod(descriptor, mode) == 0 && ::fsync(descriptor) == 0));
  int kept = ok ? 0 : errno;
  if (::close(descriptor) != 0 && ok) {
    ok = false;
    kept = errno;
  }
  if (ok && !in_place && ::rename(aside.c_str(), path.c_str()) != 0) {
    ok = false;
    kept = errno;
  }
  if (ok) return Done{};
  if (!in_place) ::unlink(aside.c_str());
  errno = kept;
  return fault("cannot write", given);
}

}  // namespace recipe::recipec
