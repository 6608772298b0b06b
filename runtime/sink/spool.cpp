// SPDX-License-Identifier: Apache-2.0
// What is read back is checked, byte by byte: a spool may be cut, or be something else under its name.
#include "runtime/sink/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace recipe {
namespace {

constexpr std::string_view kMagic = "RCPSPOOL";
constexpr uint64_t kHead = 16;  // magic and begin
constexpr uint64_t kRecordHead = 12;
constexpr uint32_t kMostRecord = 64u << 20;  // a document of a whole run; a detection has some KiB
constexpr uint64_t kCompactAt = 1u << 20;    // bytes that were taken and still lie in front

void put(char* at, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) at[i] = static_cast<char>(value >> (8 * i));
}

uint64_t get(const char* at, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value |= uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  return value;
}

// FNV-1a: against a record that was half written, not against a forger.
uint32_t checksum(std::string_view bytes, uint32_t detections) {
  uint32_t hash = 0x811c9dc5u ^ detections;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193u;
  return hash;
}

// All bytes at `at`, or an errno; a short read is EIO.
int read_whole(int descriptor, char* bytes, size_t size, uint64_t at) {
  while (size > 0) {
    const ssize_t got = pread(descriptor, bytes, size, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 ? errno : EIO;
    bytes += got;
    size -= static_cast<size_t>(got);
    at += static_cast<uint64_t>(got);
  }
  return 0;
}

int write_whole(int descriptor, const char* bytes, size_t size, uint64_t at) {
  while (size > 0) {
    const ssize_t wrote = pwrite(descriptor, bytes, size, static_cast<off_t>(at));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return wrote < 0 ? errno : EIO;
    bytes += wrote;
    size -= static_cast<size_t>(wrote);
    at += static_cast<uint64_t>(wrote);
  }
  return 0;
}

}  // namespace

Result<Spool> Spool::open(const std::string& path, uint64_t bound) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return Error{"cannot open the spool `" + path + "`", errno};
  Spool spool(descriptor, path, bound);  // closes it
  struct stat there {};
  if (fstat(descriptor, &there) != 0 || !S_ISREG(there.st_mode)) return Error{"the spool `" + path + "` is no file"};
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) return Error{"the spool `" + path + "` is in use", errno};
  if (Status recovered = spool.recover(); !recovered.ok()) return recovered.error();
  return spool;
}

