// SPDX-License-Identifier: Apache-2.0
// The kernel half, as the runtime sees it: the only place that knows libbpf. In: a filter's image. Out: records, counters, and
// what the kernel remembers of processes that have gone. Everything is undone on destruction.
//
//   load → install (attaches) → poll … poll → install (another generation) → poll … → detach → drain
//
// One thread calls; counters() and watch() may be called from others.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bpf/abi/maps.h"
#include "runtime/artefact/lay_out.h"
#include "runtime/base/result.h"
#include "runtime/context/context.h"
#include "runtime/kernel/features.h"

namespace recipe {

using KernelCounters = std::array<uint64_t, COUNTER_ROWS>;  // rows of counters.def; those of userspace stay 0

struct ProbeStatistics {
  std::string name;  // "recipe_exec"
  bool attached = false;
  uint32_t verified_instructions = 0;
  uint64_t runs = 0, run_ns = 0;  // since statistics were enabled
  uint64_t missed = 0;            // runs refused because the probe was at work on that processor
};

class Kernel final : public BirthParents, public PipeWriters, public KeptCommands {
 public:
  struct Options {
    uint32_t ring_bytes = RECIPE_RING_BYTES;                           // a power of two, at least one page
    uint64_t events = uint64_t{1} << static_cast<int>(EventId::exec);  // a bit an event: what later filters may want
  };
  // Error: what is missing and what to do about it; with libbpf's and the verifier's words where they refuse.
  [[nodiscard]] static Result<std::unique_ptr<Kernel>> load(const Options& options);
  [[nodiscard]] static Result<std::unique_ptr<Kernel>> load() { return load(Options{}); }
  ~Kernel() override;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // Fills the image that is not active, switches with one store, and attaches the probes that it needs, or detaches those that
  // it does not. Error: also where it wants an event that load() was not told of. On return no probe still reads the old image;
  // records that it let through may still be in the ring.
  [[nodiscard]] Status install(const FilterImage& image);

  // Scope: on, only watched processes are looked at; their children are watched as well.
  void set_scope(bool on);
  [[nodiscard]] Status watch(uint32_t pid);

  // Hands over the records that are there; waits up to `timeout` if there are none. The number handed over; 0 also when a
  // signal came. A record is valid during the call only.
  using Callback = std::function<void(std::span<const std::byte>)>;
  [[nodiscard]] Result<size_t> poll(const Callback& callback, std::chrono::milliseconds timeout);
  // Stops the probes; what they have sent stays in the ring for drain, which never waits.
  void detach();
  [[nodiscard]] Result<size_t> drain(const Callback& callback);

  [[nodiscard]] KernelCounters counters() const;
  [[nodiscard]] uint64_t boot_wall_ns() const;  // CLOCK_REALTIME at boot, as the clocks stand now

  // Counts runs and their time from now on, at some 20 ns a run: for the bench.
  [[nodiscard]] Status enable_statistics();
  [[nodiscard]] std::vector<ProbeStatistics> statistics() const;

  // What the attached probes see: "fork, exit" and the names of events, once each.
  [[nodiscard]] std::vector<std::string> watched() const;

  // BirthParents
  [[nodiscard]] std::optional<Tombstone> find(uint32_t pid, uint64_t child_start_time) override;
  [[nodiscard]] uint32_t birth_parent(uint32_t pid) override;
  // PipeWriters
  [[nodiscard]] std::vector<PipeWriter> writers(uint64_t pipe) override;
  // KeptCommands
  [[nodiscard]] std::optional<std::string> command(uint32_t pid, uint64_t start_time, uint64_t before) override;

 private:
  struct State;
  explicit Kernel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace recipe
