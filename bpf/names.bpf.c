/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Files that a call names by a path: unlink, rename, chmod by path, ... An event is what has happened, so both variants tell it
 * at the end of the one system call. They differ in how they come by the path:
 *
 *   trampoline   as the call looks the file up, through links and mounts: programs recipe_t_... at functions of the kernel keep
 *                the path for the thread, if a recipe could want the name; recipe_k_... take it at the end. What is not kept is
 *                not wanted
 *   tracepoint   as it was asked for, joined to its folder: programs recipe_s_... */
/* clang-format off */
#include "lib/probe.h"
#include "lib/finish.h"
#include "lib/read_file.h"
#include "lib/syscall.h"
/* clang-format on */

#define AT_FDCWD ((record_u64)-100)
#define PERMISSIONS 07777
#define CALL_fchmod 91
#define CALL_fchown 93
#define CALL_setxattr 188
#define CALL_lsetxattr 189
#define CALL_setxattrat 463

/* --- the call looks the file up --- */

/* A kernel pointer may not be the argument of a global function: read as a number. */
static __always_inline record_u64 number_of(const void* pointer) {
  record_u64 number = 0;
  bpf_probe_read_kernel(&number, sizeof number, &pointer);
  return number;
}
static __always_inline record_u64 mount_of(const struct path* path) {
  return read_word((record_u64)path + bpf_core_field_offset(struct path, mnt));
}
static __always_inline record_u64 dentry_of(const struct path* path) {
  return read_word((record_u64)path + bpf_core_field_offset(struct path, dentry));
}

__noinline record_u64 walk_kept(struct kept_names* kept, struct path_walk* walk) {
  return kept && walk ? walk_steps(kept->text, KEPT_MASK, walk) : 0;
}

__noinline record_u64 keep_path(struct kept_names* kept, record_u32 which, record_u64 mnt, record_u64 dentry) {
  if (!kept || which >= KEPT_PATHS) return 0;
  struct path_walk walk = {};
  record_u32 begin = which * RECIPE_PATH_BYTES, end = begin + RECIPE_PATH_BYTES;
  start_walk(&walk, bpf_get_current_task_btf(), begin);
  walk.dentry = dentry;
  walk.mnt = mnt;
  walk.mnt_root = root_of_mount(mnt);
  walk.at = end;
  record_u32 more = 1;
  for (record_u32 i = 0; i < RECIPE_PATH_COMPONENTS / PATH_STEPS; ++i) {
    more = walk_kept(kept, &walk);
    if (!more) break;
  }
  if (walk.at == end && !walk.cut) {
    walk.at = end - 1;
    kept->text[BOUND(end - 1, KEPT_MASK)] = '/';
  }
  struct kept_path* path = which ? &kept->path[1] : &kept->path[0];
  path->at = walk.at;
  path->bytes = end - walk.at;
  path->flags = walk.cut || more ? ITEM_TRUNCATED : 0;
  path->has = 1;
  return 0;
}

/* Any text of the kernel's memory, as the second. */
static __always_inline void keep_text(struct kept_names* kept, const char* text) {
  if (!kept || !text) return;
  record_u64 bytes = bpf_probe_read_kernel_str(kept->text + RECIPE_PATH_BYTES, RECIPE_PATH_BYTES, text);
  if ((long)bytes <= 0 || bytes > RECIPE_PATH_BYTES) return;
  kept->path[1].at = RECIPE_PATH_BYTES;
  kept->path[1].bytes = bytes - 1; /* without the NUL */
  kept->path[1].flags = 0;
  kept->path[1].has = 1;
}

/* Is the end of the call that the task is in seen? */
static __always_inline int is_end_seen(struct task_struct* task) {
  return !(task->flags & PF_IO_WORKER) && !(task->thread_info.status & TS_COMPAT);
}

/* Keeps the path of the file if a recipe could want its name; where the call looks twice, the second is right. 0: nothing is
 * kept. event is a constant. */
static __always_inline struct kept_names* keep(record_u32 event, record_u64 mnt, record_u64 dentry) {
  struct probe_start start;
  struct task_struct* task = bpf_get_current_task_btf();
  if (task->flags & PF_KTHREAD || !begin_event(&start, event)) return 0;
  struct path_node node = {};
  /* The path of the root has no name. */
  record_u64 named = is_root_of_task(task, mnt, dentry) ? 0 : named_dentry(task, mnt, dentry);
  if (named) read_node(named, &node);
  record_u32 name_bytes = node.hash_len >> 32;
  ask_pivot(&start, node.name, name_bytes);
  struct kept_names* kept = bpf_task_storage_get(&names, task, 0, 0);
  if (is_unwanted(&start)) {
    if (kept) kept->event = 0;
    return 0;
  }
  if (!is_end_seen(task)) {
    count(COUNTER_call_unseen);
    return 0;
  }
  if (!kept) kept = bpf_task_storage_get(&names, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!kept) {
    count(COUNTER_name_not_kept);
    return 0;
  }
  kept->event = event;
  kept->name_bytes = name_bytes;
  kept->path[1].has = 0;
  keep_path(kept, 0, mnt, dentry);
  return kept;
}

