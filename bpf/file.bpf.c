/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Files that a call holds open. Where an event has two variants, they give the same record:
 *
 *   trampoline   fexit of the security hook, where the kernel holds the object: programs recipe_t_...
 *   tracepoint   the end of the one system call, the object by its descriptor: programs recipe_s_...
 *
 * Files that a call names by a path: names.bpf.c.
 * Opening is the hot one: an open that no recipe wants touches the control lines, the file, its dentry and one pivot bucket. */
/* clang-format off */
#include "lib/probe.h"
#include "lib/finish.h"
#include "lib/read_file.h"
#include "lib/syscall.h"
/* clang-format on */

#define O_TRUNC 01000
#define O_APPEND 02000
#define O_PATH 010000000
#define FMODE_READ 1
#define FMODE_WRITE 2
#define FMODE_CREATED 0x100000
#define FMODE_EXEC 0x20
#define PROT_EXEC 4
#define MAP_ANONYMOUS 0x20
#define PERMISSIONS 07777

#define ACCESS(name) (1ull << FLAG_file_access_##name)

/* asked: flags of the call. What the kernel keeps of them it has in the file itself. */
static __always_inline record_u64 access_of_file(record_u64 file, record_u64 asked) {
  record_u32 mode = read_half(file + bpf_core_field_offset(struct file, f_mode));
  record_u32 flags = read_half(file + bpf_core_field_offset(struct file, f_flags));
  record_u64 access = 0;
  if (mode & FMODE_READ) access |= ACCESS(read);
  if (mode & FMODE_WRITE) access |= ACCESS(write);
  if (mode & FMODE_CREATED)
    access |= ACCESS(create);
  else if (asked & O_TRUNC && !(flags & O_PATH))
    access |= ACCESS(truncate);
  if (flags & O_APPEND) access |= ACCESS(append);
  if (flags & O_PATH) access |= ACCESS(path);
  if ((mode_of_inode(inode_of_file(file)) & S_IFMT) == S_IFDIR) access |= ACCESS(directory);
  return access;
}

/* Most opens are for reading, and most clauses that name no file are about writing. */
static __always_inline int is_unwanted_open(const struct probe_start* start, record_u64 file, record_u64 asked) {
  if (start->wanted || !start->head->default_block) return !start->wanted;
  record_u32 access = start->head->default_access;
  return access && !(access_of_file(file, asked) & access);
}

static __always_inline void add_inode(struct classify* c, record_u64 inode) {
  if (!inode) return;
  add_number(c, FIELD_file_mode, mode_of_inode(inode) & PERMISSIONS);
  add_number(c, FIELD_file_uid, read_half(inode + bpf_core_field_offset(struct inode, i_uid)));
  add_number(c, FIELD_file_gid, read_half(inode + bpf_core_field_offset(struct inode, i_gid)));
}

/* Is the object's name wanted? Then the classifier is ready for it. 0: the event ends here. asked: flags of an open. */
static __always_inline struct classify* begin_object(record_u32 event, record_u64 file, record_u64 asked) {
  struct probe_start start;
  record_u64 dentry = dentry_of_file(file), mnt = mount_of_file(file);
  if (!dentry || !begin_event(&start, event)) return 0;
  struct path_node node = {};
  record_u64 named = named_dentry(bpf_get_current_task_btf(), mnt, dentry);
  if (named) read_node(named, &node);
  ask_pivot(&start, node.name, node.hash_len >> 32);
  if (event == EVENT_open ? is_unwanted_open(&start, file, asked) : is_unwanted(&start)) return 0;
  struct classify* c = begin_classify(&start, event);
  if (!c) return 0;
  c->dentry = dentry;
  c->mnt = mnt;
  add_number(c, FIELD_process_tid, current_thread());
  add_inode(c, inode_of_file(file));
  return c;
}

static __always_inline struct classify* begin_descriptor(record_u32 event, record_u64 descriptor) {
  return begin_object(event, file_of_descriptor(bpf_get_current_task_btf(), descriptor), 0);
}

static __always_inline struct classify* begin_open(record_u64 file, record_u64 asked) {
  struct classify* c = begin_object(EVENT_open, file, asked);
  if (c) set_number(c, LANE_FILE_ACCESS, access_of_file(file, asked));
  return c;
}

static __always_inline int open_ended(struct syscall_exit* call, record_u64 asked) {
  if (call->result < 0) return 0;
  return finish_call(call, begin_open(file_of_descriptor(bpf_get_current_task_btf(), call->result), asked));
}

SYSCALL_EXIT(openat) int recipe_s_openat(struct syscall_exit* call) {
  return open_ended(call, argument(2));
}
SYSCALL_EXIT(open) int recipe_s_open(struct syscall_exit* call) {
  return open_ended(call, argument(1));
}
SYSCALL_EXIT(creat) int recipe_s_creat(struct syscall_exit* call) {
  return open_ended(call, O_TRUNC);
}
SYSCALL_EXIT(openat2) int recipe_s_openat2(struct syscall_exit* call) {
  record_u64 flags = 0;
  bpf_probe_read_user(&flags, sizeof flags, (const void*)argument(2)); /* struct open_how begins with them */
  return open_ended(call, flags);
}

/* Of what is opened to be executed the exec is the event. */
SEC("fexit/security_file_open") int BPF_PROG(recipe_t_open, struct file* file, int result) {
  record_u32 flags = file->f_flags;
  if (result || flags & FMODE_EXEC) return 0;
  struct classify* c = begin_open((record_u64)file, flags);
  if (c) finish_event(c);
  return 0;
}

SYSCALL_EXIT(mmap) int recipe_s_mmap(struct syscall_exit* call) {
  if ((record_u64)call->result > -4096ull || !(argument(2) & PROT_EXEC) || argument(3) & MAP_ANONYMOUS) return 0;
  return finish_call(call, begin_descriptor(EVENT_mmap, argument(4)));
}
SEC("fexit/security_mmap_file")
int BPF_PROG(recipe_t_mmap, struct file* file, unsigned long protection, unsigned long flags, int result) {
  struct classify* c = result || !file || !(protection & PROT_EXEC) ? 0 : begin_object(EVENT_mmap, (record_u64)file, 0);
  if (c) finish_event(c);
  return 0;
}

SYSCALL_EXIT(ftruncate) int recipe_s_ftruncate(struct syscall_exit* call) {
  return call->result ? 0 : finish_call(call, begin_descriptor(EVENT_truncate, argument(0)));
}
SYSCALL_EXIT(fchmod) int recipe_s_fchmod(struct syscall_exit* call) {
  return call->result ? 0 : finish_call(call, begin_descriptor(EVENT_chmod, argument(0)));
}
SYSCALL_EXIT(fchown) int recipe_s_fchown(struct syscall_exit* call) {
  return call->result ? 0 : finish_call(call, begin_descriptor(EVENT_chown, argument(0)));
}
