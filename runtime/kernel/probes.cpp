// SPDX-License-Identifier: Apache-2.0
// Pseudo file systems are asked through a mount that has no place in any folder (fsopen, fsmount): nothing of the machine
// changes, and it works where tracefs is not mounted.
#include "runtime/kernel/probes.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>

#include "runtime/base/fd.h"

namespace recipe {
namespace {

constexpr Probe kProbes[] = {
#define PROBE(program, event, variant, knows) {#program, EventId::event, ProbeVariant::variant, ProbeKnows::knows},
#include "runtime/kernel/probes.def"
};

constexpr std::string_view kTracepoint = "tracepoint/";
constexpr std::string_view kCgroup = "cgroup";

// A folder of a new mount of the file system; -1 and errno.
int open_file_system(const char* type) {
  const Fd context(static_cast<int>(syscall(SYS_fsopen, type, 1 /* FSOPEN_CLOEXEC */)));
  if (context.get() < 0) return -1;
  if (syscall(SYS_fsconfig, context.get(), 6 /* FSCONFIG_CMD_CREATE */, nullptr, nullptr, 0) != 0) return -1;
  const Fd mount(static_cast<int>(syscall(SYS_fsmount, context.get(), 1 /* FSMOUNT_CLOEXEC */, 0)));
  if (mount.get() < 0) return -1;
  return openat(mount.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

}  // namespace

Result<uint64_t> tracepoint_number(std::string_view tracepoint) {
  static const int folder = open_file_system("tracefs");
  if (folder < 0) return Error{"cannot ask tracefs for the numbers of tracepoints", errno};
  const std::string path = fmt::format("events/{}/id", tracepoint);
  const Fd file(openat(folder, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT) return uint64_t{0};
    return Error{fmt::format("cannot read `{}` of tracefs", path), errno};
  }
  char text[32] = {};
  const ssize_t bytes = read(file.get(), text, sizeof text - 1);
  uint64_t number = 0;
  if (bytes <= 0 || std::from_chars(text, text + bytes, number).ec != std::errc{})
    return Error{fmt::format("`{}` of tracefs holds no number", path)};
  return number;
}

namespace {

// An event of the tracepoint on one processor stands for all of them, as far as programs are concerned.
Result<bpf_link*> attach_tracepoint(bpf_program* program) {
  const Result<uint64_t> number =
      tracepoint_number(std::string_view(bpf_program__section_name(program)).substr(kTracepoint.size()));
  if (!number.ok()) return number.error();
  if (*number == 0) return nullptr;
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.size = sizeof attributes;
  attributes.config = *number;
  Fd event(static_cast<int>(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)));
  if (event.get() < 0) return Error{"cannot open a tracepoint", errno};
  bpf_link* const link = bpf_program__attach_perf_event(program, event.get());
  if (link == nullptr) return Error{"cannot attach to a tracepoint", errno};
  (void)event.release();  // the link's now
  return link;
}

Result<bpf_link*> attach_cgroup(bpf_program* program) {
  static const int root = open_file_system("cgroup2");
  if (root < 0) return Error{"cannot open the root of cgroup v2", errno};
  bpf_link* const link = bpf_program__attach_cgroup(program, root);
  if (link == nullptr) return Error{"cannot attach to the root of cgroup v2", errno};
  return link;
}

}  // namespace

std::span<const Probe> all_probes() {
  return kProbes;
}

const Probe* find_probe(std::string_view program) {
  for (const Probe& probe : kProbes) {
    if (probe.program == program) return &probe;
  }
  return nullptr;
}

uint64_t trampoline_events(const bpf_object* object) {
  btf* const types = btf__load_vmlinux_btf();
  if (types == nullptr) return 0;
  uint64_t events = 0, without = 0;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    const Probe* const probe = find_probe(bpf_program__name(program));
    if (probe == nullptr || probe->variant != ProbeVariant::kTrampoline) continue;
    const uint64_t event = uint64_t{1} << static_cast<int>(probe->event);
    const std::string section = bpf_program__section_name(program);
    events |= event;
    if (!section.starts_with("fentry/") && !section.starts_with("fexit/")) continue;
    if (btf__find_by_name_kind(types, section.c_str() + section.find('/') + 1, BTF_KIND_FUNC) < 0) without |= event;
  }
  btf__free(types);
  return events & ~without;
}

bool is_used(const Probe& probe, uint64_t trampolines) {
  const bool has = ((trampolines >> static_cast<int>(probe.event)) & 1) != 0;
  switch (probe.variant) {
    case ProbeVariant::kAlways:
      return true;
    case ProbeVariant::kTrampoline:
      return has;
    case ProbeVariant::kSyscall:
      return !has;
  }
  return false;
}

bool ends_by_tail_call(const bpf_program* program) {
  return std::string_view(bpf_program__section_name(program)).starts_with(kTracepoint);
}

bool is_of_system_call(const bpf_program* program) {
  return std::string_view(bpf_program__section_name(program)).starts_with("tracepoint/syscalls/");
}

Result<bpf_link*> attach_probe(bpf_program* program) {
  const std::string_view section = bpf_program__section_name(program);
  if (section.starts_with(kTracepoint)) return attach_tracepoint(program);
  if (section.starts_with(kCgroup)) return attach_cgroup(program);
  bpf_link* const link = bpf_program__attach(program);
  if (link == nullptr) return Error{"the kernel refuses it", errno};
  return link;
}

}  // namespace recipe
