// SPDX-License-Identifier: Apache-2.0
// Detections as lines to a descriptor or a file. Lines gather in memory up to 64 KiB and leave at flush(); what could not leave
// is dropped and counted, so that a full disk costs memory nothing.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "runtime/report/report.h"
#include "runtime/sink/sink.h"
#include "runtime/sink/write_all.h"

namespace recipe {
namespace {

constexpr size_t kGathered = 64u << 10;

class StreamSink : public Sink {
 public:
  StreamSink(int descriptor, Format format, bool colour, std::string name)
      : descriptor_(descriptor), format_(format), colour_(colour), name_(std::move(name)) {}

  Status write(const Detection& detection) override {
    gathered_ += format_ == Format::kJson ? to_json(detection) + "\n" : to_text(detection, colour_);
    ++held_;
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
  Format format_;
  bool colour_;
  std::string name_;  // for messages: `stdout`, a path
  std::string gathered_;
  uint64_t held_ = 0, refused_ = 0;
  bool broken_line_ = false;
};

// A device, a pipe, a socket: opened, written, closed; there is nothing to rename.
class OpenedSink final : public StreamSink {
 public:
  OpenedSink(int descriptor, Format format, std::string name) : StreamSink(descriptor, format, false, std::move(name)) {}
  ~OpenedSink() override { ::close(descriptor_); }
};

class FileSink final : public StreamSink {
 public:
  FileSink(int descriptor, Format format, std::string path, std::string aside)
      : StreamSink(descriptor, format, false, "`" + path + "`"), path_(std::move(path)), aside_(std::move(aside)) {}

  ~FileSink() override {
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

}  // namespace

std::unique_ptr<Sink> make_descriptor_sink(int descriptor, Format format, bool colour) {
  const std::string name = descriptor == STDOUT_FILENO ? "stdout" : descriptor == STDERR_FILENO ? "stderr" : "the output";
  return std::make_unique<StreamSink>(descriptor, format, colour, name);
}

Result<std::unique_ptr<Sink>> make_file_sink(const std::string& path, Format format) {
  struct stat there {};
  const bool exists = stat(path.c_str(), &there) == 0;
  if (exists && S_ISDIR(there.st_mode)) return Error{"cannot write to `" + path + "`", EISDIR};
  if (exists && !S_ISREG(there.st_mode)) {
    const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) return Error{"cannot open `" + path + "`", errno};
    return std::unique_ptr<Sink>(std::make_unique<OpenedSink>(descriptor, format, "`" + path + "`"));
  }
  const std::string target = resolved(path);
  const std::string aside = target + ".partial";
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  // Detections hold command lines: for the owner's eyes, unless the file was there with other rights.
  const mode_t mode = exists ? there.st_mode & 0777 : 0600;
  int descriptor = open(aside.c_str(), kFlags, mode);
  if (descriptor < 0 && errno == EEXIST && unlink(aside.c_str()) == 0) descriptor = open(aside.c_str(), kFlags, mode);
  if (descriptor < 0) return Error{"cannot create `" + aside + "`", errno};
  if (exists && fchmod(descriptor, mode) != 0) {
    const int code = errno;
    close(descriptor);
    unlink(aside.c_str());
    return Error{"cannot keep the rights of `" + path + "`", code};
  }
  return std::unique_ptr<Sink>(std::make_unique<FileSink>(descriptor, format, target, aside));
}

}  // namespace recipe
