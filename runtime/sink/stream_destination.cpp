// SPDX-License-Identifier: Apache-2.0
// Lines to a descriptor or a file. They gather in memory up to 64 KiB and leave at flush(); what could not leave is dropped and
// counted, so that a full disk costs memory nothing. Where nobody may be made to wait, what a slow reader of a pipe, socket or
// terminal does not take gathers up to 4 MiB, and what is more is dropped and counted.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <cstdlib>
#include <deque>

#include "runtime/sink/destination.h"
#include "runtime/sink/write_all.h"

namespace recipe {
namespace {

constexpr size_t kGathered = 64u << 10;
constexpr size_t kWaiting = 4u << 20;          // as much as other places hold in memory
constexpr std::chrono::seconds kPatience{10};  // at close(), as other places have

class StreamDestination : public Destination {
 public:
  StreamDestination(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}

  Status put(std::string_view bytes, uint64_t detections) override {
    gathered_ += bytes;
    held_ += detections;
    return gathered_.size() < kGathered ? Status(Done{}) : flush();
  }

  Status flush() override {
    if (gathered_.empty()) return Done{};
    // A line that stopped half-way must not run into the next one.
    if (broken_line_) gathered_.insert(0, "\n");
    size_t written = 0;
    const Status status = write_all(descriptor_, gathered_, &written);
    if (status.ok()) {
      broken_line_ = false;
    } else {
      refused_ += held_;
      if (written > 0) broken_line_ = gathered_[written - 1] != '\n';
    }
    gathered_.clear();
    held_ = 0;
    if (!status.ok()) return Error{"cannot write detections to " + name_, status.error().code};
    return Done{};
  }

  Status close() override { return flush(); }
  uint64_t refused() const override { return refused_; }

 protected:
  int descriptor_;
  std::string name_;  // for messages: `stdout`, a path
  std::string gathered_;
  uint64_t held_ = 0, refused_ = 0;
  bool broken_line_ = false;
};

// To one who may not read: whole messages wait until it does.
class PatientDestination final : public Destination {
 public:
  PatientDestination(int descriptor, std::string name, size_t piece)
      : descriptor_(descriptor), name_(std::move(name)), piece_(piece) {}

  Status put(std::string_view bytes, uint64_t detections) override {
    pending_ += detections;
    if (bytes.empty()) return Done{};
    const uint64_t count = std::exchange(pending_, 0);
    if (held_ > 0 && held_ + bytes.size() > kWaiting) {
      refused_ += count;
      if (std::exchange(refusing_, true)) return Done{};  // said once for each time that it begins
      return Error{name_ + " does not take detections, and no more can wait"};
    }
    refusing_ = false;
    held_ += bytes.size();
    waiting_.push_back({std::string(bytes), count});
    return held_ < kGathered ? Status(Done{}) : flush();
  }

  Status flush() override { return write_what_fits(std::chrono::steady_clock::now()); }

  Status close() override {
    Status status = write_what_fits(std::chrono::steady_clock::now() + kPatience);
    uint64_t left = 0;
    for (const Waiting& each : waiting_) left += each.detections;
    drop_all();
    if (status.ok() && left > 0) return Error{std::to_string(left) + " detections were not read from " + name_, ETIMEDOUT};
    return status;
  }

  uint64_t refused() const override { return refused_; }

 private:
  struct Waiting {
    std::string bytes;
    uint64_t detections;
  };

  void drop_all() {
    for (const Waiting& each : waiting_) refused_ += each.detections;
    waiting_.clear();
    held_ = written_ = 0;
  }

  // Pieces so small that a descriptor which is ready takes them whole: ours to write to, not ours to make non-blocking.
  Status write_what_fits(std::chrono::steady_clock::time_point until) {
    while (!waiting_.empty()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
      pollfd ready{descriptor_, POLLOUT, 0};
      const int polled = poll(&ready, 1, left > 0 ? static_cast<int>(left) : 0);
      if (polled < 0 && errno == EINTR) continue;
      if (polled == 0) return Done{};
      const std::string_view rest = std::string_view(waiting_.front().bytes).substr(written_);
      const std::string_view piece = rest.substr(0, piece_);
      if (Status wrote = write_all(descriptor_, piece); !wrote.ok()) {
        drop_all();
        return Error{"cannot write detections to " + name_, wrote.error().code};
      }
      written_ += piece.size();
      if (piece.size() < rest.size()) continue;
      held_ -= waiting_.front().bytes.size();
      waiting_.pop_front();
      written_ = 0;
    }
    return Done{};
  }

