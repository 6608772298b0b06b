/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* A path from the object up to the process's root, written from its end backward into classify.text, in the room of one path
 * that begins at walk.begin: tracepoints may not call bpf_d_path. Limits: RECIPE_PATH_BYTES, RECIPE_PATH_COMPONENTS components
 * and mounts; what is longer keeps its tail. No lock is taken: a rename at the same moment may show a mix of the old and the
 * new path. Reads are probe reads: on Linux 6.1 the step from a mount to its parent leaves what the verifier can follow. */
#pragma once
#include "bound.h"
#include "maps.h"
/* clang-format off */
#include <bpf/bpf_core_read.h>
#include "kernel_types.h"
/* clang-format on */

#define PATH_STEPS 16

struct path_walk {
  record_u64 dentry;
  record_u64 mnt;      /* struct vfsmount */
  record_u64 mnt_root; /* of mnt */
  record_u64 root_dentry;
  record_u64 root_mnt;
  record_u32 begin; /* in text: of the room, TEXT_EXE or TEXT_FILE */
  record_u32 at;    /* in text: the first byte written */
  record_u32 cut;
};

/* d_parent and d_name, next to each other in every kernel so far. */
struct path_node {
  record_u64 parent;
  record_u64 hash_len;
  record_u64 name;
};

/* Not bpf_get_current_pid_tgid: programs of packets have it since Linux 6.10 only. */
static __always_inline record_u32 current_process(void) {
  return bpf_get_current_task_btf()->tgid;
}
static __always_inline record_u32 current_thread(void) {
  return bpf_get_current_task_btf()->pid;
}

/* Where a field of the task at an address lies. */
#define TASK_AT(task, field) ((task) + bpf_core_field_offset(struct task_struct, field))

static __always_inline record_u64 read_word(record_u64 address) {
  record_u64 word = 0;
  bpf_probe_read_kernel(&word, sizeof word, (const void*)address);
  return word;
}

static __always_inline void read_node(record_u64 dentry, struct path_node* node) {
  record_u32 parent = bpf_core_field_offset(struct dentry, d_parent), name = bpf_core_field_offset(struct dentry, d_name);
  if (name == parent + 8) {
    bpf_probe_read_kernel(node, sizeof *node, (const void*)(dentry + parent));
    return;
  }
  node->parent = read_word(dentry + parent);
  bpf_probe_read_kernel(&node->hash_len, 16, (const void*)(dentry + name));
}

/* Up to the root of the task; begin: the room in text. The caller sets where it starts. */
static __always_inline void start_walk(struct path_walk* walk, struct task_struct* task, record_u32 begin) {
  walk->begin = begin;
  walk->root_dentry = (record_u64)task->fs->root.dentry;
  walk->root_mnt = (record_u64)task->fs->root.mnt;
}

/* The path as bytes in text, from walk.at to the end of the room. The walk's begin, dentry, mnt and root are set. (judge.bpf.c)
 */
extern record_u64 read_path(struct classify* c, struct path_walk* walk);
