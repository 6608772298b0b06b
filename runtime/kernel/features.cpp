// SPDX-License-Identifier: Apache-2.0
// Each feature is tried: a map is made, a program of two instructions is loaded. Nothing is attached.
#include "runtime/kernel/features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "bpf/abi/maps.h"
#include "bpf/recipe_probes.skel.h"
#include "runtime/base/fd.h"
#include "runtime/kernel/probes.h"

namespace recipe {
namespace {

constexpr int kCapSysAdmin = 21, kCapPerfmon = 38, kCapBpf = 39;

bool has_capability(int capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0) return false;
  return ((data[capability / 32].effective >> (capability % 32)) & 1) != 0;
}

// `return 0`, as a program that would be attached to `target`. 0, or -errno.
int try_program(bpf_prog_type type, bpf_attach_type attach, const char* target) {
  const int id = libbpf_find_vmlinux_btf_id(target, attach);
  if (id < 0) return id;
  const bpf_insn program[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach, .attach_btf_id = static_cast<__u32>(id));
  const Fd fd(bpf_prog_load(type, "recipe_try", "GPL", program, std::size(program), &options));
  return fd.ok() ? 0 : -errno;
}

std::string why(int error) {
  return error == 0 ? std::string() : fmt::format("the kernel refuses it: {}", std::strerror(-error));
}

bool contains_line_word(const char* path, std::string_view word) {
  std::ifstream file(path);
  std::string item;
  while (std::getline(file, item, ',')) {
    while (!item.empty() && item.back() == '\n') item.pop_back();
    if (item == word) return true;
  }
  return false;
}

Feature capabilities() {
  Feature feature{"capabilities", "loading and attaching probes", false, true, ""};
  feature.available = has_capability(kCapSysAdmin) || (has_capability(kCapBpf) && has_capability(kCapPerfmon));
  if (!feature.available) feature.reason = "needs CAP_BPF and CAP_PERFMON: run it as root";
  return feature;
}

Feature kernel_btf() {
  Feature feature{"btf", "finding the kernel's fields", access("/sys/kernel/btf/vmlinux", R_OK) == 0, true, ""};
  if (!feature.available) feature.reason = "`/sys/kernel/btf/vmlinux` is not there: needs a kernel with CONFIG_DEBUG_INFO_BTF";
  return feature;
}

Feature ring_buffer_map() {
  const Fd fd(bpf_map_create(BPF_MAP_TYPE_RINGBUF, "recipe_try", 0, 0, static_cast<__u32>(getpagesize()), nullptr));
  const int error = fd.ok() ? 0 : -errno;
  return {"ring buffer", "records on their way out", error == 0, true, error == 0 ? "" : why(error) + " (Linux 5.8 has it)"};
}

Feature mapped_array() {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
  const Fd fd(bpf_map_create(BPF_MAP_TYPE_ARRAY, "recipe_try", 4, 8, 1, &options));
  const int error = fd.ok() ? 0 : -errno;
  return {"mapped arrays", "filling the filter in place", error == 0, true,
          error == 0 ? "" : why(error) + " (Linux 5.5 has it)"};
}

Feature tracepoints() {
  const int error = try_program(BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, "sched_process_exec");
  return {"tp_btf", "the probes of exec, fork and exit", error == 0, true, why(error)};
}

Feature trampolines() {
  const int error = try_program(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "bprm_execve");
  return {"fentry", "probes of kernel functions", error == 0, false,
          error == 0 ? "" : why(error) + "; probes run in their tracepoint variant"};
}

Feature lsm() {
  const int error = try_program(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bprm_committed_creds");
  Feature feature{"lsm", "probes that may refuse", error == 0, false, why(error)};
  if (feature.available && access("/sys/kernel/security/lsm", R_OK) == 0 &&
      !contains_line_word("/sys/kernel/security/lsm", "bpf")) {
    feature.available = false;
    feature.reason = "`bpf` is not in the kernel's list of security modules: boot with `lsm=...,bpf`";
  }
  return feature;
}

// The hook of exit was moved before the image is given up in the same change (Linux 6.16) that gave it a second argument.
Feature image_at_exit() {
  Feature feature{"image at exit", "the names of parents that have exited", false, false, ""};
  btf* const types = btf__load_vmlinux_btf();
  const int id = types == nullptr ? -1 : btf__find_by_name_kind(types, "btf_trace_sched_process_exit", BTF_KIND_TYPEDEF);
  if (id > 0) {
    const btf_type* const pointer = btf__type_by_id(types, btf__type_by_id(types, static_cast<__u32>(id))->type);
    feature.available = btf_vlen(btf__type_by_id(types, pointer->type)) > 2;  // the first is the probe's own
  }
  btf__free(types);
  if (!feature.available)
    feature.reason = "Linux 6.16 has it; before, a term on the name of a parent that has gone is left open";
  return feature;
}

std::string_view what_it_sees(ProbeKnows knows) {
  switch (knows) {
    case ProbeKnows::kKernelHolds:
      return "what the kernel holds";
    case ProbeKnows::kDescriptor:
      return "the object behind the descriptor when the call ends; not io_uring, not one that another thread has swapped";
    case ProbeKnows::kLookedUp:
      return "the path as the kernel looked it up; not io_uring";
    case ProbeKnows::kAskedPath:
      return "the path as it was asked for; links in its folders are not followed, another thread may have changed it";
    case ProbeKnows::kSocket:
      return "the addresses that the socket has when the call ends, of a refused connection the one that was asked for; not "
             "io_uring, not one that another thread has swapped";
    case ProbeKnows::kAskedAddress:
      return "the address that the datagram names, the first of several; not io_uring, another thread may have changed it";
    case ProbeKnows::kPacket:
      return "UDP packets of port 53; not DNS over TCP, TLS or HTTPS";
    case ProbeKnows::kCall:
      return "the call when it has ended";
  }
  return "";
}

}  // namespace

std::string Features::obstacle() const {
  for (const Feature& feature : list) {
    if (feature.required && !feature.available) return fmt::format("`{}` is missing: {}", feature.name, feature.reason);
  }
  return "";
}

bool Features::has(std::string_view name) const {
  return std::any_of(list.begin(), list.end(),
                     [&](const Feature& feature) { return feature.name == name && feature.available; });
}

std::vector<ProbeUse> probe_uses(const Features& features) {
  std::vector<ProbeUse> uses;
  recipe_probes* const skeleton = recipe_probes__open();
  if (skeleton == nullptr) return uses;
  const uint64_t trampolines = features.has("fentry") ? trampoline_events(skeleton->obj) : 0;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton->obj) {
    if (program == skeleton->progs.recipe_finish_syscall) continue;
    const std::string name = bpf_program__name(program);
    const Probe* const probe = find_probe(name);
    ProbeUse use{probe == nullptr ? name.substr(sizeof "recipe_" - 1) : std::string(info(probe->event).name), name,
                 bpf_program__section_name(program), "what the kernel holds", true};
    if (probe != nullptr) use.used = is_used(*probe, trampolines);
    if (probe != nullptr) use.sees = what_it_sees(probe->knows);
    uses.push_back(std::move(use));
  }
  recipe_probes__destroy(skeleton);
  std::stable_sort(uses.begin(), uses.end(), [](const ProbeUse& a, const ProbeUse& b) { return a.event < b.event; });
  return uses;
}

Features probe_features() {
  const libbpf_print_fn_t before = libbpf_set_print(nullptr);
  Features features;
  features.list = {capabilities(), kernel_btf(),    ring_buffer_map(), mapped_array(),
                   tracepoints(),  image_at_exit(), trampolines(),     lsm()};
  libbpf_set_print(before);
  return features;
}

bool can_happen(std::string_view event) {
  return event != info(EventId::module_load).name || access("/proc/modules", F_OK) == 0;
}

}  // namespace recipe
