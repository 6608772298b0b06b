// SPDX-License-Identifier: Apache-2.0
// A file that grows and is rotated before it is too large. A batch that could not be written whole is cut off again, so that
// the retry does not leave halves.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/sink/transport.h"
#include "runtime/sink/write_all.h"

namespace recipe {
namespace {

class LogTransport final : public Transport {
 public:
  LogTransport(std::string path, const Rotation& rotation) : path_(std::move(path)), rotation_(rotation) {}
  ~LogTransport() override { close_file(); }

  Outcome send(const std::vector<std::string>& batch) override {
    std::string bytes;
    for (const std::string& message : batch) bytes += message;
    if (!same_file()) close_file();  // someone else rotated it, or it is not open yet
    if (descriptor_ < 0 && !open_file()) return fail("open");
    if (size_ > 0 && size_ + bytes.size() > rotation_.bytes && !rotate()) return fail("rotate");
    const Status written = write_all(descriptor_, bytes);
    if (!written.ok()) {
      (void)!ftruncate(descriptor_, static_cast<off_t>(size_));
      return {Outcome::Kind::kRetry, {"cannot write to `" + path_ + "`", written.error().code}};
    }
    size_ += bytes.size();
    return {};
  }

 private:
  Outcome fail(const std::string& what) {
    const int code = errno;
    close_file();
    return {Outcome::Kind::kRetry, {"cannot " + what + " `" + path_ + "`", code}};
  }

  bool open_file() {
    descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    struct stat there {};
    if (descriptor_ < 0 || fstat(descriptor_, &there) != 0) return false;
    if (!S_ISREG(there.st_mode)) {
      errno = EINVAL;
      return false;
    }
    size_ = static_cast<uint64_t>(there.st_size);
    return true;
  }

  void close_file() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }

  [[nodiscard]] bool same_file() const {
    struct stat ours {
    }, there{};
    return descriptor_ >= 0 && fstat(descriptor_, &ours) == 0 && stat(path_.c_str(), &there) == 0 &&
           ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
  }

  // PATH.4 → PATH.5, ..., PATH → PATH.1; what was PATH.5 is gone.
  bool rotate() {
    close_file();
    for (uint32_t piece = rotation_.keep; piece > 0; --piece) {
      const std::string from = piece == 1 ? path_ : path_ + "." + std::to_string(piece - 1);
      if (rename(from.c_str(), (path_ + "." + std::to_string(piece)).c_str()) != 0 && errno != ENOENT) return false;
    }
    if (rotation_.keep == 0 && unlink(path_.c_str()) != 0 && errno != ENOENT) return false;
    return open_file();
  }

  std::string path_;
  Rotation rotation_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
};

}  // namespace

std::unique_ptr<Transport> make_log_transport(const std::string& path, const Rotation& rotation) {
  return std::make_unique<LogTransport>(path, rotation);
}

}  // namespace recipe
