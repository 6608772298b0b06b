// SPDX-License-Identifier: Apache-2.0
#include "tools/reciped/kept_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "runtime/sink/write_all.h"

namespace recipe::reciped {

namespace fs = std::filesystem;

Result<std::string> read_kept_file(const std::string& path, size_t limit) {
  std::error_code error;
  if (fs::is_directory(path, error)) return Error{"it is a folder"};
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{"cannot open it", errno};
  std::string bytes(limit + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) return Error{"cannot read it", errno};
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

Status replace_kept_file(const std::string& place, std::string_view bytes) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(place, error);
  const fs::path path = error ? fs::path(place) : real;
  const std::string aside = path.string() + ".partial", folder = path.has_parent_path() ? path.parent_path().string() : ".";
  struct stat before {};
  const bool there = stat(path.c_str(), &before) == 0;
  if (!there) (void)stat(folder.c_str(), &before);
  (void)unlink(aside.c_str());
  const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0) return Error{"cannot write `" + aside + "`", errno};
  Status status = write_all(file, bytes);
  (void)!fchown(file, before.st_uid, before.st_gid);
  if (there) (void)fchmod(file, before.st_mode & 07777);
  if (close(file) != 0 && status.ok()) status = Error{"cannot write `" + aside + "`", errno};
  if (status.ok() && rename(aside.c_str(), path.c_str()) != 0) status = Error{"cannot write `" + path.string() + "`", errno};
  if (!status.ok()) unlink(aside.c_str());
  return status;
}

}  // namespace recipe::reciped
