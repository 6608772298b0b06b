/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* exec: the new image is in place and has not run yet; its own stack holds argv, so nobody can change it between our look and
 * its use. In: the task, its bprm. Out: a record in the ring, if the filter finds a candidate. What costs comes last: an exec
 * that no recipe wants touches the control line, the file's dentry and one pivot bucket, and counts nothing. */
/* clang-format off */
#include "lib/probe.h"
#include "lib/finish.h"
#include "lib/read_task.h"
#include "lib/read_file.h"
/* clang-format on */

extern record_u64 note_writer(record_u64 name, record_u32 bytes);

static __always_inline void add_age(struct classify* c, record_u64 file) {
  record_u64 inode = inode_of_file(file);
  if (!inode || !control.boot_wall_ns) return;
  record_u64 now = control.boot_wall_ns + bpf_ktime_get_boot_ns(), changed = change_time_of_inode(inode);
  add_number(c, FIELD_process_exe_age, now > changed ? now - changed : 0);
}

/* A child of a process with children of its own gets tags that speak of the name before: its children are not told any more. */
static __always_inline void set_own_tags(struct task_struct* task, record_u32 tags) {
  struct process_entry* entry = process_entry_of(task->tgid);
  if (!entry || entry->own_tags == tags) return;
  record_u64 list = TASK_AT((record_u64)task, children);
  if (tags & ~entry->own_tags && (record_u64)task->children.next != list) control.tags_unknown = 1;
  entry->own_tags = tags;
}

/* What was kept is of the image before. */
static __always_inline void forget_command(struct task_struct* task) {
  struct process_entry* entry = process_entry_of(task->tgid);
  if (entry && entry->bits & PROCESS_COMMAND_KEPT) __sync_fetch_and_and(&entry->bits, ~PROCESS_COMMAND_KEPT);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(recipe_exec, struct task_struct* task, int old_pid, struct linux_binprm* bprm) {
  struct probe_start start;
  if (!begin_event(&start, EVENT_exec)) return 0;
  struct file* file = bprm->file;
  struct path_node node = {}; /* read as numbers: a kernel pointer may not be the argument of a global function */
  record_u64 named = file ? named_image_of(file) : 0;
  if (named) read_node(named, &node);
  ask_pivot(&start, node.name, node.hash_len >> 32);
  if (start.active ? control.tags[1] : control.tags[0]) set_own_tags(task, start.tags);
  if (control.flags & CONTROL_WRITERS) note_writer(node.name, node.hash_len >> 32);
  if (control.flags & CONTROL_COMMANDS) forget_command(task);
  if (control.flags & CONTROL_CALLS && task->thread_info.status & TS_COMPAT) count(COUNTER_program_of_32_bits);
  if (is_unwanted(&start)) return 0;
  struct classify* c = begin_classify(&start, EVENT_exec);
  if (!c) return 0;
  c->dentry = (record_u64)file;
  c->mnt = (record_u64)bprm;
  add_number(c, FIELD_process_tid, old_pid);
  add_age(c, c->dentry);
  finish_event(c);
  return 0;
}
