// SPDX-License-Identifier: Apache-2.0
#include "runtime/kernel/kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/membarrier.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <thread>

#include "bpf/abi/filter_image.h"
#include "bpf/recipe_probes.skel.h"
#include "runtime/kernel/probes.h"
#include "runtime/kernel/process_entries.h"

namespace recipe {
namespace {

constexpr size_t kLogBytes = 4096;             // of libbpf's words in an error
constexpr std::chrono::milliseconds kTick{1};  // between looks at the ring while there is traffic
constexpr int kIdleTicks = 3;                  // empty looks before the reader sleeps

// libbpf's log goes nowhere unless something fails; then its end is what one wants to read.
class LibbpfLog {
 public:
  LibbpfLog() : before_(libbpf_set_print(keep)) { text().clear(); }
  ~LibbpfLog() { libbpf_set_print(before_); }
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;
  [[nodiscard]] static std::string end() {
    const std::string& all = text();
    return all.size() > kLogBytes ? all.substr(all.size() - kLogBytes) : all;
  }

 private:
  static std::string& text() {
    thread_local std::string text;
    return text;
  }
  static int keep(libbpf_print_level level, const char* format, va_list arguments) {
    if (level == LIBBPF_DEBUG) return 0;
    char line[8192];
    const int bytes = std::vsnprintf(line, sizeof line, format, arguments);
    text().append(line, static_cast<size_t>(std::clamp<int>(bytes, 0, sizeof line - 1)));
    if (text().size() > 16 * kLogBytes) text().erase(0, text().size() - kLogBytes);
    return bytes;
  }
  libbpf_print_fn_t before_;
};

uint64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

bool wants_nothing(const filter_header& header) {
  return std::all_of(std::begin(header.event), std::end(header.event), [](const event_head& head) { return head.wanted == 0; });
}

// Marks that both filters have, at another bit.
std::vector<ProcessEntries::MovedMark> moved_marks(const filter_header& before, const filter_header& after) {
  std::vector<ProcessEntries::MovedMark> moved;
  for (uint32_t from = 0; from < RECIPE_TAGS; ++from) {
    for (uint32_t to = 0; to < RECIPE_TAGS; ++to) {
      if (from != to && before.mark_name[from] != 0 && before.mark_name[from] == after.mark_name[to])
        moved.push_back({1u << from, 1u << to});
    }
  }
  return moved;
}

control_head head_of(const event_head& head) {
  return {head.pivot_offset, head.pivot_mask, head.default_block, head.default_access};
}

}  // namespace

struct Kernel::State {
  // A program of the object, whether it is loaded, and its link while it is attached.
  struct Slot {
    bpf_program* program = nullptr;
    const Probe* probe = nullptr;  // nullptr: fork, exit
    bool loaded = false;
    bpf_link* link = nullptr;
  };

  recipe_probes* skeleton = nullptr;
  std::vector<Slot> slots;
  ring_buffer* ring = nullptr;
  Mapped images;
  ProcessEntries processes;
  int statistics_fd = -1;
  int idle_ticks = kIdleTicks;
  const Callback* callback = nullptr;

  ~State() {
    detach();
    if (statistics_fd >= 0) close(statistics_fd);
    ring_buffer__free(ring);
    if (skeleton != nullptr) recipe_probes__destroy(skeleton);
  }

  [[nodiscard]] struct control& control() const { return skeleton->bss->control; }

  // Before the object is loaded: the probes of other events are left out.
  void choose(uint64_t events, uint64_t trampolines) {
    bool system_calls = false;
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, skeleton->obj) {
      if (program == skeleton->progs.recipe_finish_syscall) continue;
      Slot slot{program, find_probe(bpf_program__name(program)), true, nullptr};
      if (slot.probe != nullptr)
        slot.loaded = is_used(*slot.probe, trampolines) && ((events >> static_cast<int>(slot.probe->event)) & 1) != 0;
      bpf_program__set_autoload(program, slot.loaded);
      system_calls = system_calls || (slot.loaded && ends_by_tail_call(program));
      slots.push_back(slot);
    }
    bpf_program__set_autoload(skeleton->progs.recipe_finish_syscall, system_calls);
    // Fork and exit first: a process that execs has its entry then.
    std::stable_partition(slots.begin(), slots.end(), [](const Slot& slot) { return slot.probe == nullptr; });
  }

  // The heavy program that those of system calls end in.
  Status set_finish() const {
    const int program = bpf_program__fd(skeleton->progs.recipe_finish_syscall);
    const uint32_t key = 0;
    if (program < 0 || bpf_map_update_elem(bpf_map__fd(skeleton->maps.finish_syscall), &key, &program, BPF_ANY) == 0)
      return Done{};
    return Error{"cannot join the probes of system calls", errno};
  }

