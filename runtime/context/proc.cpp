// SPDX-License-Identifier: Apache-2.0
// stat is read at every question (it is the proof that the process lives and runs the same image); exe, cmdline, cwd and
// status only when that proof differs from the cached one.
#include "runtime/context/proc.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <vector>

#include "runtime/base/fd.h"

namespace recipe {

std::optional<std::string> read_in(int folder, const char* name, size_t limit) {
  const Fd file(openat(folder, name, O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return std::nullopt;
  std::string text;
  std::array<char, 4096> piece;
  while (text.size() < limit) {
    const ssize_t got = read(file.get(), piece.data(), std::min(piece.size(), limit - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    text.append(piece.data(), static_cast<size_t>(got));
  }
  return text;
}

// "net:[4026531840]"
std::optional<int64_t> namespace_number(int folder, const char* name) {
  std::array<char, 64> target;
  const ssize_t length = readlinkat(folder, ("ns/" + std::string(name)).c_str(), target.data(), target.size());
  if (length <= 0) return std::nullopt;
  const std::string_view text(target.data(), static_cast<size_t>(length));
  const size_t open = text.find('[');
  if (open == std::string_view::npos) return std::nullopt;
  int64_t number = 0;
  const auto read = std::from_chars(text.data() + open + 1, text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr != text.data() + text.size() && *read.ptr == ']' ? std::optional(number)
                                                                                             : std::nullopt;
}

// Numbers of Linux's Documentation/admin-guide/devices.txt. In stat the minor number has bits 0 to 7 and 20 to 31.
std::string terminal_name(uint32_t device) {
  const uint32_t major = (device >> 8) & 0xfff, minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  if (major >= 136 && major <= 143) return "pts/" + std::to_string((major - 136) * 256 + minor);
  if (major == 4) return minor < 64 ? "tty" + std::to_string(minor) : "ttyS" + std::to_string(minor - 64);
  if (major == 5 && minor == 1) return "console";
  if (major == 229) return "hvc" + std::to_string(minor);
  return {};
}

namespace {

std::optional<std::string> link_at(int folder, const char* name) {
  std::array<char, 4097> target;
  const ssize_t length = readlinkat(folder, name, target.data(), target.size());
  if (length <= 0 || static_cast<size_t>(length) == target.size()) return std::nullopt;
  std::string path(target.data(), static_cast<size_t>(length));
  // The kernel appends this to the path of a file without a name; a file may really be called so, and then it is there.
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted) && access(path.c_str(), F_OK) != 0) path.resize(path.size() - kDeleted.size());
  return path;
}

struct Stat {
  std::string comm, image;
  uint32_t parent = 0, terminal = 0;
  int64_t start_ticks = 0;
  bool executed = true;
};

// pid (comm) state ppid ... The name may hold spaces and parentheses: the last one closes it.
std::optional<Stat> parse_stat(const std::string& text) {
  const size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  std::vector<std::string_view> words;  // words[0] is field 3
  const std::string_view rest = std::string_view(text).substr(close + 1);
  for (size_t at = rest.find_first_not_of(" \n"); at != std::string_view::npos;) {
    const size_t end = std::min(rest.find_first_of(" \n", at), rest.size());
    words.push_back(rest.substr(at, end - at));
    at = rest.find_first_not_of(" \n", end);
  }
  const auto field = [&](size_t number) { return words[number - 3]; };
  if (words.size() < 49 - 3) return std::nullopt;
  Stat stat;
  stat.comm = text.substr(open + 1, close - open - 1);
  const std::string_view parent = field(4), terminal = field(7), start = field(22);
  if (std::from_chars(parent.data(), parent.data() + parent.size(), stat.parent).ec != std::errc()) return std::nullopt;
  if (std::from_chars(start.data(), start.data() + start.size(), stat.start_ticks).ec != std::errc()) return std::nullopt;
  if (std::from_chars(terminal.data(), terminal.data() + terminal.size(), stat.terminal).ec != std::errc()) stat.terminal = 0;
  constexpr uint32_t kForkNoExec = 0x40;  // PF_FORKNOEXEC of the kernel
  uint32_t flags = 0;
  const std::string_view spelled = field(9);
  if (std::from_chars(spelled.data(), spelled.data() + spelled.size(), flags).ec != std::errc()) return std::nullopt;
  stat.executed = (flags & kForkNoExec) == 0;
  // Start, code, stack and arguments of the image: an exec places them anew.
  for (const size_t number : {22, 26, 28, 48}) stat.image.append(field(number)) += ' ';
  stat.image += stat.comm;
  return stat;
}

// "Uid:\t1000\t1000\t..." → the n-th number after the key.
std::optional<int64_t> status_number(std::string_view status, std::string_view key, int n) {
  size_t at = status.starts_with(key) ? 0 : status.find("\n" + std::string(key));
  if (at == std::string_view::npos) return std::nullopt;
  at += key.size() + (at == 0 ? 0 : 1);
  for (int i = 0;; ++i) {
    at = status.find_first_not_of(" \t", at);
    if (at == std::string_view::npos || status[at] == '\n') return std::nullopt;
    int64_t number = 0;
    const auto read = std::from_chars(status.data() + at, status.data() + status.size(), number);
    if (read.ec != std::errc()) return std::nullopt;
    if (i == n) return number;
    at = static_cast<size_t>(read.ptr - status.data());
  }
}

void fill(int folder, const Stat& stat, uint32_t pid, ProcEntry& entry) {
  entry.parent = stat.parent;
  entry.start_ticks = stat.start_ticks;
  entry.executed = stat.executed;
  entry.tty = terminal_name(stat.terminal);
  ProcessInfo& info = entry.info;
  info.pid = pid;
  info.comm = stat.comm;
  info.exe = link_at(folder, "exe");
  info.cwd = link_at(folder, "cwd");
  if (info.exe) info.name = file_name(*info.exe);
  if (auto command = read_in(folder, "cmdline", ProcTable::kMaxCommandBytes); command && !command->empty()) {
    info.cmdline = as_command_line(std::move(*command));
  }
  if (const auto status = read_in(folder, "status", 16384)) {
    info.uid = status_number(*status, "Uid:", 0);
    info.euid = status_number(*status, "Uid:", 1);
    info.gid = status_number(*status, "Gid:", 0);
  }
}

size_t bytes_of(const ProcessInfo& info) {
  size_t bytes = sizeof info;
  for (const auto& text : {info.exe, info.cmdline, info.cwd}) bytes += text ? text->size() : 0;
  return bytes;
}

}  // namespace

std::string as_command_line(std::string elements) {
  if (elements.ends_with('\0')) elements.pop_back();
  std::replace(elements.begin(), elements.end(), '\0', ' ');
  return elements;
}

std::string_view file_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

namespace {

struct Verified {
  Verified(uint32_t pid, std::optional<int64_t> start_time_ns)
      : folder(open(("/proc/" + std::to_string(pid)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    const auto text = folder.ok() ? read_in(folder.get(), "stat", 4096) : std::nullopt;
    if (text) stat = parse_stat(*text);
    if (stat && start_time_ns && *start_time_ns / ProcTable::kTickNs != stat->start_ticks) stat.reset();
  }
  Fd folder;
  std::optional<Stat> stat;  // nullopt: gone, or another process has the pid
};

}  // namespace

Fd ProcTable::folder(uint32_t pid, std::optional<int64_t> start_time_ns) {
  Verified found(pid, start_time_ns);
  if (found.stat) return Fd(found.folder.release());
  ++gone_;
  return Fd(-1);
}

const ProcEntry* ProcTable::find(uint32_t pid, std::optional<int64_t> start_time_ns) {
  const Verified now(pid, start_time_ns);
  const auto& stat = now.stat;
  if (!stat) {
    ++gone_;
    cache_.erase(pid);
    return nullptr;
  }
  const auto found = cache_.find(pid);
  if (found != cache_.end() && found->second.image == stat->image) {
    found->second.parent = stat->parent;  // a reaper may have taken it over
    found->second.executed = stat->executed;
    found->second.tty = terminal_name(stat->terminal);
    return &found->second;
  }
  if (cache_.size() >= kMaxEntries || cached_bytes_ > kMaxCachedBytes) {
    cache_.clear();
    cached_bytes_ = 0;
  }
  ProcEntry& fresh = cache_[pid];
  fresh = {};
  fill(now.folder.get(), *stat, pid, fresh);
  // An exec while the files were read would mix two images: the answer holds, the cache does not.
  const auto again = read_in(now.folder.get(), "stat", 4096);
  const auto after = again ? parse_stat(*again) : std::nullopt;
  if (after && after->image == stat->image) fresh.image = stat->image;
  cached_bytes_ += bytes_of(fresh.info);
  return &fresh;
}

std::optional<bool> ProcTable::has_executed(uint32_t pid) {
  const Fd folder(open(("/proc/" + std::to_string(pid)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const std::optional<std::string> text = folder.get() < 0 ? std::nullopt : read_in(folder.get(), "stat", 4096);
  const std::optional<Stat> stat = text ? parse_stat(*text) : std::nullopt;
  return stat ? std::optional<bool>(stat->executed) : std::nullopt;
}

std::optional<std::string> ProcTable::arguments(uint32_t pid) {
  const Fd folder(open(("/proc/" + std::to_string(pid)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  return folder.get() < 0 ? std::nullopt : read_in(folder.get(), "cmdline", kMaxCommandBytes);
}

std::optional<std::string> ProcTable::environment(uint32_t pid) {
  const Fd folder(open(("/proc/" + std::to_string(pid)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  return folder.get() < 0 ? std::nullopt : read_in(folder.get(), "environ", kMaxEnvironmentBytes);
}

}  // namespace recipe
