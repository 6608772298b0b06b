// SPDX-License-Identifier: Apache-2.0
// Which programs make which event (probes.def), and how each kind is attached. Private to runtime/kernel and its features.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/catalogue/catalogue.h"

struct bpf_link;
struct bpf_object;
struct bpf_program;

namespace recipe {

enum class ProbeVariant : uint8_t { kAlways, kTrampoline, kSyscall };
enum class ProbeKnows : uint8_t { kKernelHolds, kDescriptor, kLookedUp, kAskedPath, kSocket, kAskedAddress, kPacket, kCall };

struct Probe {
  std::string_view program;
  EventId event;
  ProbeVariant variant;
  ProbeKnows knows;
};

[[nodiscard]] std::span<const Probe> all_probes();
[[nodiscard]] const Probe* find_probe(std::string_view program);  // nullptr: fork and exit, which belong to every event

// Events, a bit each, whose trampoline variant this kernel can run: it has every function that their programs of `object` hang
// at.
[[nodiscard]] uint64_t trampoline_events(const bpf_object* object);

// Does this kernel use it? trampolines: the events of the function above; 0 where it has no trampolines.
[[nodiscard]] bool is_used(const Probe& probe, uint64_t trampolines);

// Is it a tracepoint's? Such programs hand their event to recipe_finish_syscall.
[[nodiscard]] bool ends_by_tail_call(const bpf_program* program);
// Is it the tracepoint of a system call? Those do not see calls of 32-bit programs.
[[nodiscard]] bool is_of_system_call(const bpf_program* program);

// The kernel's number of a tracepoint, "syscalls/sys_exit_open"; 0: it has none of that name. Error: tracefs cannot be asked.
[[nodiscard]] Result<uint64_t> tracepoint_number(std::string_view tracepoint);

// Attaches by the program's section: tracepoints by their number, which needs no mounted tracefs; cgroup programs to the root
// of cgroup v2, mounted or not; all else as libbpf does. nullptr: this kernel has no such tracepoint, an old system call that
// it was built without.
[[nodiscard]] Result<bpf_link*> attach_probe(bpf_program* program);

}  // namespace recipe
