// SPDX-License-Identifier: Apache-2.0
#include "runtime/feed/capture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "bpf/abi/limits.h"
#include "runtime/catalogue/catalogue.h"

namespace recipe {
namespace {

constexpr size_t kMagicBytes = sizeof capture_header{}.magic;
// One write(2) for some thousand records.
constexpr size_t kBuffer = size_t{1} << 20;

}  // namespace

bool looks_like_capture(std::string_view first_bytes) {
  return first_bytes.substr(0, kMagicBytes) == CAPTURE_MAGIC;
}

// --- writer -----------------------------------------------------------------------------------------------------------

struct CaptureWriter::State {
  std::string path, partial;
  std::FILE* file = nullptr;
  uint64_t boot_wall_ns = 0;

  ~State() {
    if (file == nullptr) return;
    std::fclose(file);
    ::unlink(partial.c_str());
  }
};

Result<CaptureWriter> CaptureWriter::create(const std::string& path, uint64_t boot_wall_ns) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->partial = path + ".partial";
  state->boot_wall_ns = boot_wall_ns;
  // What ran on a machine is not for everyone to read.
  const int fd = ::open(state->partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Error{"cannot create `" + state->partial + "`", errno};
  state->file = ::fdopen(fd, "wb");
  if (state->file == nullptr) {
    const int code = errno;
    ::close(fd);
    ::unlink(state->partial.c_str());
    return Error{"cannot create `" + state->partial + "`", code};
  }
  std::setvbuf(state->file, nullptr, _IOFBF, kBuffer);
  capture_header header{};
  std::memcpy(header.magic, CAPTURE_MAGIC, kMagicBytes);
  header.version = CAPTURE_VERSION;
  header.catalogue_hash = catalogue_hash();
  header.boot_wall_ns = boot_wall_ns;
  if (std::fwrite(&header, sizeof header, 1, state->file) != 1) return Error{"cannot write `" + state->partial + "`", errno};
  return CaptureWriter(std::move(state));
}

Status CaptureWriter::write(std::span<const std::byte> record) {
  if (record.size() < sizeof(record_header) || record.size() > RECIPE_RECORD_BYTES || record.size() % 8 != 0) {
    return Error{"a record of " + std::to_string(record.size()) + " bytes does not go into a capture"};
  }
  if (state_->file == nullptr) return Error{"`" + state_->path + "` is closed"};
  // The reader of a capture runs elsewhere and later: it knows neither this boot nor these processes.
  record_header header;
  std::memcpy(&header, record.data(), sizeof header);
  if ((header.flags & RECORD_REPLAYED) == 0) {
    header.flags |= RECORD_REPLAYED;
    if (header.boot_wall_ns == 0) header.boot_wall_ns = state_->boot_wall_ns;
  }
  const auto rest = record.subspan(sizeof header);
  const bool written = std::fwrite(&header, sizeof header, 1, state_->file) == 1 &&
                       (rest.empty() || std::fwrite(rest.data(), rest.size(), 1, state_->file) == 1);
  if (!written) return Error{"cannot write `" + state_->partial + "`", errno};
  return Done{};
}

Status CaptureWriter::close() {
  if (state_->file == nullptr) return Error{"`" + state_->path + "` is closed"};
  std::FILE* const file = std::exchange(state_->file, nullptr);
  const auto fail = [&](const char* what) {
    const Error error{std::string(what) + " `" + state_->partial + "`", errno};
    ::unlink(state_->partial.c_str());
    return error;
  };
  // A disk that is full says so here at the latest.
  const bool flushed = std::fflush(file) == 0;
  const int code = errno;
  if (std::fclose(file) != 0 || !flushed) {
    if (!flushed) errno = code;
    return fail("cannot write");
  }
  if (::rename(state_->partial.c_str(), state_->path.c_str()) != 0) return fail("cannot put in place");
  return Done{};
}

CaptureWriter::CaptureWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaptureWriter::CaptureWriter(CaptureWriter&&) noexcept = default;
CaptureWriter::~CaptureWriter() = default;

// --- reader -----------------------------------------------------------------------------------------------------------

struct CaptureReader::State {
  std::span<const std::byte> bytes;
  size_t at = sizeof(capture_header);
  capture_header header{};
  std::string name;
  bool ended = false;
  void* mapping = nullptr;
  // Of a stream: what `bytes` shows of it, what stood before that, and who brings more; empty once there is none.
  std::string held;
  size_t before = 0;
  More more;

