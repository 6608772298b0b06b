// SPDX-License-Identifier: Apache-2.0
// Spool: messages that wait on disk, first in first out, over restarts of the daemon too. One file a destination.
//
//   "RCPSPOOL" | begin: u64 | record | record | ...        record: length u32, detections u32, checksum u32, bytes
//
// `begin` is the first record that was not taken; it moves when a batch has arrived, so what was under way when the daemon died
// is sent again. A record that is not whole ends the file: the daemon died while it wrote. Numbers are little-endian.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/result.h"

namespace recipe {

struct Message {
  std::string bytes;
  uint32_t detections = 0;  // what is lost with it
};

class Spool {
 public:
  // bound: bytes on disk. The file is the owner's alone; another process that has it open is an error.
  [[nodiscard]] static Result<Spool> open(const std::string& path, uint64_t bound);
  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&&) = delete;
  ~Spool();

  // false: it does not fit within the bound.
  [[nodiscard]] Result<bool> append(const Message& message);
  // The first messages, at most so many and, but for the first, of so many bytes; they stay until drop().
  [[nodiscard]] Result<std::vector<Message>> peek(size_t most, size_t most_bytes) const;
  [[nodiscard]] Status drop(size_t messages);
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] uint64_t messages() const { return messages_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Spool(int descriptor, std::string path, uint64_t bound) : descriptor_(descriptor), path_(std::move(path)), bound_(bound) {}
  struct Record {
    uint64_t end = 0;
    Message message;
  };
  [[nodiscard]] Status recover();
  // nullopt in `record`: what stands there is no whole record.
  [[nodiscard]] Status read_at(uint64_t at, std::optional<Record>& record) const;
  [[nodiscard]] Status write_begin();
  [[nodiscard]] Status compact();
  [[nodiscard]] Error failed(const std::string& what, int code) const;

  int descriptor_;
  std::string path_;
  uint64_t bound_, begin_ = 0, end_ = 0, messages_ = 0;
};

}  // namespace recipe