SEC("fentry/security_path_unlink") int BPF_PROG(recipe_t_unlink, const struct path* folder, struct dentry* dentry) {
  keep(EVENT_unlink, mount_of(folder), number_of(dentry));
  return 0;
}
SEC("fentry/security_path_rmdir") int BPF_PROG(recipe_t_rmdir, const struct path* folder, struct dentry* dentry) {
  keep(EVENT_unlink, mount_of(folder), number_of(dentry));
  return 0;
}
SEC("fentry/security_path_rename")
int BPF_PROG(recipe_t_rename, const struct path* from, struct dentry* old, const struct path* to, struct dentry* new) {
  struct kept_names* kept = keep(EVENT_rename, mount_of(to), number_of(new));
  if (kept) keep_path(kept, 1, mount_of(from), number_of(old));
  return 0;
}
/* Both names lie in one mount. */
SEC("fentry/security_path_link")
int BPF_PROG(recipe_t_link, struct dentry* old, const struct path* folder, struct dentry* new) {
  struct kept_names* kept = keep(EVENT_link, mount_of(folder), number_of(new));
  if (kept) keep_path(kept, 1, mount_of(folder), number_of(old));
  return 0;
}
SEC("fentry/security_path_symlink")
int BPF_PROG(recipe_t_symlink, const struct path* folder, struct dentry* dentry, const char* text) {
  keep_text(keep(EVENT_symlink, mount_of(folder), number_of(dentry)), text);
  return 0;
}
SEC("fentry/vfs_truncate") int BPF_PROG(recipe_t_truncate, const struct path* path) {
  keep(EVENT_truncate, mount_of(path), dentry_of(path));
  return 0;
}
/* Of these also the descriptor's variant comes by; its probe reads the descriptor. */
SEC("fentry/chmod_common") int BPF_PROG(recipe_t_chmod, const struct path* path) {
  if (call_number() != CALL_fchmod) keep(EVENT_chmod, mount_of(path), dentry_of(path));
  return 0;
}
SEC("fentry/chown_common") int BPF_PROG(recipe_t_chown, const struct path* path) {
  if (call_number() != CALL_fchown) keep(EVENT_chown, mount_of(path), dentry_of(path));
  return 0;
}
SEC("fentry/vfs_utimes") int BPF_PROG(recipe_t_utime, const struct path* path) {
  keep(EVENT_utime, mount_of(path), dentry_of(path));
  return 0;
}
SEC("fentry/path_mount") int BPF_PROG(recipe_t_mount, const char* what, const struct path* path) {
  keep_text(keep(EVENT_mount, mount_of(path), dentry_of(path)), what);
  return 0;
}

/* The hook of an attribute has no mount, and the function that has it no file. Below an overlay both come again, for the file
 * that lies beneath: the first is the one that was named. */
SEC("fentry/mnt_want_write") int BPF_PROG(recipe_t_write_mount, struct vfsmount* mnt) {
  struct task_struct* task = bpf_get_current_task_btf();
  record_u64 call = call_number();
  if (is_end_seen(task) && call != CALL_setxattr && call != CALL_lsetxattr && call != CALL_setxattrat) return 0;
  struct kept_mount* kept = bpf_task_storage_get(&mounts, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!kept)
    count(COUNTER_name_not_kept);
  else if (!kept->seen)
    kept->mnt = number_of(mnt);
  return 0;
}
SEC("fentry/security_inode_setxattr") int BPF_PROG(recipe_t_setxattr, void* ids, struct dentry* dentry) {
  struct task_struct* task = bpf_get_current_task_btf();
  struct kept_mount* kept = bpf_task_storage_get(&mounts, task, 0, 0);
  if (!kept || kept->seen) return 0;
  kept->seen = 1;
  keep(EVENT_setxattr, kept->mnt, number_of(dentry));
  if (!is_end_seen(task)) bpf_task_storage_delete(&mounts, task);
  return 0;
}

/* --- the call ends --- */

/* The pivot is asked of the name in LANE_FILE_NAME; a path without one is wanted. Returns 0, and the classifier is free, where
 * the name is not wanted. */
