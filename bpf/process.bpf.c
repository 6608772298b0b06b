/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The process tree: who forked whom, what is inherited, and who exited while a child lived. Paid by every fork and exit, so it
 * is one entry of a dense array a fork, and one comparison an exit that leaves no child. */
#include "lib/maps.h"
/* clang-format off */
#include <bpf/bpf_tracing.h>
#include "lib/read_task.h"
/* clang-format on */

/* The birth parent is real_parent at birth: the forking process, or with CLONE_PARENT its parent. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(recipe_fork, struct task_struct* parent, struct task_struct* child) {
  record_u32 pid = child->pid;
  if (pid != (record_u32)child->tgid) return 0; /* a thread */
  struct process_entry* entry = process_entry_of(pid);
  if (!entry) return 0;
  struct process_entry* from = process_entry_of(parent->tgid);
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
  tombstone.birth_parent = birth_parent_of(pid);
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