  Status attach(Slot& slot) {
    if (slot.link != nullptr) return Done{};
    LibbpfLog log;
    Result<bpf_link*> link = attach_probe(slot.program);
    if (!link.ok())
      return Error{fmt::format("cannot attach the probe `{}`: {}", bpf_program__name(slot.program), link.error().message())};
    slot.link = *link;
    return Done{};
  }

  static void detach(Slot& slot) {
    if (slot.link != nullptr) bpf_link__destroy(slot.link);
    slot.link = nullptr;
  }

  // Attaches what the filter wants and no other.
  Status attach(const filter_header& header) {
    for (uint32_t event = 0; event < RECIPE_EVENTS; ++event) {
      const bool loaded = std::any_of(slots.begin(), slots.end(), [&](const Slot& slot) {
        return slot.probe != nullptr && slot.loaded && static_cast<uint32_t>(slot.probe->event) == event;
      });
      // Events without any probe are not seen; the coverage says so.
      const bool possible = std::any_of(all_probes().begin(), all_probes().end(),
                                        [&](const Probe& probe) { return static_cast<uint32_t>(probe.event) == event; });
      if (header.event[event].wanted != 0 && possible && !loaded) {
        return Error{fmt::format("the probes of `{}` were not loaded: start again with these recipes",
                                 info(static_cast<EventId>(event)).name)};
      }
    }
    bool filled = false, calls = false;
    for (Slot& slot : slots) {
      if (slot.probe != nullptr && !filled) {
        processes.fill_parents();
        filled = true;
      }
      const bool tags = slot.probe != nullptr && slot.probe->event == EventId::exec && (header.tags & ~header.marks) != 0;
      const bool wanted = slot.probe == nullptr || tags || header.event[static_cast<size_t>(slot.probe->event)].wanted != 0;
      if (!slot.loaded) continue;
      calls = calls || (wanted && is_of_system_call(slot.program));
      if (!wanted) {
        detach(slot);
      } else if (Status status = attach(slot); !status.ok()) {
        detach();
        return status;
      }
    }
    set_flag(CONTROL_CALLS, calls);
    return Done{};
  }

  void set_flag(control_flags flag, bool on) const {
    std::atomic_ref flags(control().flags);
    if (on)
      flags.fetch_or(flag, std::memory_order_release);
    else
      flags.fetch_and(~flag, std::memory_order_release);
  }

  void detach() {
    for (size_t i = slots.size(); i-- > 0;) detach(slots[i]);
  }

  static int receive(void* self, void* data, size_t bytes) {
    (*static_cast<State*>(self)->callback)({static_cast<const std::byte*>(data), bytes});
    return 0;
  }

  Result<size_t> consume(const Callback& to) {
    callback = &to;
    const int got = ring_buffer__consume(ring);
    callback = nullptr;
    if (got < 0) return Error{"cannot read the ring of records", -got};
    return static_cast<size_t>(got);
  }
};

Kernel::Kernel(std::unique_ptr<State> state) : state_(std::move(state)) {}
Kernel::~Kernel() = default;

Result<std::unique_ptr<Kernel>> Kernel::load(const Options& options) {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  (void)setrlimit(RLIMIT_MEMLOCK, &unlimited);  // needed before Linux 5.11 only

  auto state = std::make_unique<State>();
  LibbpfLog log;
  state->skeleton = recipe_probes__open();
  if (state->skeleton == nullptr) return Error{"cannot open the probes", errno};
  bpf_map__set_max_entries(state->skeleton->maps.processes, ProcessEntries::limit());
  bpf_map__set_max_entries(state->skeleton->maps.ring, options.ring_bytes);
  state->skeleton->bss->control.active = CONTROL_NO_IMAGE;
  state->choose(options.events, probe_features().has("fentry") ? trampoline_events(state->skeleton->obj) : 0);
  if (const int error = recipe_probes__load(state->skeleton); error != 0) {
    const std::string words = LibbpfLog::end();
    if (const std::string obstacle = probe_features().obstacle(); !obstacle.empty())
      return Error{"cannot load the probes: " + obstacle};
    return Error{"the kernel refuses the probes (see `reciped features`)\n" + words, -error};
  }
  if (Status joined = state->set_finish(); !joined.ok()) return joined.error();
  const recipe_probes& skeleton = *state->skeleton;
  if (Status status = state->images.map(bpf_map__fd(skeleton.maps.filter), 2 * size_t{RECIPE_IMAGE_BYTES}); !status.ok())
    return status.error();
  const uint32_t pids = bpf_map__max_entries(skeleton.maps.processes);
  if (Status status = state->processes.map(bpf_map__fd(skeleton.maps.processes), pids); !status.ok()) return status.error();
  state->ring = ring_buffer__new(bpf_map__fd(skeleton.maps.ring), State::receive, state.get(), nullptr);
  if (state->ring == nullptr) return Error{"cannot map the ring of records", errno};
  return std::unique_ptr<Kernel>(new Kernel(std::move(state)));
}