  ~State() {
    if (mapping != nullptr) ::munmap(mapping, bytes.size());
  }
  // Do so many bytes follow? A stream is read on. What is left of it moves to the front, where 64-bit words may stand.
  [[nodiscard]] Result<bool> has(size_t count) {
    while (more && bytes.size() - at < count) {
      held.erase(0, at);
      before += std::exchange(at, 0);
      const Result<bool> got = more(held);
      bytes = std::as_bytes(std::span(held));
      if (!got.ok()) return got.error();
      if (!*got) more = nullptr;
    }
    return bytes.size() - at >= count;
  }
  [[nodiscard]] Status read_header() {
    const auto refuse = [&](const std::string& what) { return Error{name + " " + what}; };
    const std::string_view start(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kMagicBytes));
    if (!looks_like_capture(start)) return refuse("is no capture");
    if (bytes.size() < sizeof header) return refuse("is a capture cut within its header");
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.version != CAPTURE_VERSION) {
      return refuse("is a capture of version " + std::to_string(header.version) + ", this program reads " +
                    std::to_string(CAPTURE_VERSION));
    }
    if (header.catalogue_hash != catalogue_hash())
      return refuse("was captured with another catalogue of fields: record it again with this program");
    return Done{};
  }
};

Result<CaptureReader> CaptureReader::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error{"cannot open `" + path + "`", errno};
  auto state = std::make_unique<State>();
  state->name = "`" + path + "`";
  struct stat status {};
  int code = 0;
  if (::fstat(fd, &status) != 0) {
    code = errno;
  } else if (!S_ISREG(status.st_mode)) {
    ::close(fd);
    return Error{state->name + " is no regular file: a capture is read as a whole"};
  } else if (status.st_size > 0) {
    void* const mapped = ::mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapped == MAP_FAILED) {
      code = errno;
    } else {
      state->mapping = mapped;
      state->bytes = {static_cast<const std::byte*>(mapped), static_cast<size_t>(status.st_size)};
    }
  }
  ::close(fd);
  if (code != 0) return Error{"cannot read `" + path + "`", code};
  if (const Status read = state->read_header(); !read.ok()) return read.error();
  return CaptureReader(std::move(state));
}

Result<CaptureReader> CaptureReader::over(std::span<const std::byte> bytes) {
  auto state = std::make_unique<State>();
  state->name = "the input";
  state->bytes = bytes;
  if (const Status read = state->read_header(); !read.ok()) return read.error();
  return CaptureReader(std::move(state));
}

Result<CaptureReader> CaptureReader::stream(std::string first, More more) {
  auto state = std::make_unique<State>();
  state->name = "the input";
  state->held = std::move(first);
  state->bytes = std::as_bytes(std::span(state->held));
  state->more = std::move(more);
  state->at = 0;
  if (const Result<bool> whole = state->has(sizeof(capture_header)); !whole.ok()) return whole.error();
  if (const Status read = state->read_header(); !read.ok()) return read.error();
  state->at = sizeof(capture_header);
  return CaptureReader(std::move(state));
}

Result<std::optional<std::span<const std::byte>>> CaptureReader::next() {
  using Record = std::optional<std::span<const std::byte>>;
  State& s = *state_;
  if (s.ended) return Record();
  const auto refuse = [&](const std::string& what) {
    s.ended = true;
    return Error{s.name + ": " + what + " at byte " + std::to_string(s.before + s.at)};
  };
  const Result<bool> head = s.has(sizeof(record_header));
  if (!head.ok()) return refuse(head.error().message());
  if (s.at == s.bytes.size()) return Record();
  if (!*head) return refuse("the capture is cut within the header of a record");
  record_u32 size = 0;
  std::memcpy(&size, s.bytes.data() + s.at, sizeof size);
  if (size < sizeof(record_header) || size > RECIPE_RECORD_BYTES || size % 8 != 0)
    return refuse("a record of a length that none has");
  const Result<bool> whole = s.has(size);
  if (!whole.ok()) return refuse(whole.error().message());
  if (!*whole) return refuse("the capture is cut within a record");
  const Record record = s.bytes.subspan(s.at, size);
  s.at += size;
  return record;
}

uint64_t CaptureReader::boot_wall_ns() const {
  return state_->header.boot_wall_ns;
}

CaptureReader::CaptureReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaptureReader::CaptureReader(CaptureReader&&) noexcept = default;
CaptureReader::~CaptureReader() = default;

}  // namespace recipe
