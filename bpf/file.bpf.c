/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Files. Two variants of each event give the same record:
 *
 *   trampoline   fexit of the security hook, where the kernel holds the object           (programs recipe_t_...)
 *   tracepoint   the end of the one system call: opened objects by their descriptor; names that are only asked for (unlink,
 * rename, chmod by path, ...) as they were asked, joined to their folder           (programs recipe_s_...)
 *
 * Opening is the hot one: an open that no recipe wants touches the control lines, the file, its dentry and one pivot bucket. */
/* clang-format off */
#include "lib/probe.h"
#include "lib/read_file.h"
#include "lib/syscall.h"
/* clang-format on */

#define O_CREAT 0100
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_DIRECTORY 0200000
#define O_PATH 010000000
#define FMODE_READ 1
#define FMODE_WRITE 2
#define FMODE_CREATED 0x100000
#define FMODE_EXEC 0x20
#define PROT_EXEC 4
#define MAP_ANONYMOUS 0x20
#define AT_FDCWD ((record_u64)-100)
#define AT_REMOVEDIR 0x200
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

static __always_inline void put_inode(struct out_record* o, record_u64 inode) {
  if (!inode) return;
  put_number(o, FIELD_file_mode, mode_of_inode(inode) & PERMISSIONS);
  put_number(o, FIELD_file_uid, read_half(inode + bpf_core_field_offset(struct inode, i_uid)));
  put_number(o, FIELD_file_gid, read_half(inode + bpf_core_field_offset(struct inode, i_gid)));
}

/* The record of an event about an object, up to what is special of it. */
static __always_inline struct out_record* begin_file_record(const struct probe_start* start, struct classify* c,
                                                            record_u32 event) {
  struct out_record* o = begin_record(start, c, event);
  if (!o) return 0;
  put_number(o, FIELD_process_tid, (record_u32)bpf_get_current_pid_tgid());
  put_value(o, c, LANE_FILE_NAME, FIELD_file_name);
  if (STATE(c, LANE_FILE_PATH) == VALUE_NOT_FETCHED) fetch_file_path(c);
  put_path(o, c, FIELD_file_path | c->path_flags << 16, VALUE(c, LANE_FILE_PATH).at, VALUE(c, LANE_FILE_PATH).bytes);
  return o;
}

static __always_inline void end_file_record(const struct probe_start* start, struct classify* c, struct out_record* o) {
  put_process(o, c);
  end_record(start, o);
}

/* Is the object's name wanted? Then the classifier is ready for it. 0: the event ends here. */
static __always_inline struct classify* begin_object(struct probe_start* start, record_u32 event, record_u64 dentry,
                                                     record_u64 mnt) {
  if (!dentry || !begin_event(start, event)) return 0;
  struct path_node node = {};
  read_node(dentry, &node);
  ask_pivot(start, node.name, node.hash_len >> 32);
  if (is_unwanted(start)) return 0;
  struct classify* c = begin_classify(start);
  if (!c) return 0;
  c->dentry = dentry;
  c->mnt = mnt;
  return c;
}

/* An event whose record says nothing but the object and the process. */
static __always_inline int judge_object(record_u32 event, record_u64 file) {
  struct probe_start start;
  struct classify* c = file ? begin_object(&start, event, dentry_of_file(file), mount_of_file(file)) : 0;
  if (!c) return 0;
  if (judge(&start, c)) {
    struct out_record* o = begin_file_record(&start, c, event);
    if (o) {
      put_inode(o, inode_of_file(file));
      end_file_record(&start, c, o);
    }
  }
  end_classify(c);
  return 0;
}

static __always_inline int judge_open(record_u64 file, record_u64 asked) {
  struct probe_start start;
  struct classify* c = begin_object(&start, EVENT_open, dentry_of_file(file), mount_of_file(file));
  if (!c) return 0;
  set_number(c, LANE_FILE_ACCESS, access_of_file(file, asked));
  if (judge(&start, c)) {
    struct out_record* o = begin_file_record(&start, c, EVENT_open);
    if (o) {
      put_value(o, c, LANE_FILE_ACCESS, FIELD_file_access);
      put_inode(o, inode_of_file(file));
      end_file_record(&start, c, o);
    }
  }
  end_classify(c);
  return 0;
}

