/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The end of a system call, where trampolines do not exist: the tracepoint of that one call gives its result, the caller's
 * registers still hold its arguments. Any thread of the caller may have changed what a pointer among them names: paths that
 * were only asked for are what that thread says at the end of the call. x86-64. */
#pragma once
#include "probe.h"

struct syscall_exit { /* format of tracepoint/syscalls/sys_exit_x */
  record_u64 common;
  long long number;
  long long result;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
  unsigned long r10, r9, r8, dx, si, di, orig_ax;
};
#pragma clang attribute pop

/* Argument n of the call, from 0; n is a constant. */
static __always_inline record_u64 argument(record_u32 n) {
  struct pt_regs* registers = (void*)bpf_task_pt_regs(bpf_get_current_task_btf());
  record_u64 value = 0;
  const void* at = n == 0   ? (const void*)&registers->di
                   : n == 1 ? (const void*)&registers->si
                   : n == 2 ? (const void*)&registers->dx
                   : n == 3 ? (const void*)&registers->r10
                   : n == 4 ? (const void*)&registers->r8
                            : (const void*)&registers->r9;
  bpf_probe_read_kernel(&value, sizeof value, at);
  return value;
}

/* The number of the call that the current thread is in. */
static __always_inline record_u64 call_number(void) {
  struct pt_regs* registers = (void*)bpf_task_pt_regs(bpf_get_current_task_btf());
  record_u64 value = 0;
  bpf_probe_read_kernel(&value, sizeof value, &registers->orig_ax);
  return value;
}

#define SYSCALL_EXIT(name) SEC("tracepoint/syscalls/sys_exit_" #name)

/* To the heavy program; where that fails the event is lost, and counted. */
static __always_inline int finish_call(void* context, struct classify* c) {
  if (!c) return 0;
  bpf_tail_call(context, &finish_syscall, 0);
  count(COUNTER_probe_unfinished);
  c->busy = 0;
  return 0;
}
