/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What is read of descriptors, files and inodes. Addresses are numbers and reads are probe reads: the objects belong to the
 * current process, which is in the middle of a call that holds them. */
#pragma once
#include "read_path.h"

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFDIR 0040000
#define S_IFIFO 0010000
#define S_IFCHR 0020000
#define S_ISUID 04000
#define S_ISGID 02000
#define TTY_MAJOR 4
#define PTS_MAJOR 136 /* to 143 */

static __always_inline record_u32 read_half(record_u64 address) {
  record_u32 half = 0;
  bpf_probe_read_kernel(&half, sizeof half, (const void*)address);
  return half;
}

/* The file behind a descriptor of the current process; 0: none. */
static __always_inline record_u64 file_of_descriptor(struct task_struct* task, record_u32 descriptor) {
  record_u64 files = (record_u64)task->files;
  if (!files) return 0;
  record_u64 table = read_word(files + bpf_core_field_offset(struct files_struct, fdt));
  if (!table || descriptor >= read_half(table + bpf_core_field_offset(struct fdtable, max_fds))) return 0;
  record_u64 array = read_word(table + bpf_core_field_offset(struct fdtable, fd));
  return array ? read_word(array + 8ull * descriptor) : 0;
}

static __always_inline record_u64 inode_of_file(record_u64 file) {
  return file ? read_word(file + bpf_core_field_offset(struct file, f_inode)) : 0;
}
static __always_inline record_u64 dentry_of_file(record_u64 file) {
  record_u64 at = file + bpf_core_field_offset(struct file, f_path) + bpf_core_field_offset(struct path, dentry);
  return file ? read_word(at) : 0;
}
static __always_inline record_u64 mount_of_file(record_u64 file) {
  record_u64 at = file + bpf_core_field_offset(struct file, f_path) + bpf_core_field_offset(struct path, mnt);
  return file ? read_word(at) : 0;
}
static __always_inline record_u32 mode_of_inode(record_u64 inode) {
  record_u16 mode = 0;
  if (inode) bpf_probe_read_kernel(&mode, sizeof mode, (const void*)(inode + bpf_core_field_offset(struct inode, i_mode)));
  return mode;
}

/* Is it a memfd? Their names begin so, and no other file of shmem that lies in no mounted file system does. */
static __always_inline int is_memory_file(record_u64 dentry) {
  if (!dentry) return 0;
  struct path_node node = {};
  read_node(dentry, &node);
  record_u64 name = node.name ? read_word(node.name) : 0;
  return node.parent == dentry && (name & 0xffffffffffffull) == 0x3a64666d656dull; /* "memfd:" */
}

/* Nanoseconds of CLOCK_REALTIME. */
static __always_inline record_u64 change_time_of_inode(record_u64 inode) {
  record_u64 seconds, nanoseconds;
  if (bpf_core_field_exists(struct inode___6_11, i_ctime_sec)) {
    seconds = read_word(inode + bpf_core_field_offset(struct inode___6_11, i_ctime_sec));
    nanoseconds = read_half(inode + bpf_core_field_offset(struct inode___6_11, i_ctime_nsec));
  } else {
    record_u64 at = inode;
    if (bpf_core_field_exists(struct inode___6_6, __i_ctime))
      at += bpf_core_field_offset(struct inode___6_6, __i_ctime);
    else
      at += bpf_core_field_offset(struct inode___6_5, i_ctime);
    seconds = read_word(at);
    nanoseconds = read_word(at + 8);
  }
  return seconds * 1000000000ull + nanoseconds;
}
