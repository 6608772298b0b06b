// SPDX-License-Identifier: Apache-2.0
#include "runtime/context/stdin_writers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "runtime/context/descriptors.h"

namespace recipe {
namespace {

// The device of pipes without a name, as the kernel half numbers it; 0: unknown, then none is found.
uint64_t pipe_device() {
  static const uint64_t device = [] {
    int ends[2];
    struct stat status {};
    if (pipe2(ends, O_CLOEXEC) != 0) return uint64_t{0};
    const Fd read(ends[0]), write(ends[1]);
    if (fstat(read.get(), &status) != 0) return uint64_t{0};
    return uint64_t{major(status.st_dev)} << 20 | minor(status.st_dev);
  }();
  return device;
}

// The pipe's number; 0: the descriptor is no pipe without a name.
uint64_t pipe_at(int folder, const char* descriptor) {
  const uint64_t inode = inode_at(folder, descriptor, "pipe");
  return inode == 0 || pipe_device() == 0 ? 0 : inode + (pipe_device() << 32);
}

bool is_open_for_writing(int folder, const char* descriptor) {
  struct stat link {};
  return fstatat(folder, descriptor, &link, AT_SYMLINK_NOFOLLOW) == 0 && (link.st_mode & S_IWUSR) != 0;
}

}  // namespace

// Who holds pipes: of each process its standard output; of one near `near` that has executed nothing since its fork any
// descriptor for writing, because it may not have put the pipe in place yet.
void StdinWriters::look(uint32_t near) {
  holders_.clear();
  for (const uint32_t pid : pids_around(near, kMaxLooked)) {
    const Folder all = list_descriptors(pid);
    if (all == nullptr) continue;
    if (const uint64_t pipe = pipe_at(dirfd(all.get()), "1"); pipe != 0) holders_.push_back({pid, pipe});
    if (distance_of(pid, near) > kNear || ProcTable::has_executed(pid).value_or(true)) continue;
    for (size_t seen = 0; seen < kMaxDescriptors; ++seen) {
      const dirent* const entry = readdir(all.get());
      if (entry == nullptr) break;
      const uint64_t pipe = pipe_at(dirfd(all.get()), entry->d_name);
      if (pipe == 0 || !is_open_for_writing(dirfd(all.get()), entry->d_name)) continue;
      const bool again = std::any_of(holders_.begin(), holders_.end(),
                                     [&](const Holder& holder) { return holder.pid == pid && holder.pipe == pipe; });
      if (!again) holders_.push_back({pid, pipe});
    }
  }
}

std::vector<PipeWriter> StdinWriters::held(uint64_t pipe, uint64_t time_ns, bool& settled) {
  std::vector<PipeWriter> writers;
  for (const Holder& holder : holders_) {
    if (holder.pipe != pipe) continue;
    const ProcEntry* const entry = proc_.find(holder.pid, std::nullopt);
    if (entry == nullptr || !entry->info.name) continue;
    const uint64_t start_ns = static_cast<uint64_t>(entry->start_ticks) * 10'000'000;
    if (!entry->executed && start_ns + kYoungNs > time_ns) settled = false;
    const Fd folder = descriptors_of(holder.pid);
    writers.push_back({holder.pid, start_ns, folder.get() < 0 ? 0 : pipe_at(folder.get(), "0"), *entry->info.name});
  }
  return writers;
}

StdinWriters::Answer StdinWriters::find(uint64_t pipe, uint32_t pid, uint64_t time_ns) {
  Answer answer;
  std::vector<uint64_t> pipes{pipe};
  bool looked = false;
  for (size_t i = 0; i < pipes.size(); ++i) {
    std::vector<PipeWriter> writers = noted_->writers(pipes[i]);
    if (writers.empty()) {
      if (!looked) look(pid);
      looked = true;
      bool settled = true;
      std::vector<PipeWriter> forks = held(pipes[i], time_ns, settled);
      // Who executed its program while we looked has been noted by now.
      writers = noted_->writers(pipes[i]);
      if (writers.empty()) {
        writers = std::move(forks);
        answer.settled = answer.settled && settled;
      }
    }
    for (PipeWriter& writer : writers) {
      if (answer.names.size() == kMaxNames) return answer;
      answer.names.push_back(std::move(writer.name));
      const bool again = std::find(pipes.begin(), pipes.end(), writer.stdin_pipe) != pipes.end();
      if (writer.stdin_pipe != 0 && !again) pipes.push_back(writer.stdin_pipe);
    }
  }
  return answer;
}

}  // namespace recipe