Spool::Spool(Spool&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      bound_(other.bound_),
      begin_(other.begin_),
      end_(other.end_),
      messages_(other.messages_) {}

Spool::~Spool() {
  if (descriptor_ < 0) return;
  if (empty() && begin_ != 0) unlink(path_.c_str());
  close(descriptor_);
}

Error Spool::failed(const std::string& what, int code) const {
  return {"cannot " + what + " the spool `" + path_ + "`", code};
}

Status Spool::recover() {
  struct stat there {};
  if (fstat(descriptor_, &there) != 0) return failed("read", errno);
  const auto size = static_cast<uint64_t>(there.st_size);
  if (size < kHead) {
    if (ftruncate(descriptor_, 0) != 0) return failed("empty", errno);
    begin_ = end_ = kHead;
    if (const int code = write_whole(descriptor_, kMagic.data(), kMagic.size(), 0); code != 0) return failed("write", code);
    return write_begin();
  }
  std::array<char, kHead> head{};
  if (const int code = read_whole(descriptor_, head.data(), head.size(), 0); code != 0) return failed("read", code);
  if (std::string_view(head.data(), kMagic.size()) != kMagic) return Error{"`" + path_ + "` is no spool of ours"};
  begin_ = get(head.data() + kMagic.size(), 8);
  // The daemon died while it emptied the file, or someone cut it: nothing waits.
  if (begin_ < kHead || begin_ > size) {
    begin_ = end_ = kHead;
    if (ftruncate(descriptor_, static_cast<off_t>(kHead)) != 0) return failed("empty", errno);
    return write_begin();
  }
  // The whole records behind `begin` are what waits; what follows them was never finished.
  for (end_ = begin_; end_ < size; ++messages_) {
    std::optional<Record> record;
    if (Status read = read_at(end_, record); !read.ok()) return read;
    if (!record) break;
    end_ = record->end;
  }
  if (end_ < size && ftruncate(descriptor_, static_cast<off_t>(end_)) != 0) return failed("cut", errno);
  return Done{};
}

Status Spool::read_at(uint64_t at, std::optional<Record>& record) const {
  record.reset();
  struct stat there {};
  if (fstat(descriptor_, &there) != 0) return failed("read", errno);
  const auto size = static_cast<uint64_t>(there.st_size);
  if (at > size || size - at < kRecordHead) return Done{};
  std::array<char, kRecordHead> head{};
  if (const int code = read_whole(descriptor_, head.data(), head.size(), at); code != 0) return failed("read", code);
  const auto length = static_cast<uint32_t>(get(head.data(), 4));
  if (length > kMostRecord || size - at - kRecordHead < length) return Done{};
  Record found;
  found.message.detections = static_cast<uint32_t>(get(head.data() + 4, 4));
  found.message.bytes.resize(length);
  if (const int code = read_whole(descriptor_, found.message.bytes.data(), length, at + kRecordHead); code != 0)
    return failed("read", code);
  if (checksum(found.message.bytes, found.message.detections) != static_cast<uint32_t>(get(head.data() + 8, 4))) return Done{};
  found.end = at + kRecordHead + length;
  record = std::move(found);
  return Done{};
}

Status Spool::write_begin() {
  std::array<char, 8> bytes{};
  put(bytes.data(), begin_, bytes.size());
  if (const int code = write_whole(descriptor_, bytes.data(), bytes.size(), kMagic.size()); code != 0)
    return failed("write", code);
  return Done{};
}

Result<bool> Spool::append(const Message& message) {
  const uint64_t size = kRecordHead + message.bytes.size();
  if (message.bytes.size() > kMostRecord || end_ - begin_ + size > bound_) return false;
  if (end_ + size > bound_ + kCompactAt) {
    if (Status compacted = compact(); !compacted.ok()) return compacted.error();
  }
  std::string record(kRecordHead, '\0');
  put(record.data(), message.bytes.size(), 4);
  put(record.data() + 4, message.detections, 4);
  put(record.data() + 8, checksum(message.bytes, message.detections), 4);
  record += message.bytes;
  if (const int code = write_whole(descriptor_, record.data(), record.size(), end_); code != 0) {
    (void)!ftruncate(descriptor_, static_cast<off_t>(end_));
    return failed("write", code);
  }
  end_ += size;
  ++messages_;
  return true;
}

Result<std::vector<Message>> Spool::peek(size_t most, size_t most_bytes) const {
  std::vector<Message> first;
  size_t bytes = 0;
  for (uint64_t at = begin_; at < end_ && first.size() < most;) {
    std::optional<Record> record;
    if (Status read = read_at(at, record); !read.ok()) return read.error();
    if (!record) return Error{"the spool `" + path_ + "` was changed by someone else"};
    at = record->end;
    bytes += record->message.bytes.size();
    if (!first.empty() && bytes > most_bytes) break;
    first.push_back(std::move(record->message));
  }
  return first;
}

Status Spool::drop(size_t messages) {
  for (size_t i = 0; i < messages && begin_ < end_; ++i) {
    std::optional<Record> record;
    if (Status read = read_at(begin_, record); !read.ok()) return read;
    begin_ = record ? record->end : end_;
    --messages_;
  }
  if (begin_ == end_) {
    begin_ = end_ = kHead;
    messages_ = 0;
    if (ftruncate(descriptor_, static_cast<off_t>(kHead)) != 0) return failed("empty", errno);
  }
  return write_begin();
}

// What waits moves to the front. `begin` is written last, so that a death on the way leaves records twice at worst, never none:
// the copy is made only where it does not overlap what it copies.
Status Spool::compact() {
  const uint64_t waiting = end_ - begin_;
  if (begin_ - kHead < waiting) return Done{};
  std::string piece(64u << 10, '\0');
  for (uint64_t moved = 0; moved < waiting;) {
    const size_t size = static_cast<size_t>(std::min<uint64_t>(piece.size(), waiting - moved));
    if (const int code = read_whole(descriptor_, piece.data(), size, begin_ + moved); code != 0) return failed("read", code);
    if (const int code = write_whole(descriptor_, piece.data(), size, kHead + moved); code != 0) return failed("write", code);
    moved += size;
  }
  begin_ = kHead;
  end_ = kHead + waiting;
  if (Status written = write_begin(); !written.ok()) return written;
  if (ftruncate(descriptor_, static_cast<off_t>(end_)) != 0) return failed("cut", errno);
  return Done{};
}

}  // namespace recipe
