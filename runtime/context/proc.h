// SPDX-License-Identifier: Apache-2.0
// One process as /proc shows it now. A pid alone names nobody for long: who asks gives the start time, and every file of one
// answer is read through one handle of the process's directory, which never leads to a successor of the pid.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "runtime/base/fd.h"
#include "runtime/detection.h"

namespace recipe {

struct ProcEntry {
  ProcessInfo info;         // start_time stays empty: /proc rounds it
  uint32_t parent = 0;      // who would be told of its exit: a reaper where the parent has gone
  int64_t start_ticks = 0;  // hundredths of a second from boot
  bool executed = true;     // since it was forked; else it still is what its parent is
  std::string tty;          // its controlling terminal, below /dev; empty: none
  std::string image;        // differs after each exec: cached answers hold for one image. Empty: an exec was under way
};

class ProcTable {
 public:
  // nullptr: gone, or another process has the pid. Valid until the next call.
  [[nodiscard]] const ProcEntry* find(uint32_t pid, std::optional<int64_t> start_time_ns);
  // Its arguments as they stand now, each ended by a NUL, at most kMaxCommandBytes; not cached, and the pid is taken at its
  // word.
  [[nodiscard]] static std::optional<std::string> arguments(uint32_t pid);
  // The same of its environment, at most kMaxEnvironmentBytes.
  [[nodiscard]] static std::optional<std::string> environment(uint32_t pid);
  // Whether the process has executed a program since it was forked; nullopt: gone.
  [[nodiscard]] static std::optional<bool> has_executed(uint32_t pid);
  // A handle of its folder in /proc, which leads to no successor of the pid; negative: gone, or another process has the pid.
  [[nodiscard]] Fd folder(uint32_t pid, std::optional<int64_t> start_time_ns);
  [[nodiscard]] uint64_t gone() const { return gone_; }

  static constexpr int64_t kTickNs = 10'000'000;  // USER_HZ is 100 on every architecture we run on
  static constexpr size_t kMaxEntries = 4096;
  static constexpr size_t kMaxCachedBytes = 8u << 20;
  static constexpr size_t kMaxCommandBytes = 128u << 10;  // of one process's arguments: what one exec argument can hold
  static constexpr size_t kMaxEnvironmentBytes = 256u << 10;

 private:
  std::unordered_map<uint32_t, ProcEntry> cache_;
  size_t cached_bytes_ = 0;
  uint64_t gone_ = 0;
};

// A file of such a folder, at most `limit` bytes; nullopt: it cannot be read.
[[nodiscard]] std::optional<std::string> read_in(int folder, const char* name, size_t limit);
// The number of a namespace, of the link ns/NAME of such a folder.
[[nodiscard]] std::optional<int64_t> namespace_number(int folder, const char* name);

// "pts/3" of the number in /proc/PID/stat; empty: it is no terminal's.
[[nodiscard]] std::string terminal_name(uint32_t device);

// The file name of a path.
[[nodiscard]] std::string_view file_name(std::string_view path);
// Elements, each ended by a NUL, joined by spaces.
[[nodiscard]] std::string as_command_line(std::string elements);

}  // namespace recipe
