/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* User ids, capabilities, and code that enters the kernel. */
/* clang-format off */
#include "lib/read_file.h"
#include "lib/probe.h"
#include "lib/syscall.h"
/* clang-format on */

#define BPF_COMMAND_PROG_LOAD 5

/* When the call ends the ids from before have gone. */
static __always_inline int keep_ids(void) {
  record_u32 thread = current_thread();
  const struct cred* cred = bpf_get_current_task_btf()->cred;
  struct user_ids ids = {cred->uid.val, cred->euid.val};
  bpf_map_update_elem(&ids_before, &thread, &ids, BPF_ANY);
  return 0;
}

SEC("tracepoint/syscalls/sys_enter_setuid") int recipe_s_setuid_enter(void* call) {
  return keep_ids();
}
SEC("tracepoint/syscalls/sys_enter_setreuid") int recipe_s_setreuid_enter(void* call) {
  return keep_ids();
}
SEC("tracepoint/syscalls/sys_enter_setresuid") int recipe_s_setresuid_enter(void* call) {
  return keep_ids();
}

static __always_inline int ids_were_set(struct syscall_exit* call) {
  record_u32 thread = current_thread();
  struct user_ids* before = call->result ? 0 : bpf_map_lookup_elem(&ids_before, &thread);
  if (!before) return 0;
  const struct cred* cred = bpf_get_current_task_btf()->cred;
  record_u32 uid = cred->uid.val, euid = cred->euid.val;
  if (before->uid == uid && before->euid == euid) return 0;
  struct classify* c = begin_of_process(EVENT_setuid);
  if (!c) return 0;
  set_number(c, LANE_UID, before->uid);
  set_number(c, LANE_EUID, before->euid);
  add_number(c, FIELD_setuid_uid, uid);
  add_number(c, FIELD_setuid_euid, euid);
  return finish_call(call, c);
}

SYSCALL_EXIT(setuid) int recipe_s_setuid(struct syscall_exit* call) {
  return ids_were_set(call);
}
SYSCALL_EXIT(setreuid) int recipe_s_setreuid(struct syscall_exit* call) {
  return ids_were_set(call);
}
SYSCALL_EXIT(setresuid) int recipe_s_setresuid(struct syscall_exit* call) {
  return ids_were_set(call);
}

SYSCALL_EXIT(capset) int recipe_s_capset(struct syscall_exit* call) {
  struct classify* c = call->result ? 0 : begin_of_process(EVENT_capset);
  if (!c) return 0;
  record_u64 cred = (record_u64)bpf_get_current_task_btf()->cred;
  add_number(c, FIELD_capset_effective, read_word(cred + bpf_core_field_offset(struct cred, cap_effective)));
  return finish_call(call, c);
}

struct module_loaded { /* format of tracepoint/module/module_load */
  record_u64 common;
  record_u32 taints;
  record_u32 name; /* where it lies: the offset from here in the low half */
};

SEC("tracepoint/module/module_load") int recipe_s_module_load(struct module_loaded* loaded) {
  struct classify* c = begin_of_process(EVENT_module_load);
  if (!c) return 0;
  const void* name = (const void*)loaded + (loaded->name & 0xffff);
  long bytes = bpf_probe_read_kernel_str(c->text + TEXT_EXTRA, RECIPE_NAME_BYTES, name);
  if (bytes > 0) add_text(c, FIELD_module_name, TEXT_EXTRA, bytes - 1);
  return finish_call(loaded, c);
}

SYSCALL_EXIT(bpf) int recipe_s_bpf(struct syscall_exit* call) {
  if (call->result < 0 || (record_u32)argument(0) != BPF_COMMAND_PROG_LOAD) return 0;
  record_u64 file = file_of_descriptor(bpf_get_current_task_btf(), call->result);
  record_u64 program = file ? read_word(file + bpf_core_field_offset(struct file, private_data)) : 0;
  struct classify* c = program ? begin_of_process(EVENT_bpf) : 0;
  if (!c) return 0;
  add_number(c, FIELD_bpf_type, read_half(program + bpf_core_field_offset(struct bpf_prog, type)));
  record_u64 more = read_word(program + bpf_core_field_offset(struct bpf_prog, aux));
  const void* name = (const void*)(more + bpf_core_field_offset(struct bpf_prog_aux, name));
  long bytes = bpf_probe_read_kernel_str(c->text + TEXT_EXTRA, RECIPE_COMM_BYTES, name);
  if (bytes > 1) add_text(c, FIELD_bpf_name, TEXT_EXTRA, bytes - 1);
  return finish_call(call, c);
}
