/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The process tree: who forked whom, what is inherited, and who exited while a child lived. Paid by every fork and exit, so it
 * is one entry of a dense array a fork, and one comparison an exit that leaves no child. */
#include "lib/maps.h"
/* clang-format off */
#include <bpf/bpf_tracing.h>
#include "lib/read_task.h"
/* clang-format on */

/* The command line of the current process, once an image: its children may be judged when it is gone. Who never forks is
 * nobody's ancestor and pays nothing. */
static __always_inline void keep_command(struct process_entry* entry) {
  record_u32 key = 0;
  if (entry->bits & PROCESS_COMMAND_KEPT || (control.flags & CONTROL_SCOPE && !(entry->bits & PROCESS_WATCHED))) return;
  struct task_struct* task = bpf_get_current_task_btf();
  struct mm_struct* mm = task->mm;
  struct kept_command* kept = mm ? bpf_map_lookup_elem(&command, &key) : 0;
  if (!kept) return;
  record_u64 begin = mm->arg_start, bytes = mm->arg_end - begin, copied = bytes;
  if (copied > RECIPE_COMMAND_BYTES) copied = RECIPE_COMMAND_BYTES;
  copied = BOUND(copied, 0x7ff);
  if (copied > RECIPE_COMMAND_BYTES || bpf_probe_read_user(kept->text, copied, (const void*)begin)) return;
  kept->start_time = task->group_leader->start_boottime;
  kept->kept_time = bpf_ktime_get_boot_ns();
  kept->bytes = bytes;
  key = task->tgid;
  if (!bpf_map_update_elem(&commands, &key, kept, BPF_ANY)) __sync_fetch_and_or(&entry->bits, PROCESS_COMMAND_KEPT);
}

/* The birth parent is real_parent at birth: the forking process, or with CLONE_PARENT its parent. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(recipe_fork, struct task_struct* parent, struct task_struct* child) {
  record_u32 pid = child->pid;
  if (pid != (record_u32)child->tgid) return 0; /* a thread */
  struct process_entry* entry = process_entry_of(pid);
  if (!entry) return 0;
  struct process_entry* from = process_entry_of(parent->tgid);
  if (from && control.flags & CONTROL_COMMANDS) keep_command(from);
  if (from) {
    entry->own_tags = from->own_tags;
    entry->tags = from->tags | from->own_tags;
  }
  /* One store: readers see both halves, and the tags count only with them. */
  struct {
    record_u32 birth_parent, bits;
  } next = {child->real_parent->tgid, from ? from->bits & PROCESS_INHERITED : 0};
  *(volatile record_u64*)entry = *(record_u64*)&next;
  return 0;
}

static __always_inline void keep_tombstone(struct task_struct* task) {
  struct tombstone tombstone = {};
  record_u32 pid = task->tgid;
  tombstone.start_time = task->group_leader->start_boottime;
  tombstone.exit_time = bpf_ktime_get_boot_ns();
  struct process_entry* entry = process_entry_of(pid);
  tombstone.birth_parent = entry ? entry->birth_parent : 0;
  tombstone.bits = entry ? entry->bits : 0;
  if (!tombstone.birth_parent) tombstone.birth_parent = task->real_parent->tgid;
  tombstone.uid = task->cred->uid.val;
  tombstone.name_bytes = copy_name((record_u64)task, tombstone.name);
  bpf_probe_read_kernel(tombstone.comm, sizeof tombstone.comm, task->group_leader->comm);
  if (bpf_map_update_elem(&tombstones, &pid, &tombstone, BPF_ANY)) count(COUNTER_tombstone_failed);
}

/* Any thread that exits with children of its own: those of a thread that is not the last are handed to another thread of the
 * same process, whose exit then writes the tombstone anew. Asking for the last thread would miss children of a thread that
 * exits at the same moment. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(recipe_exit, struct task_struct* task) {
  record_u64 list = TASK_AT((record_u64)task, children);
  if ((record_u64)task->children.next != list) keep_tombstone(task);
  return 0;
}
