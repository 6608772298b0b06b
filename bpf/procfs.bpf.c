/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* file.proc_pid: which process a file below /proc/PID is about. The path cannot say: its number is that of the pid namespace of
 * the /proc that it was opened in. The inode holds the kernel's own object for the id. */
/* clang-format off */
#include "lib/probe.h"
#include "lib/finish.h"
#include "lib/read_file.h"
#include "lib/read_pid.h"
/* clang-format on */

#define PROC_SUPER_MAGIC 0x9fa0

__noinline record_u64 put_proc_pid(struct out_record* o, struct classify* c) {
  if (!o || !c || !c->dentry) return 0;
  record_u64 inode = read_word(c->dentry + bpf_core_field_offset(struct dentry, d_inode));
  if (!inode) return 0;
  record_u64 super = read_word(inode + bpf_core_field_offset(struct inode, i_sb));
  if (read_word(super + bpf_core_field_offset(struct super_block, s_magic)) != PROC_SUPER_MAGIC) return 0;
  record_u64 about = inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
  record_u64 id = read_word(about + bpf_core_field_offset(struct proc_inode, pid));
  if (!id) return 0; /* /proc/cpuinfo */
  record_u64 task = task_of_pid(id);
  if (!task) return 0; /* the process has gone */
  put_number(o, FIELD_file_proc_pid, read_half(TASK_AT(task, tgid)));
  return 0;
}