Status Kernel::install(const FilterImage& image) {
  filter_header header{};
  const size_t bytes = image.size() * sizeof(uint64_t);
  if (bytes < sizeof header || bytes > RECIPE_IMAGE_BYTES) return Error{"the filter's image has no valid size"};
  std::memcpy(&header, image.data(), sizeof header);

  struct control& control = state_->control();
  filter_header before{};
  if (control.active < CONTROL_NO_IMAGE)
    std::memcpy(&before, state_->images.at<char>(size_t{control.active} * RECIPE_IMAGE_BYTES), sizeof before);
  const std::vector<ProcessEntries::MovedMark> moved = moved_marks(before, header);
  const uint32_t next = control.active == 0 ? 1 : 0;
  state_->processes.forget_tags();
  std::atomic_ref(control.tags_unknown).store(0, std::memory_order_relaxed);
  std::atomic_ref(control.marks_unknown).store(1, std::memory_order_relaxed);
  std::memcpy(state_->images.at<char>(size_t{next} * RECIPE_IMAGE_BYTES), image.data(), bytes);
  control.seed[next] = header.seed;
  control.generation[next] = header.generation;
  control.tags[next] = header.tags & ~header.marks;
  control.marks[next] = header.marks;
  control.exec[next] = head_of(header.event[static_cast<size_t>(EventId::exec)]);
  for (size_t event = 0; event < RECIPE_EVENTS; ++event) control.event[event][next] = head_of(header.event[event]);
  state_->set_flag(CONTROL_WRITERS, (header.flags & FILTER_WRITERS) != 0);
  state_->set_flag(CONTROL_COMMANDS, (header.flags & FILTER_COMMANDS) != 0);
  std::atomic_ref(control.active).store(next, std::memory_order_release);
  // Probes run with preemption off: after this none of them still works with the other image, and it may be filled again.
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) != 0)
    return Error{"cannot wait for the probes to take the switch", errno};

  state_->processes.move_marks(moved);
  std::atomic_ref(control.marks_unknown).store(0, std::memory_order_release);

  control.boot_wall_ns = boot_wall_ns();
  if (wants_nothing(header)) {
    state_->detach();
    return Done{};
  }
  if (Status status = state_->attach(header); !status.ok()) return status;
  if ((header.tags & ~header.marks) != 0) state_->processes.fill_tags(image, header);
  return Done{};
}

void Kernel::set_scope(bool on) {
  state_->set_flag(CONTROL_SCOPE, on);
}

Status Kernel::watch(uint32_t pid) {
  return state_->processes.watch(pid);
}

Result<size_t> Kernel::poll(const Callback& callback, std::chrono::milliseconds timeout) {
  Result<size_t> got = state_->consume(callback);
  if (!got.ok() || *got > 0) {
    state_->idle_ticks = 0;
    return got;
  }
  // While there is traffic a wake-up a record would cost the machine more than a look a millisecond.
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (state_->idle_ticks < kIdleTicks) {
    if (std::chrono::steady_clock::now() + kTick > deadline) return size_t{0};
    std::this_thread::sleep_for(kTick);
    ++state_->idle_ticks;
    got = state_->consume(callback);
    if (got.ok() && *got == 0) continue;
    state_->idle_ticks = 0;
    return got;
  }
  // Said first, looked afterwards: a record that came in between is seen here or sees that the reader sleeps.
  std::atomic_ref sleeps(state_->control().reader_sleeps);
  sleeps.store(1, std::memory_order_seq_cst);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  got = state_->consume(callback);
  if (got.ok() && *got == 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    epoll_event event{};
    const int ready =
        epoll_wait(ring_buffer__epoll_fd(state_->ring), &event, 1, static_cast<int>(std::max<long>(0, left.count())));
    const int error = errno;
    sleeps.store(0, std::memory_order_relaxed);
    if (ready < 0 && error != EINTR) return Error{"cannot wait for records", error};
    got = state_->consume(callback);
  }
  sleeps.store(0, std::memory_order_relaxed);
  if (got.ok() && *got > 0) state_->idle_ticks = 0;
  return got;
}