static __always_inline struct classify* ask_name(struct classify* c, struct probe_start* start) {
  start->wanted = -1;
  if (STATE(c, LANE_FILE_NAME) == VALUE_KNOWN)
    ask_hash(start, hash_name((const record_u64*)(c->text + TEXT_FILE_NAME), c->seed, VALUE(c, LANE_FILE_NAME).bytes));
  if (is_unwanted(start)) {
    c->busy = 0;
    return 0;
  }
  c->wanted = start->wanted;
  c->bucket = start->bucket;
  c->tag = start->tag;
  add_number(c, FIELD_process_tid, current_thread());
  return c;
}

/* What is kept for the thread, as the values of FILE_PATH and FILE_NAME, and the source. Returns 0 where nothing is. */
__noinline record_u64 take_kept(struct classify* c) {
  if (!c) return 0;
  struct kept_names* kept = bpf_task_storage_get(&names, bpf_get_current_task_btf(), 0, 0);
  if (!kept) return 0;
  record_u64 bytes = BOUND(kept->path[0].bytes, 0x1fff), name = BOUND(kept->name_bytes, 0xff);
  if (bytes > RECIPE_PATH_BYTES) return 0;
  bpf_probe_read_kernel(c->text + TEXT_FILE, bytes, kept->text + BOUND(kept->path[0].at, KEPT_MASK));
  c->path_flags = kept->path[0].flags;
  if (c->path_flags) count(COUNTER_path_truncated);
  set_value(c, LANE_FILE_PATH, c->path_flags ? VALUE_UNKNOWN : VALUE_KNOWN, TEXT_FILE, bytes);
  bpf_probe_read_kernel(c->text + TEXT_FILE_NAME, name, c->text + BOUND(TEXT_FILE + bytes - name, TEXT_MASK));
  set_value(c, LANE_FILE_NAME, name && name < bytes ? VALUE_KNOWN : VALUE_UNKNOWN, TEXT_FILE_NAME, name);
  c->kept = 1;
  if (!kept->path[1].has) return 1;
  c->source = (record_u64)(kept->text + BOUND(kept->path[1].at, KEPT_MASK));
  c->source_folder = kept->path[1].flags | (record_u64)kept->path[1].bytes << 32;
  return 1;
}

static __always_inline struct classify* begin_taken(record_u32 event) {
  struct probe_start start;
  if (!begin_event(&start, event)) return 0;
  struct classify* c = begin_classify(&start, event);
  if (!c) return 0;
  if (take_kept(c)) return ask_name(c, &start);
  c->busy = 0;
  return 0;
}

/* 0: the call has failed, or no recipe wants the name, and nothing is kept any more. */
static __always_inline struct classify* begin_kept(record_u32 event, long long result) {
  struct task_struct* task = bpf_get_current_task_btf();
  if (event == EVENT_setxattr) bpf_task_storage_delete(&mounts, task);
  struct kept_names* kept = bpf_task_storage_get(&names, task, 0, 0);
  if (!kept) return 0;
  struct classify* c = !result && kept->event == event ? begin_taken(event) : 0;
  if (!c) bpf_task_storage_delete(&names, task);
  return c;
}

struct asked {
  record_u64 folder; /* a descriptor, or AT_FDCWD */
  record_u64 path;   /* of the caller's memory */
  record_u64 source_folder;
  record_u64 source; /* the other path; 0: none */
};

/* The asked path's name and path become the values of their lanes. */
static __always_inline struct classify* begin_asked(record_u32 event, const struct asked* asked) {
  struct probe_start start;
  if (!begin_event(&start, event)) return 0;
  struct classify* c = begin_classify(&start, event);
  if (!c) return 0;
  c->source = asked->source;
  c->source_folder = asked->source_folder;
  if (read_asked_path(c, asked->folder, asked->path)) return ask_name(c, &start);
  c->busy = 0;
  return 0;
}

/* Both variants of one call. more: what is added of its other arguments, with `c` the classifier. */
#define NAMED(call_, event, more, ...)                                  \
  SYSCALL_EXIT(call_) int recipe_s_##call_(struct syscall_exit* call) { \
    struct asked asked = {__VA_ARGS__};                                 \
    struct classify* c = call->result ? 0 : begin_asked(event, &asked); \
    if (c) more;                                                        \
    return finish_call(call, c);                                        \
  }                                                                     \
  SYSCALL_EXIT(call_) int recipe_k_##call_(struct syscall_exit* call) { \
    struct classify* c = begin_kept(event, call->result);               \
    if (c) more;                                                        \
    return finish_call(call, c);                                        \
  }
#define NOTHING (void)0
#define NO_SOURCE 0, 0