static __always_inline int open_ended(const struct syscall_exit* call, record_u64 asked) {
  if (call->result < 0) return 0;
  record_u64 file = file_of_descriptor(bpf_get_current_task_btf(), call->result);
  return file ? judge_open(file, asked) : 0;
}

SYSCALL_EXIT(openat) int recipe_s_openat(const struct syscall_exit* call) {
  return open_ended(call, argument(2));
}
SYSCALL_EXIT(open) int recipe_s_open(const struct syscall_exit* call) {
  return open_ended(call, argument(1));
}
SYSCALL_EXIT(creat) int recipe_s_creat(const struct syscall_exit* call) {
  return open_ended(call, O_CREAT | O_TRUNC);
}
SYSCALL_EXIT(openat2) int recipe_s_openat2(const struct syscall_exit* call) {
  record_u64 flags = 0;
  bpf_probe_read_user(&flags, sizeof flags, (const void*)argument(2)); /* struct open_how begins with them */
  return open_ended(call, flags);
}

/* Of what is opened to be executed the exec is the event. */
SEC("fexit/security_file_open") int BPF_PROG(recipe_t_open, struct file* file, int result) {
  record_u32 flags = file->f_flags;
  if (result || flags & FMODE_EXEC) return 0;
  return judge_open((record_u64)file, flags);
}

SYSCALL_EXIT(mmap) int recipe_s_mmap(const struct syscall_exit* call) {
  if ((record_u64)call->result > -4096ull || !(argument(2) & PROT_EXEC) || argument(3) & MAP_ANONYMOUS) return 0;
  return judge_object(EVENT_mmap, file_of_descriptor(bpf_get_current_task_btf(), argument(4)));
}
SEC("fexit/security_mmap_file")
int BPF_PROG(recipe_t_mmap, struct file* file, unsigned long protection, unsigned long flags, int result) {
  return result || !(protection & PROT_EXEC) ? 0 : judge_object(EVENT_mmap, (record_u64)file);
}

SYSCALL_EXIT(ftruncate) int recipe_s_ftruncate(const struct syscall_exit* call) {
  return call->result ? 0 : judge_object(EVENT_truncate, file_of_descriptor(bpf_get_current_task_btf(), argument(0)));
}
SYSCALL_EXIT(fchmod) int recipe_s_fchmod(const struct syscall_exit* call) {
  return call->result ? 0 : judge_object(EVENT_chmod, file_of_descriptor(bpf_get_current_task_btf(), argument(0)));
}
SYSCALL_EXIT(fchown) int recipe_s_fchown(const struct syscall_exit* call) {
  return call->result ? 0 : judge_object(EVENT_chown, file_of_descriptor(bpf_get_current_task_btf(), argument(0)));
}

/* --- names that were asked for ----------------------------------------------------------------------------------------------
 */

struct asked {
  record_u64 folder; /* a descriptor, or AT_FDCWD */
  record_u64 path;   /* of the caller's memory */
  record_u64 source; /* the other path; 0: none */
  record_u64 source_folder;
};

/* The asked path's name and path become the values of their lanes; the pivot is asked of the name. */
static __always_inline struct classify* begin_asked(struct probe_start* start, record_u32 event, const struct asked* asked) {
  if (!begin_event(start, event)) return 0;
  start->wanted = 1; /* not known yet */
  struct classify* c = begin_classify(start);
  if (!c) return 0;
  record_u64 known = read_asked_path(c, asked->folder, asked->path);
  if (known && STATE(c, LANE_FILE_NAME) == VALUE_KNOWN)
    ask_pivot(start, (record_u64)(c->text + TEXT_FILE_NAME), VALUE(c, LANE_FILE_NAME).bytes);
  else
    start->wanted = -1;
  if (known && !is_unwanted(start)) return c;
  end_classify(c);
  return 0;
}

