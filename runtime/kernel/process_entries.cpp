// SPDX-License-Identifier: Apache-2.0
#include "runtime/kernel/process_entries.h"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "bpf/lib/hash.h"
#include "runtime/catalogue/catalogue.h"

namespace recipe {
namespace {

constexpr uint32_t kMinPids = 32768, kMaxPids = 1u << 22;  // PID_MAX_LIMIT of Linux
constexpr int kMaxDepth = 1 << 16;                         // of the process tree, should /proc show a loop

// The parent, from the line of /proc/PID/stat; 0: gone. The name in it may hold any byte: fields follow the last `)`.
uint32_t parent_from_proc(uint32_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const size_t end = line.rfind(')');
  unsigned parent = 0;
  if (end == std::string::npos || std::sscanf(line.c_str() + end + 1, " %*c %u", &parent) != 1) return 0;
  return parent;
}

// The file name of the executable. A kernel thread has none, and nothing comes of it. nullopt: it cannot be read.
std::optional<std::string> name_from_proc(uint32_t pid) {
  char path[PATH_MAX];
  const ssize_t bytes = readlink(fmt::format("/proc/{}/exe", pid).c_str(), path, sizeof path);
  if (bytes < 0)
    return errno == ENOENT && access(fmt::format("/proc/{}", pid).c_str(), F_OK) == 0 ? std::optional<std::string>("")
                                                                                      : std::nullopt;
  std::string_view exe(path, static_cast<size_t>(bytes));
  constexpr std::string_view kDeleted = " (deleted)";
  if (exe.ends_with(kDeleted)) exe.remove_suffix(kDeleted.size());
  return std::string(exe.substr(exe.rfind('/') + 1));
}

// The tags that a name gives to a process's children, from exec's pivot table of an image.
[[nodiscard]] uint32_t tags_of(const FilterImage& image, const filter_header& header, std::string_view name) {
  const event_head& head = header.event[static_cast<size_t>(EventId::exec)];
  const uint64_t hash = key_of_text(header.seed, LANE_NAME, KEY_PIVOT, name.data(), static_cast<uint32_t>(name.size()));
  const size_t at = head.pivot_offset + size_t{pivot_bucket_of(hash, head.pivot_mask)} * sizeof(pivot_bucket);
  pivot_bucket bucket{};
  if (at + sizeof bucket > image.size() * sizeof(uint64_t)) return 0;
  std::memcpy(&bucket, reinterpret_cast<const char*>(image.data()) + at, sizeof bucket);
  uint32_t tags = 0;
  for (const uint32_t entry : bucket.entry) {
    if (entry >> 16 == pivot_tag(hash) && (entry & 0xffff) >= PIVOT_ANCESTOR) tags |= 1u << (entry & (RECIPE_TAGS - 1));
  }
  return tags;
}

}  // namespace

uint32_t ProcessEntries::limit() {
  std::ifstream file("/proc/sys/kernel/pid_max");
  uint32_t limit = kMaxPids;
  if (!(file >> limit)) limit = kMaxPids;
  return std::clamp(limit, kMinPids, kMaxPids);
}

Status ProcessEntries::map(int fd, uint32_t entries) {
  entries_ = entries;
  return memory_.map(fd, size_t{entries} * sizeof(process_entry));
}

Status ProcessEntries::watch(uint32_t pid) {
  if (pid == 0 || pid >= entries_) return Error{fmt::format("there is no process {}", pid)};
  std::atomic_ref(entry(pid).bits).fetch_or(PROCESS_WATCHED);
  return Done{};
}

uint32_t ProcessEntries::birth_parent(uint32_t pid) const {
  return pid < entries_ ? std::atomic_ref(entry(pid).birth_parent).load(std::memory_order_relaxed) : 0;
}

template <class Each>
void ProcessEntries::for_each_process(Each each) const {
  DIR* const dir = opendir("/proc");
  if (dir == nullptr) return;
  while (const dirent* found = readdir(dir)) {
    char* end = nullptr;
    const unsigned long pid = std::strtoul(found->d_name, &end, 10);
    if (pid != 0 && pid < entries_ && *end == 0) each(static_cast<uint32_t>(pid));
  }
  closedir(dir);
}

void ProcessEntries::fill_parents() const {
  for_each_process([&](uint32_t pid) {
    uint32_t unknown = 0;
    const uint32_t parent = parent_from_proc(pid);
    if (parent != 0) std::atomic_ref(entry(pid).birth_parent).compare_exchange_strong(unknown, parent);
  });
}

void ProcessEntries::forget_tags() const {
  for (uint32_t pid = 0; pid < entries_; ++pid) {
    auto* const bits = &entry(pid).bits;
    if (std::atomic_ref(*bits).load(std::memory_order_relaxed) != 0) std::atomic_ref(*bits).fetch_and(~PROCESS_TAGS_KNOWN);
  }
}

// A process that has not been told may fork a child behind us, which then has the old bits alone: again until nothing changes.
void ProcessEntries::move_marks(std::span<const MovedMark> moved) const {
  for (bool changed = !moved.empty(); changed;) {
    changed = false;
    for (uint32_t pid = 0; pid < entries_; ++pid) {
      const std::atomic_ref tags(entry(pid).tags);
      const uint32_t before = tags.load(std::memory_order_relaxed);
      uint32_t more = 0;
      for (const MovedMark& mark : moved) more |= (before & mark.from) != 0 ? mark.to & ~before : 0;
      if (more == 0) continue;
      tags.fetch_or(more);
      changed = true;
    }
  }
}

void ProcessEntries::fill_tags(const FilterImage& image, const filter_header& header) const {
  struct Process {
    uint32_t parent = 0, own = 0, before = 0;
    bool known = false;
  };
  std::map<uint32_t, Process> found;
  for_each_process([&](uint32_t pid) {
    Process& process = found[pid];
    process.before = std::atomic_ref(entry(pid).own_tags).load();
    const uint32_t birth = birth_parent(pid);
    process.parent = birth != 0 ? birth : parent_from_proc(pid);
    const std::optional<std::string> name = name_from_proc(pid);
    process.known = name.has_value();
    if (name) process.own = tags_of(image, header, *name);
  });
  for (auto& [pid, process] : found) {
    uint32_t tags = 0, up = process.parent;
    bool known = process.known;
    for (int depth = 0; up != 0 && known && depth < kMaxDepth; ++depth) {
      const auto parent = found.find(up);
      known = parent != found.end() && parent->second.known;
      if (!known) break;
      tags |= parent->second.own;
      up = parent->second.parent;
    }
    // A process that has executed another program since its name was read has tags of the probe's by now: those stay.
    std::atomic_ref(entry(pid).own_tags).compare_exchange_strong(process.before, process.own);
    std::atomic_ref(entry(pid).tags).fetch_or(tags);
    if (known) std::atomic_ref(entry(pid).bits).fetch_or(PROCESS_TAGS_KNOWN);
  }
}

}  // namespace recipe
