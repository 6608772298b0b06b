/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* A path from the object up to the process's root, written from its end backward into the room of one path, which begins at
 * walk.begin of a text (classify.text, or kept_names.text): tracepoints may not call bpf_d_path. Limits: RECIPE_PATH_BYTES,
 * RECIPE_PATH_COMPONENTS components and mounts; what is longer keeps its tail. No lock is taken: a rename at the same moment
 * may show a mix of the old and the new path. Reads are probe reads: on Linux 6.1 the step from a mount to its parent leaves
 * what the verifier can follow. */
#pragma once
#include "bound.h"
#include "maps.h"
/* clang-format off */
#include <bpf/bpf_core_read.h>
#include "kernel_types.h"
/* clang-format on */

#define PATH_STEPS 16
#define MOUNTS_ON_A_PLACE 4

struct path_walk {
  record_u64 dentry;
  record_u64 mnt;      /* struct vfsmount */
  record_u64 mnt_root; /* of mnt */
  record_u64 root_dentry;
  record_u64 root_mnt;
  record_u32 begin; /* in text: of the room, as TEXT_EXE or TEXT_FILE */
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

/* "/name" before what is there. false: no room. mask: of the places of text, which goes on for 256 bytes behind it. */
static __always_inline int prepend(record_u8* text, record_u32 mask, struct path_walk* walk, const struct path_node* node) {
  record_u64 bytes = node->hash_len >> 32, at = walk->at;
  if (bytes > 255 || at > walk->begin + RECIPE_PATH_BYTES || at < walk->begin + 1 + bytes) {
    walk->cut = 1;
    return 0;
  }
  at -= bytes + 1;
  walk->at = at;
  at = BOUND(at, mask);
  bytes = BOUND(bytes, 0xff);
  text[at] = '/';
  if (bpf_probe_read_kernel(text + at + 1, bytes, (const void*)node->name)) walk->cut = 1;
  return 1;
}

/* Where the mount at this address is mounted: its mount point and the mount above. false: nowhere. */
static __always_inline int leave_mount(record_u64* dentry, record_u64* mnt) {
  record_u32 to_mnt = bpf_core_field_offset(struct mount, mnt);
  record_u64 mount = *mnt - to_mnt;
  record_u64 parent = read_word(mount + bpf_core_field_offset(struct mount, mnt_parent));
  if (parent == mount || !parent) return 0;
  *dentry = read_word(mount + bpf_core_field_offset(struct mount, mnt_mountpoint));
  *mnt = parent + to_mnt;
  return 1;
}

static __always_inline record_u64 root_of_mount(record_u64 mnt) {
  return read_word(mnt + bpf_core_field_offset(struct vfsmount, mnt_root));
}

static __always_inline int is_root_of_task(struct task_struct* task, record_u64 mnt, record_u64 dentry) {
  struct fs_struct* fs = task->fs;
  return fs && dentry == (record_u64)fs->root.dentry && mnt == (record_u64)fs->root.mnt;
}

/* The dentry whose name is the last component of the path: of a mount its mount point. Of what has none, the root and what is
 * mounted nowhere, the dentry itself. 0: there are too many mounts on top of each other. */
static __always_inline record_u64 named_dentry(struct task_struct* task, record_u64 mnt, record_u64 dentry) {
#pragma unroll
  for (record_u32 i = 0; i < MOUNTS_ON_A_PLACE; ++i) {
    if (!mnt || dentry != root_of_mount(mnt) || is_root_of_task(task, mnt, dentry) || !leave_mount(&dentry, &mnt))
      return dentry;
  }
  return 0;
}

/* The same of an executable, which is no process's root. */
static __always_inline record_u64 named_image(record_u64 mnt, record_u64 dentry) {
#pragma unroll
  for (record_u32 i = 0; i < MOUNTS_ON_A_PLACE; ++i) {
    if (!mnt || dentry != root_of_mount(mnt) || !leave_mount(&dentry, &mnt)) return dentry;
  }
  return 0;
}

/* Of the current process's, which every event that has a process asks for: no probe read unless it is a mount. */
static __always_inline record_u64 named_image_of(struct file* file) {
  struct vfsmount* mnt = file->f_path.mnt;
  record_u64 dentry = (record_u64)file->f_path.dentry;
  if (!mnt || (record_u64)mnt->mnt_root != dentry) return dentry;
  return named_image((record_u64)mnt, dentry);
}

/* PATH_STEPS components or mounts upward. false: the root is reached, or there is no way on. */
static __always_inline int walk_steps(record_u8* text, record_u32 mask, struct path_walk* walk) {
  for (record_u32 i = 0; i < PATH_STEPS; ++i) {
    if (walk->dentry == walk->root_dentry && walk->mnt == walk->root_mnt) return 0;
    if (walk->dentry == walk->mnt_root) {
      if (!leave_mount(&walk->dentry, &walk->mnt)) return 0;
      walk->mnt_root = root_of_mount(walk->mnt);
      continue;
    }
    struct path_node node = {};
    read_node(walk->dentry, &node);
    if (!node.name || !prepend(text, mask, walk, &node)) {
      walk->cut = 1;
      return 0;
    }
    if (node.parent == walk->dentry) return 0; /* no file system's: a memfd */
    walk->dentry = node.parent;
  }
  return 1;
}

/* The path as bytes in text, from walk.at to the end of the room. The walk's begin, dentry, mnt and root are set.
 * (values.bpf.c) */
extern record_u64 read_path(struct classify* c, struct path_walk* walk);