static __always_inline void put_source(struct out_record* o, struct classify* c, const struct asked* asked, record_u32 event) {
  if (!asked->source) return;
  if (event == EVENT_symlink || event == EVENT_mount) { /* any text */
    record_u64 bytes = bpf_probe_read_user_str(c->text + TEXT_FILE, RECIPE_PATH_BYTES, (const void*)asked->source);
    if ((long)bytes <= 0 || bytes > RECIPE_PATH_BYTES) return;
    put_path(o, c, FIELD_file_source, TEXT_FILE, bytes - 1);
    return;
  }
  if (!read_asked_path(c, asked->source_folder, asked->source)) return;
  put_path(o, c, FIELD_file_source | c->path_flags << 16, VALUE(c, LANE_FILE_PATH).at, VALUE(c, LANE_FILE_PATH).bytes);
}

/* special: a field of the event, with its value: a number, or a text in the caller's memory; 0: none. */
static __always_inline int judge_asked(record_u32 event, const struct asked* asked, record_u32 special, record_u64 text) {
  struct probe_start start;
  struct classify* c = begin_asked(&start, event, asked);
  if (!c) return 0;
  if (judge(&start, c)) {
    struct out_record* o = begin_file_record(&start, c, event);
    if (o) {
      if (special == FIELD_file_mode) {
        put_number(o, FIELD_file_mode, text);
      } else if (special && text) {
        record_u64 bytes = bpf_probe_read_user_str(c->text + TEXT_EXE, RECIPE_NAME_BYTES, (const void*)text);
        if ((long)bytes > 0 && bytes <= RECIPE_NAME_BYTES) put_text(o, c, special, TEXT_EXE, bytes - 1);
        STATE(c, LANE_EXE) = VALUE_NOT_FETCHED;
      }
      put_source(o, c, asked, event);
      if (event == EVENT_mount) put_number(o, FIELD_mount_flags, argument(3));
      end_file_record(&start, c, o);
    }
  }
  end_classify(c);
  return 0;
}

#define ASKED(event, folder_, path_)           \
  struct asked asked = {folder_, path_, 0, 0}; \
  return call->result ? 0 : judge_asked(event, &asked, 0, 0)

SYSCALL_EXIT(unlink) int recipe_s_unlink(const struct syscall_exit* call) {
  ASKED(EVENT_unlink, AT_FDCWD, argument(0));
}
SYSCALL_EXIT(unlinkat) int recipe_s_unlinkat(const struct syscall_exit* call) {
  ASKED(EVENT_unlink, argument(0), argument(1));
}
SYSCALL_EXIT(rmdir) int recipe_s_rmdir(const struct syscall_exit* call) {
  ASKED(EVENT_unlink, AT_FDCWD, argument(0));
}
SYSCALL_EXIT(truncate) int recipe_s_truncate(const struct syscall_exit* call) {
  ASKED(EVENT_truncate, AT_FDCWD, argument(0));
}
SYSCALL_EXIT(chown) int recipe_s_chown(const struct syscall_exit* call) {
  ASKED(EVENT_chown, AT_FDCWD, argument(0));
}
SYSCALL_EXIT(lchown) int recipe_s_lchown(const struct syscall_exit* call) {
  ASKED(EVENT_chown, AT_FDCWD, argument(0));
}
SYSCALL_EXIT(fchownat) int recipe_s_fchownat(const struct syscall_exit* call) {
  ASKED(EVENT_chown, argument(0), argument(1));
}
SYSCALL_EXIT(utimensat) int recipe_s_utimensat(const struct syscall_exit* call) {
  ASKED(EVENT_utime, argument(0), argument(1));
}
SYSCALL_EXIT(utime) int recipe_s_utime(const struct syscall_exit* call) {
  ASKED(EVENT_utime, AT_FDCWD, argument(0));
}
SYSCALL_EXIT(utimes) int recipe_s_utimes(const struct syscall_exit* call) {
  ASKED(EVENT_utime, AT_FDCWD, argument(0));
}
SYSCALL_EXIT(futimesat) int recipe_s_futimesat(const struct syscall_exit* call) {
  ASKED(EVENT_utime, argument(0), argument(1));
}