NAMED(unlink, EVENT_unlink, NOTHING, AT_FDCWD, argument(0), NO_SOURCE)
NAMED(unlinkat, EVENT_unlink, NOTHING, argument(0), argument(1), NO_SOURCE)
NAMED(rmdir, EVENT_unlink, NOTHING, AT_FDCWD, argument(0), NO_SOURCE)
NAMED(truncate, EVENT_truncate, NOTHING, AT_FDCWD, argument(0), NO_SOURCE)
NAMED(chown, EVENT_chown, NOTHING, AT_FDCWD, argument(0), NO_SOURCE)
NAMED(lchown, EVENT_chown, NOTHING, AT_FDCWD, argument(0), NO_SOURCE)
NAMED(fchownat, EVENT_chown, NOTHING, argument(0), argument(1), NO_SOURCE)
NAMED(utimensat, EVENT_utime, NOTHING, argument(0), argument(1), NO_SOURCE)
NAMED(utime, EVENT_utime, NOTHING, AT_FDCWD, argument(0), NO_SOURCE)
NAMED(utimes, EVENT_utime, NOTHING, AT_FDCWD, argument(0), NO_SOURCE)
NAMED(futimesat, EVENT_utime, NOTHING, argument(0), argument(1), NO_SOURCE)

/* The mode that was asked for is the mode now. */
#define ADD_MODE(n) add_number(c, FIELD_file_mode, argument(n) & PERMISSIONS)
NAMED(chmod, EVENT_chmod, ADD_MODE(1), AT_FDCWD, argument(0), NO_SOURCE)
NAMED(fchmodat, EVENT_chmod, ADD_MODE(2), argument(0), argument(1), NO_SOURCE)
NAMED(fchmodat2, EVENT_chmod, ADD_MODE(2), argument(0), argument(1), NO_SOURCE)

NAMED(rename, EVENT_rename, NOTHING, AT_FDCWD, argument(1), AT_FDCWD, argument(0))
NAMED(renameat, EVENT_rename, NOTHING, argument(2), argument(3), argument(0), argument(1))
NAMED(renameat2, EVENT_rename, NOTHING, argument(2), argument(3), argument(0), argument(1))
NAMED(link, EVENT_link, NOTHING, AT_FDCWD, argument(1), AT_FDCWD, argument(0))
NAMED(linkat, EVENT_link, NOTHING, argument(2), argument(3), argument(0), argument(1))
NAMED(symlink, EVENT_symlink, NOTHING, AT_FDCWD, argument(1), AT_FDCWD, argument(0))
NAMED(symlinkat, EVENT_symlink, NOTHING, argument(1), argument(2), AT_FDCWD, argument(0))

static __always_inline void add_mount(struct classify* c, record_u64 type, record_u64 flags) {
  add_user_text(c, FIELD_mount_type, type);
  add_number(c, FIELD_mount_flags, flags);
}
NAMED(mount, EVENT_mount, add_mount(c, argument(2), argument(3)), AT_FDCWD, argument(1), AT_FDCWD, argument(0))

#define ADD_ATTRIBUTE(n) add_user_text(c, FIELD_xattr_name, argument(n))
NAMED(setxattr, EVENT_setxattr, ADD_ATTRIBUTE(1), AT_FDCWD, argument(0), NO_SOURCE)
NAMED(lsetxattr, EVENT_setxattr, ADD_ATTRIBUTE(1), AT_FDCWD, argument(0), NO_SOURCE)

static __always_inline struct classify* begin_attribute(long long result, record_u64 folder, record_u64 path) {
  struct asked asked = {folder, path, NO_SOURCE};
  return result ? 0 : begin_asked(EVENT_setxattr, &asked);
}
SYSCALL_EXIT(fsetxattr) int recipe_s_fsetxattr(struct syscall_exit* call) {
  struct classify* c = begin_attribute(call->result, argument(0), 0);
  if (c) ADD_ATTRIBUTE(1);
  return finish_call(call, c);
}
SYSCALL_EXIT(setxattrat) int recipe_s_setxattrat(struct syscall_exit* call) {
  struct classify* c = begin_attribute(call->result, argument(0), argument(1));
  if (c) ADD_ATTRIBUTE(3);
  return finish_call(call, c);
}
/* Without a path it is about a descriptor: then no mount is kept. */
SYSCALL_EXIT(setxattrat) int recipe_k_setxattrat(struct syscall_exit* call) {
  int named = bpf_task_storage_get(&mounts, bpf_get_current_task_btf(), 0, 0) != 0;
  struct classify* c = named ? begin_kept(EVENT_setxattr, call->result) : begin_attribute(call->result, argument(0), 0);
  if (c) ADD_ATTRIBUTE(3);
  return finish_call(call, c);
}
