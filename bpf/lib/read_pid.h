/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* From a number to a process. A caller names another process by the number that it has in the caller's pid namespace; the
 * namespace's tree of numbers (an XArray: 64 slots a node, inner nodes are tagged) leads to the kernel's struct pid. Reads are
 * probe reads without locks: a process that leaves meanwhile is not found, or its number is not the one that was asked for,
 * which is checked. */
#pragma once
#include "read_file.h"

#define PIDS_BITS 6
#define PIDS_LEVELS 6 /* 2^36 numbers */

static __always_inline record_u64 upid_of(record_u64 pid, record_u32 level) {
  return pid + bpf_core_field_offset(struct pid, numbers) + (record_u64)level * bpf_core_type_size(struct upid);
}

/* One level down. 0: there is no such number. */
static __always_inline record_u64 next_of_pids(record_u64 entry, record_u32 number) {
  record_u64 node = entry - 2;
  record_u8 shift = 0;
  bpf_probe_read_kernel(&shift, sizeof shift, (const void*)(node + bpf_core_field_offset(struct xa_node, shift)));
  record_u64 slot = (record_u64)number >> (shift & 63) & ((1 << PIDS_BITS) - 1);
  return read_word(node + bpf_core_field_offset(struct xa_node, slots) + 8 * slot);
}

/* The struct pid of a number in the namespace; 0: none. */
static __always_inline record_u64 find_pid(record_u64 namespace, record_u32 number) {
  record_u64 at = namespace + bpf_core_field_offset(struct pid_namespace, idr) + bpf_core_field_offset(struct idr, idr_rt);
  record_u64 entry = read_word(at + bpf_core_field_offset(struct xarray, xa_head));
#pragma unroll
  for (record_u32 level = 0; level < PIDS_LEVELS; ++level)
    if ((entry & 3) == 2) entry = next_of_pids(entry, number);
  return entry & 3 ? 0 : entry;
}

/* The thread that a struct pid stands for; 0: it has gone. */
static __always_inline record_u64 task_of_pid(record_u64 pid) {
  record_u64 first = pid ? read_word(pid + bpf_core_field_offset(struct pid, tasks)) : 0;
  return first ? first - TASK_AT(0, pid_links) : 0;
}

/* The current thread's struct pid, as an address: its number of namespaces is not known to the verifier. */
static __always_inline record_u64 own_pid(void) {
  return read_word(TASK_AT((record_u64)bpf_get_current_task_btf(), thread_pid));
}

/* The thread that the current process calls by this number; 0: there is none. */
static __always_inline record_u64 task_of_number(record_u32 number) {
  record_u64 own = own_pid();
  record_u32 level = own ? read_half(own + bpf_core_field_offset(struct pid, level)) : 0;
  record_u64 namespace = own ? read_word(upid_of(own, level) + bpf_core_field_offset(struct upid, ns)) : 0;
  record_u64 pid = namespace ? find_pid(namespace, number) : 0;
  return pid && read_half(upid_of(pid, level)) == number ? task_of_pid(pid) : 0;
}

/* The thread of this number in the outermost namespace. */
static __always_inline record_u64 task_of_host_number(record_u32 number) {
  record_u64 own = own_pid();
  record_u64 namespace = own ? read_word(upid_of(own, 0) + bpf_core_field_offset(struct upid, ns)) : 0;
  record_u64 pid = namespace ? find_pid(namespace, number) : 0;
  return pid && read_half(upid_of(pid, 0)) == number ? task_of_pid(pid) : 0;
}