/* The mode that was asked for is the mode now. */
static __always_inline int judge_chmod(const struct syscall_exit* call, record_u64 folder, record_u64 path, record_u32 mode) {
  struct asked asked = {folder, path, 0, 0};
  return call->result ? 0 : judge_asked(EVENT_chmod, &asked, FIELD_file_mode, mode & PERMISSIONS);
}
SYSCALL_EXIT(chmod) int recipe_s_chmod(const struct syscall_exit* call) {
  return judge_chmod(call, AT_FDCWD, argument(0), argument(1));
}
SYSCALL_EXIT(fchmodat) int recipe_s_fchmodat(const struct syscall_exit* call) {
  return judge_chmod(call, argument(0), argument(1), argument(2));
}

static __always_inline int judge_two(const struct syscall_exit* call, record_u32 event, record_u64 from, record_u64 source,
                                     record_u64 to, record_u64 path) {
  struct asked asked = {to, path, source, from};
  return call->result ? 0 : judge_asked(event, &asked, 0, 0);
}
SYSCALL_EXIT(rename) int recipe_s_rename(const struct syscall_exit* call) {
  return judge_two(call, EVENT_rename, AT_FDCWD, argument(0), AT_FDCWD, argument(1));
}
SYSCALL_EXIT(renameat) int recipe_s_renameat(const struct syscall_exit* call) {
  return judge_two(call, EVENT_rename, argument(0), argument(1), argument(2), argument(3));
}
SYSCALL_EXIT(renameat2) int recipe_s_renameat2(const struct syscall_exit* call) {
  return judge_two(call, EVENT_rename, argument(0), argument(1), argument(2), argument(3));
}
SYSCALL_EXIT(link) int recipe_s_link(const struct syscall_exit* call) {
  return judge_two(call, EVENT_link, AT_FDCWD, argument(0), AT_FDCWD, argument(1));
}
SYSCALL_EXIT(linkat) int recipe_s_linkat(const struct syscall_exit* call) {
  return judge_two(call, EVENT_link, argument(0), argument(1), argument(2), argument(3));
}
SYSCALL_EXIT(symlink) int recipe_s_symlink(const struct syscall_exit* call) {
  return judge_two(call, EVENT_symlink, AT_FDCWD, argument(0), AT_FDCWD, argument(1));
}
SYSCALL_EXIT(symlinkat) int recipe_s_symlinkat(const struct syscall_exit* call) {
  return judge_two(call, EVENT_symlink, AT_FDCWD, argument(0), argument(1), argument(2));
}
SYSCALL_EXIT(mount) int recipe_s_mount(const struct syscall_exit* call) {
  struct asked asked = {AT_FDCWD, argument(1), argument(0), AT_FDCWD};
  return call->result ? 0 : judge_asked(EVENT_mount, &asked, FIELD_mount_type, argument(2));
}

static __always_inline int judge_xattr(const struct syscall_exit* call) {
  struct asked asked = {AT_FDCWD, argument(0), 0, 0};
  return call->result ? 0 : judge_asked(EVENT_setxattr, &asked, FIELD_xattr_name, argument(1));
}
SYSCALL_EXIT(setxattr) int recipe_s_setxattr(const struct syscall_exit* call) {
  return judge_xattr(call);
}
SYSCALL_EXIT(lsetxattr) int recipe_s_lsetxattr(const struct syscall_exit* call) {
  return judge_xattr(call);
}
SYSCALL_EXIT(fsetxattr) int recipe_s_fsetxattr(const struct syscall_exit* call) {
  struct asked asked = {argument(0), 0, 0, 0};
  return call->result ? 0 : judge_asked(EVENT_setxattr, &asked, FIELD_xattr_name, argument(1));
}
