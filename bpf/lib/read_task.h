/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Names of executables and the process tree. A parent is the birth parent: the process that was the parent when this one was
 * forked. While it lives it is real_parent; afterwards its tombstone speaks for it. */
#pragma once
#include "bound.h"
#include "maps.h"
#include "read_path.h"
/* clang-format off */
#include <bpf/bpf_core_read.h>
#include "kernel_types.h"
/* clang-format on */

/* Copies the executable's name of the task at this address; returns its length, 0: not known. The image of another process can
 * go while it is read: the name counts only if the same image is there afterwards. to: room for 256 bytes. */
static __always_inline record_u32 copy_name(record_u64 task, void* to) {
  record_u64 at = TASK_AT(task, mm), mm = read_word(at);
  record_u64 file = mm ? read_word(mm + bpf_core_field_offset(struct mm_struct, exe_file)) : 0;
  if (!file) return 0;
  record_u64 path = file + bpf_core_field_offset(struct file, f_path);
  record_u64 mnt = read_word(path + bpf_core_field_offset(struct path, mnt));
  record_u64 dentry = named_image(mnt, read_word(path + bpf_core_field_offset(struct path, dentry)));
  if (!dentry) return 0;
  struct path_node node = {};
  read_node(dentry, &node);
  record_u64 bytes = node.hash_len >> 32;
  if (!node.name || !bytes || bytes >= RECIPE_NAME_BYTES) return 0;
  bytes = BOUND(bytes, 0xff);
  if (bpf_probe_read_kernel(to, bytes, (const void*)node.name)) return 0;
  return read_word(at) == mm ? bytes : 0;
}

static __always_inline record_u32 birth_parent_of(record_u32 pid) {
  struct process_entry* entry = process_entry_of(pid);
  return entry ? entry->birth_parent : 0;
}

/* The tombstone of `pid` if it is of the process that forked a child that started then: pids are used again. */
static __always_inline struct tombstone* tombstone_of(record_u32 pid, record_u64 child_start) {
  struct tombstone* tombstone = bpf_map_lookup_elem(&tombstones, &pid);
  if (!tombstone || tombstone->start_time > child_start || tombstone->exit_time < child_start) return 0;
  return tombstone;
}
