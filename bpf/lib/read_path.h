/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* A path from the object up to the process's root, written from its end backward into classify.text at TEXT_EXE: tracepoints
 * may not call bpf_d_path. Limits: RECIPE_PATH_BYTES, RECIPE_PATH_COMPONENTS components and mounts; what is longer keeps its
 * tail. No lock is taken: a rename at the same moment may show a mix of the old and the new path. Reads are probe reads: on
 * Linux 6.1 the step from a mount to its parent leaves what the verifier can follow. */
#pragma once
#include "bound.h"
#include "maps.h"
/* clang-format off */
#include <bpf/bpf_core_read.h>
#include "kernel_types.h"
/* clang-format on */

#define TEXT_PATH_END (TEXT_EXE + RECIPE_PATH_BYTES)
#define PATH_STEPS 16

struct path_walk {
  record_u64 dentry;
  record_u64 mnt;      /* struct vfsmount */
  record_u64 mnt_root; /* of mnt */
  record_u64 root_dentry;
  record_u64 root_mnt;
  record_u32 at; /* in text: the first byte written */
  record_u32 cut;
};

/* d_parent and d_name, next to each other in every kernel so far. */
struct path_node {
  record_u64 parent;
  record_u64 hash_len;
  record_u64 name;
};

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

/* "/name" before what is there. false: no room. */
static __always_inline int prepend(struct classify* c, struct path_walk* walk, const struct path_node* node) {
  record_u64 bytes = node->hash_len >> 32, at = walk->at;
  if (bytes > 255 || at > TEXT_PATH_END || at < TEXT_EXE + 1 + bytes) {
    walk->cut = 1;
    return 0;
  }
  at -= bytes + 1;
  walk->at = at;
  at = BOUND(at, 0x1fff);
  bytes = BOUND(bytes, 0xff);
  c->text[at] = '/';
  if (bpf_probe_read_kernel(c->text + at + 1, bytes, (const void*)node->name)) walk->cut = 1;
  return 1;
}

/* PATH_STEPS components or mounts upward. false: the root is reached, or there is no way on. */
__noinline record_u64 walk_path(struct classify* c, struct path_walk* walk) {
  if (!c || !walk) return 0;
  record_u32 to_mnt = bpf_core_field_offset(struct mount, mnt);
  for (record_u32 i = 0; i < PATH_STEPS; ++i) {
    if (walk->dentry == walk->root_dentry && walk->mnt == walk->root_mnt) return 0;
    if (walk->dentry == walk->mnt_root) {
      record_u64 mount = walk->mnt - to_mnt;
      record_u64 parent = read_word(mount + bpf_core_field_offset(struct mount, mnt_parent));
      if (parent == mount || !parent) return 0;
      walk->dentry = read_word(mount + bpf_core_field_offset(struct mount, mnt_mountpoint));
      walk->mnt = parent + to_mnt;
      walk->mnt_root = read_word(walk->mnt + bpf_core_field_offset(struct vfsmount, mnt_root));
      continue;
    }
    struct path_node node = {};
    read_node(walk->dentry, &node);
    if (!node.name || !prepend(c, walk, &node)) {
      walk->cut = 1;
      return 0;
    }
    if (node.parent == walk->dentry) return 0; /* no file system's: a memfd */
    walk->dentry = node.parent;
  }
  return 1;
}

/* The path as value: bytes in text, from .at. The walk's dentry, mnt and root are set. */
__noinline record_u64 read_path(struct classify* c, struct path_walk* walk) {
  if (!c || !walk) return 0;
  walk->at = TEXT_PATH_END;
  walk->cut = 0;
  walk->mnt_root = read_word(walk->mnt + bpf_core_field_offset(struct vfsmount, mnt_root));
  record_u32 more = 1;
  for (record_u32 i = 0; i < RECIPE_PATH_COMPONENTS / PATH_STEPS; ++i) {
    more = walk_path(c, walk);
    if (!more) break;
  }
  if (more) walk->cut = 1;
  if (walk->at == TEXT_PATH_END && !walk->cut) {
    walk->at = TEXT_PATH_END - 1;
    c->text[TEXT_PATH_END - 1] = '/';
  }
  if (walk->cut) count(COUNTER_path_truncated);
  return 0;
}