void Kernel::detach() {
  state_->detach();
}

Result<size_t> Kernel::drain(const Callback& callback) {
  size_t all = 0;
  for (;;) {
    const Result<size_t> got = state_->consume(callback);
    if (!got.ok()) return got;
    if (*got == 0) return all;
    all += *got;
  }
}

KernelCounters Kernel::counters() const {
  KernelCounters sums{};
  const int fd = bpf_map__fd(state_->skeleton->maps.counters);
  std::vector<uint64_t> each(static_cast<size_t>(std::max(1, libbpf_num_possible_cpus())));
  for (uint32_t row = 0; row < COUNTER_ROWS; ++row) {
    if (bpf_map_lookup_elem(fd, &row, each.data()) != 0) continue;
    for (const uint64_t n : each) sums[row] += n;
  }
  for (const ProbeStatistics& probe : statistics()) sums[COUNTER_probe_missed] += probe.missed;
  return sums;
}

uint64_t Kernel::boot_wall_ns() const {
  return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
}

Status Kernel::enable_statistics() {
  if (state_->statistics_fd >= 0) return Done{};
  state_->statistics_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
  if (state_->statistics_fd < 0) return Error{"cannot enable statistics of the probes", errno};
  return Done{};
}

std::vector<ProbeStatistics> Kernel::statistics() const {
  std::vector<ProbeStatistics> all;
  for (const State::Slot& slot : state_->slots) {
    if (!slot.loaded) continue;
    bpf_prog_info info{};
    __u32 bytes = sizeof info;
    if (bpf_obj_get_info_by_fd(bpf_program__fd(slot.program), &info, &bytes) != 0) continue;
    all.push_back({bpf_program__name(slot.program), slot.link != nullptr, info.verified_insns, info.run_cnt, info.run_time_ns,
                   info.recursion_misses});
  }
  return all;
}

std::vector<std::string> Kernel::watched() const {
  std::vector<std::string> names;
  for (const State::Slot& slot : state_->slots) {
    if (slot.link == nullptr) continue;
    std::string name = slot.probe == nullptr ? std::string(bpf_program__name(slot.program)).substr(sizeof "recipe_" - 1)
                                             : std::string(info(slot.probe->event).name);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

std::optional<Tombstone> Kernel::find(uint32_t pid, uint64_t child_start_time) {
  struct tombstone found {};
  if (bpf_map_lookup_elem(bpf_map__fd(state_->skeleton->maps.tombstones), &pid, &found) != 0) return std::nullopt;
  if (found.start_time > child_start_time || found.exit_time < child_start_time) return std::nullopt;
  Tombstone tombstone{pid, found.birth_parent, found.uid, found.start_time, {}, {}, (found.bits & PROCESS_COMMAND_KEPT) != 0};
  tombstone.name.assign(reinterpret_cast<const char*>(found.name), std::min<size_t>(found.name_bytes, sizeof found.name));
  tombstone.comm.assign(found.comm, strnlen(found.comm, sizeof found.comm));
  return tombstone;
}

std::vector<PipeWriter> Kernel::writers(uint64_t pipe) {
  std::vector<PipeWriter> all;
  for (uint32_t slot = 0; slot < RECIPE_WRITERS_OF_PIPE; ++slot) {
    const pipe_writer_key key{pipe, slot, 0};
    pipe_writer found{};
    if (bpf_map_lookup_elem(bpf_map__fd(state_->skeleton->maps.pipe_writers), &key, &found) != 0) continue;
    const size_t bytes = std::min<size_t>(found.name_bytes, sizeof found.name);
    all.push_back({found.pid, found.start_time, found.stdin_pipe, {reinterpret_cast<const char*>(found.name), bytes}});
  }
  // In the order of their start: that of the command line, as a shell forks from left to right.
  std::stable_sort(all.begin(), all.end(),
                   [](const PipeWriter& a, const PipeWriter& b) { return a.start_time < b.start_time; });
  return all;
}

std::optional<std::string> Kernel::command(uint32_t pid, uint64_t start_time, uint64_t before) {
  kept_command found{};
  if (bpf_map_lookup_elem(bpf_map__fd(state_->skeleton->maps.commands), &pid, &found) != 0) return std::nullopt;
  if (found.start_time != start_time || found.kept_time > before || found.bytes > sizeof found.text) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(found.text), found.bytes);
}

uint32_t Kernel::birth_parent(uint32_t pid) {
  return state_->processes.birth_parent(pid);
}

}  // namespace recipe