  int descriptor_;
  std::string name_;
  size_t piece_;
  std::deque<Waiting> waiting_;
  size_t held_ = 0, written_ = 0;  // bytes of all that waits; bytes of the first that are out
  uint64_t pending_ = 0, refused_ = 0;
  bool refusing_ = false;
};

// Bytes that one write may have so that it does not wait where poll() says that there is room; 0: it never waits.
size_t piece_of(int descriptor) {
  struct stat there {};
  if (fstat(descriptor, &there) != 0) return 0;
  if (isatty(descriptor) == 1) return 256;  // the kernel's WAKEUP_CHARS
  return S_ISFIFO(there.st_mode) ? PIPE_BUF : S_ISSOCK(there.st_mode) ? 1024 : 0;
}

// A device, a pipe, a socket: opened, written, closed; there is nothing to rename.
class OpenedDestination final : public StreamDestination {
 public:
  OpenedDestination(int descriptor, std::string name) : StreamDestination(descriptor, std::move(name)) {}
  ~OpenedDestination() override { ::close(descriptor_); }
};

class FileDestination final : public StreamDestination {
 public:
  FileDestination(int descriptor, std::string path, std::string aside)
      : StreamDestination(descriptor, "`" + path + "`"), path_(std::move(path)), aside_(std::move(aside)) {}

  ~FileDestination() override {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    unlink(aside_.c_str());
  }

  // What could be written takes its place even where something was refused: a reader wants it, and the error says the rest.
  Status close() override {
    if (descriptor_ < 0) return Done{};
    Status status = flush();
    if (fsync(descriptor_) != 0 && status.ok() && errno != EINVAL && errno != EROFS) {
      status = Error{"cannot write detections to " + name_, errno};
    }
    if (::close(descriptor_) != 0 && status.ok() && errno != EINTR) status = Error{"cannot close " + name_, errno};
    descriptor_ = -1;
    if (rename(aside_.c_str(), path_.c_str()) != 0) {
      status = Error{"cannot rename `" + aside_ + "` to " + name_, errno};
    }
    return status;
  }

 private:
  std::string path_, aside_;
};

// Where a link leads; the path itself where nothing is there yet.
std::string resolved(const std::string& path) {
  char* real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string result = real;
  free(real);
  return result;
}

// Copies the file at `path`, if there is one, to the descriptor.
Status copy_to(int descriptor, const std::string& path) {
  const int source = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (source < 0) return errno == ENOENT ? Status(Done{}) : Error{"cannot read `" + path + "`", errno};
  std::string piece(kGathered, '\0');
  Status status = Done{};
  while (status.ok()) {
    const ssize_t got = read(source, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) status = Error{"cannot read `" + path + "`", errno};
    if (got <= 0) break;
    status = write_all(descriptor, std::string_view(piece).substr(0, static_cast<size_t>(got)));
  }
  close(source);
  return status;
}

}  // namespace

std::unique_ptr<Destination> make_descriptor_destination(int descriptor, const std::string& name, bool may_wait) {
  const size_t piece = may_wait ? 0 : piece_of(descriptor);
  if (piece > 0) return std::make_unique<PatientDestination>(descriptor, name, piece);
  return std::make_unique<StreamDestination>(descriptor, name);
}

Result<std::unique_ptr<Destination>> make_file_destination(const std::string& path, bool keep) {
  struct stat there {};
  const bool exists = stat(path.c_str(), &there) == 0;
  if (exists && S_ISDIR(there.st_mode)) return Error{"cannot write to `" + path + "`", EISDIR};
  if (exists && !S_ISREG(there.st_mode)) {
    const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) return Error{"cannot open `" + path + "`", errno};
    return std::unique_ptr<Destination>(std::make_unique<OpenedDestination>(descriptor, "`" + path + "`"));
  }
  const std::string target = resolved(path);
  const std::string aside = target + ".partial";
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  // As the umask has it: a CI job's next step, of another user than root who watched, uploads the file. Secrets are masked in
  // it.
  const mode_t mode = exists ? there.st_mode & 0777 : 0666;
  int descriptor = open(aside.c_str(), kFlags, mode);
  if (descriptor < 0 && errno == EEXIST && unlink(aside.c_str()) == 0) descriptor = open(aside.c_str(), kFlags, mode);
  if (descriptor < 0) return Error{"cannot create `" + aside + "`", errno};
  // Where root watches for somebody else, what was his stays his: the summary of a step, which others go on with.
  if (exists) (void)!fchown(descriptor, there.st_uid, there.st_gid);
  if (exists && fchmod(descriptor, mode) != 0) {
    const int code = errno;
    close(descriptor);
    unlink(aside.c_str());
    return Error{"cannot keep the rights of `" + path + "`", code};
  }
  auto file = std::make_unique<FileDestination>(descriptor, target, aside);  // undoes all of it where the copy fails
  if (keep) {
    if (Status kept = copy_to(descriptor, target); !kept.ok()) return kept.error();
  }
  return std::unique_ptr<Destination>(std::move(file));
}

}  // namespace recipe
