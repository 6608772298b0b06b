/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* How the classifier gets the values of an event. What the event is about the probe has put into the classifier's memory
 * before; what is the process's is fetched here, of the current task, when it is asked for. Paths: lib/read_path.h. */
/* clang-format off */
#include "lib/probe.h"
#include "lib/read_task.h"
#include "lib/read_file.h"
/* clang-format on */

#define AT_FDCWD (-100)
#define SCAN_STEPS 64

/* PATH_STEPS components or mounts upward. false: the root is reached, or there is no way on. */
__noinline record_u64 walk_path(struct classify* c, struct path_walk* walk) {
  return c && walk ? walk_steps(c->text, TEXT_MASK, walk) : 0;
}

/* The folders of the walk's dentry before what is in text from walk.at. */
static __always_inline record_u64 walk_up(struct classify* c, struct path_walk* walk) {
  if (!c || !walk) return 0;
  walk->cut = 0;
  walk->mnt_root = root_of_mount(walk->mnt);
  record_u32 more = 1;
  for (record_u32 i = 0; i < RECIPE_PATH_COMPONENTS / PATH_STEPS; ++i) {
    more = walk_path(c, walk);
    if (!more) break;
  }
  if (more) walk->cut = 1;
  if (walk->cut) count(COUNTER_path_truncated);
  return 0;
}

/* The path as value: bytes in text, from .at. The walk's begin, dentry, mnt and root are set. */
__noinline record_u64 read_path(struct classify* c, struct path_walk* walk) {
  if (!c || !walk) return 0;
  record_u32 end = walk->begin + RECIPE_PATH_BYTES;
  walk->at = end;
  walk_up(c, walk);
  if (walk->at == end && !walk->cut) {
    walk->at = end - 1;
    c->text[BOUND(end - 1, TEXT_MASK)] = '/';
  }
  return 0;
}

__noinline record_u64 fetch_name(struct classify* c) {
  if (!c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  record_u32 bytes = copy_name((record_u64)task, c->text + TEXT_NAME);
  record_u32 missing = task->flags & PF_KTHREAD ? VALUE_ABSENT : VALUE_UNKNOWN;
  set_value(c, LANE_NAME, bytes ? VALUE_KNOWN : missing, TEXT_NAME, bytes);
  return 0;
}

/* What can be read of argv when the whole cannot: page by page, up to the first that is not there. */
static __always_inline record_u32 read_argv_pages(struct classify* c, record_u64 from, record_u32 bytes) {
  record_u32 first = 4096 - (from & 4095);
  if (first >= bytes) return 0;
  first = BOUND(first, 0xfff);
  if (bpf_probe_read_user(c->text + TEXT_ARGV, first, (const void*)from)) return 0;
  return first;
}

__noinline record_u64 fetch_argv(struct classify* c) {
  if (!c) return 0;
  struct mm_struct* mm = bpf_get_current_task_btf()->mm;
  record_u64 from = mm ? mm->arg_start : 0, end = mm ? mm->arg_end : 0, bytes = end - from;
  record_u32 state = VALUE_KNOWN;
  if (end <= from) bytes = 0;
  if (bytes > RECIPE_ARGV_BYTES) {
    bytes = RECIPE_ARGV_BYTES;
    state = VALUE_CUT;
    count(COUNTER_argv_truncated);
  }
  bytes = BOUND(bytes, 0x1fff);
  if (bytes > RECIPE_ARGV_BYTES) return 0;
  if (bpf_probe_read_user(c->text + TEXT_ARGV, bytes, (const void*)from)) {
    state = VALUE_CUT;
    count(COUNTER_argv_unreadable);
    bytes = read_argv_pages(c, from, bytes);
  }
  bytes = BOUND(bytes, 0x1fff);
  *(record_u64*)(c->text + TEXT_ARGV + bytes) = 0;
  /* A process that has written its title over its arguments leaves no NUL at their end: the last is not whole. */
  if (bytes && TEXT8(c, TEXT_ARGV + bytes - 1)) state = VALUE_CUT;
  set_value(c, LANE_ARGV, state, TEXT_ARGV, bytes);
  return 0;
}

/* A kernel thread has no executable: its name is absent. A parent that is exiting, or gone without a tombstone, is unknown. */
__noinline record_u64 fetch_parent_name(struct classify* c) {
  if (!c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  struct task_struct* parent = task->real_parent;
  record_u32 birth = birth_parent_of(task->tgid), bytes = 0, state = VALUE_UNKNOWN;
  if (!birth || birth == (record_u32)parent->tgid) {
    bytes = copy_name((record_u64)parent, c->text + TEXT_PARENT_NAME);
    if (!bytes && (parent->flags & PF_KTHREAD || !parent->tgid)) state = VALUE_ABSENT;
  } else {
    struct tombstone* tombstone = tombstone_of(birth, task->group_leader->start_boottime);
    if (tombstone) {
      bytes = tombstone->name_bytes & 0xff;
      bpf_probe_read_kernel(c->text + TEXT_PARENT_NAME, RECIPE_NAME_BYTES, tombstone->name);
    }
  }
  set_value(c, LANE_PARENT_NAME, bytes ? VALUE_KNOWN : state, TEXT_PARENT_NAME, bytes);
  return 0;
}

/* The path of walk's dentry and mount, as the value of a lane. */
static __always_inline void fetch_path(struct classify* c, struct path_walk* walk, record_u32 lane, record_u32 begin) {
  if (!walk->dentry || !walk->mnt) {
    set_value(c, lane, VALUE_UNKNOWN, begin, 0);
    return;
  }
  read_path(c, walk);
  set_value(c, lane, walk->cut ? VALUE_UNKNOWN : VALUE_KNOWN, walk->at, begin + RECIPE_PATH_BYTES - walk->at);
}

__noinline record_u64 fetch_exe(struct classify* c) {
  if (!c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  struct mm_struct* mm = task->mm;
  struct path_walk walk = {};
  start_walk(&walk, task, TEXT_EXE);
  struct file* file = mm ? mm->exe_file : 0;
  if (file) {
    walk.dentry = (record_u64)file->f_path.dentry;
    walk.mnt = (record_u64)file->f_path.mnt;
  }
  fetch_path(c, &walk, LANE_EXE, TEXT_EXE);
  return 0;
}

/* The path of the object, as the value of file.path, or of the path that a Unix socket is bound to. */
static __always_inline void fetch_object_path(struct classify* c, record_u32 lane) {
  struct path_walk walk = {};
  start_walk(&walk, bpf_get_current_task_btf(), TEXT_FILE);
  walk.dentry = c->dentry;
  walk.mnt = c->mnt;
  fetch_path(c, &walk, lane, TEXT_FILE);
}

__noinline record_u64 fetch_socket_path(struct classify* c) {
  if (c) fetch_object_path(c, LANE_SOCKET_PATH);
  return 0;
}

__noinline record_u64 fetch_file_path(struct classify* c) {
  if (!c) return 0;
  fetch_object_path(c, LANE_FILE_PATH);
  c->path_flags = STATE(c, LANE_FILE_PATH) == VALUE_KNOWN ? 0 : ITEM_TRUNCATED;
  return 0;
}

__noinline record_u64 fetch_file_name(struct classify* c);

/* Where the scan of an asked path is. */
struct asked_scan {
  record_u32 at;   /* of the next word, in text */
  record_u32 end;  /* of the path */
  record_u32 last; /* behind the last slash */
  record_u32 unresolved;
  record_u32 slash; /* the byte before is one, or the path begins */
};

/* One byte. Returns 0 at the end. */
__noinline record_u64 scan_byte(struct classify* c, struct asked_scan* scan) {
  if (!c || !scan || scan->at >= scan->end) return 0;
  record_u32 byte = TEXT8(c, scan->at);
  if (scan->slash && (byte == '/' || byte == '.')) {
    /* `//`, `/.` with an end, a slash or another dot behind it; a name such as .bashrc needs no resolving */
    record_u32 next = scan->at + 1 < scan->end ? TEXT8(c, scan->at + 1) : '/';
    record_u32 after = scan->at + 2 < scan->end ? TEXT8(c, scan->at + 2) : '/';
    if (byte == '/' || next == '/' || (next == '.' && after == '/')) scan->unresolved = 1;
  }
  scan->slash = byte == '/';
  scan->at += 1;
  if (scan->slash) {
    scan->last = scan->at;
    if (scan->at == scan->end) scan->unresolved = 1;
  }
  return 1;
}

/* Steps of the scan: a function of its own, because the verifier walks one loop of thousands much longer than two of dozens. */
__noinline record_u64 scan_bytes(struct classify* c, struct asked_scan* scan) {
  for (record_u32 i = 0; i < SCAN_STEPS; ++i)
    if (!scan_byte(c, scan)) return 0;
  return 1;
}

/* A path of the caller's memory, joined to its folder (a descriptor, or AT_FDCWD), as the values of FILE_PATH and FILE_NAME. An
 * empty one means the descriptor's object. Returns 0 where it cannot be read. */
__noinline record_u64 read_asked_path(struct classify* c, record_u64 folder, record_u64 pointer) {
  if (!c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  record_u64 bytes = pointer ? bpf_probe_read_user_str(c->text + TEXT_EXE, RECIPE_PATH_BYTES, (const void*)pointer) : 1;
  STATE(c, LANE_EXE) = VALUE_NOT_FETCHED;
  if ((long)bytes <= 0 || bytes > RECIPE_PATH_BYTES) return 0;
  bytes -= 1; /* the NUL */
  struct path_walk walk = {};
  start_walk(&walk, task, TEXT_FILE);
  if ((int)folder == AT_FDCWD) {
    walk.dentry = (record_u64)task->fs->pwd.dentry;
    walk.mnt = (record_u64)task->fs->pwd.mnt;
  } else {
    record_u64 file = file_of_descriptor(task, folder);
    walk.dentry = dentry_of_file(file);
    walk.mnt = mount_of_file(file);
  }
  if (!bytes) {
    c->dentry = walk.dentry;
    c->mnt = walk.mnt;
    fetch_file_path(c);
    fetch_file_name(c);
    return walk.dentry != 0;
  }
  record_u32 end = TEXT_FILE + RECIPE_PATH_BYTES;
  bytes = BOUND(bytes, 0xfff);
  record_u32 at = BOUND(end - bytes, TEXT_MASK);
  bpf_probe_read_kernel(c->text + at, bytes, c->text + TEXT_EXE);
  struct asked_scan scan = {at, end, at, 0, 1};
  if (c->text[at] == '/') scan.at = scan.last = at + 1;
  for (record_u32 i = 0; i < RECIPE_PATH_BYTES / SCAN_STEPS; ++i)
    if (!scan_bytes(c, &scan)) break;
  walk.at = at;
  if (c->text[at] != '/' && walk.dentry && at > TEXT_FILE) {
    walk.at = at - 1;
    c->text[BOUND(at - 1, TEXT_MASK)] = '/';
    walk_up(c, &walk);
  } else if (c->text[at] != '/') {
    walk.cut = 1;
  }
  c->path_flags = (walk.cut ? ITEM_TRUNCATED : 0) | (scan.unresolved ? ITEM_UNRESOLVED : 0);
  set_value(c, LANE_FILE_PATH, c->path_flags ? VALUE_UNKNOWN : VALUE_KNOWN, walk.at, end - walk.at);
  record_u64 name = scan.end - scan.last;
  if (scan.unresolved || !name || name >= RECIPE_NAME_BYTES) {
    set_value(c, LANE_FILE_NAME, VALUE_UNKNOWN, TEXT_FILE_NAME, 0);
    return 1;
  }
  name = BOUND(name, 0xff);
  bpf_probe_read_kernel(c->text + TEXT_FILE_NAME, name, c->text + BOUND(scan.last, TEXT_MASK));
  set_value(c, LANE_FILE_NAME, VALUE_KNOWN, TEXT_FILE_NAME, name);
  return 1;
}

/* The name of the opened object's place; the root has none. */
__noinline record_u64 fetch_file_name(struct classify* c) {
  if (!c) return 0;
  record_u64 dentry = named_dentry(bpf_get_current_task_btf(), c->mnt, c->dentry);
  struct path_node node = {};
  if (dentry) read_node(dentry, &node);
  record_u64 bytes = node.hash_len >> 32;
  if (!bytes || bytes >= RECIPE_NAME_BYTES) {
    set_value(c, LANE_FILE_NAME, VALUE_UNKNOWN, TEXT_FILE_NAME, 0);
    return 0;
  }
  bytes = BOUND(bytes, 0xff);
  record_u32 state =
      bpf_probe_read_kernel(c->text + TEXT_FILE_NAME, bytes, (const void*)node.name) ? VALUE_UNKNOWN : VALUE_KNOWN;
  set_value(c, LANE_FILE_NAME, state, TEXT_FILE_NAME, bytes);
  return 0;
}

__noinline record_u64 fetch_tags(struct classify* c) {
  if (!c) return 0;
  struct process_entry* entry = process_entry_of(c->process);
  if (!entry || !(entry->bits & PROCESS_TAGS_KNOWN) || control.tags_unknown)
    set_value(c, LANE_TAGS, VALUE_UNKNOWN, TEXT_NUMBERS, 0);
  else
    set_number(c, LANE_TAGS, entry->tags);
  return 0;
}

/* Not of tags_unknown: a mark is set here and inherited by fork alone, from the first image on. */
__noinline record_u64 fetch_marks(struct classify* c) {
  if (!c) return 0;
  struct process_entry* entry = process_entry_of(c->process);
  if (!entry || control.marks_unknown)
    set_value(c, LANE_MARKS, VALUE_UNKNOWN, TEXT_NUMBERS, 0);
  else
    set_number(c, LANE_MARKS, entry->tags);
  return 0;
}

/* Is the file's name the executable's? Without that the paths differ. */
__noinline record_u64 fetch_self(struct classify* c) {
  if (!c) return 0;
  if (STATE(c, LANE_NAME) == VALUE_NOT_FETCHED) fetch_name(c);
  if (STATE(c, LANE_FILE_NAME) == VALUE_NOT_FETCHED) fetch_file_name(c);
  if (STATE(c, LANE_NAME) != VALUE_KNOWN || STATE(c, LANE_FILE_NAME) != VALUE_KNOWN) {
    set_value(c, LANE_SELF, VALUE_UNKNOWN, TEXT_NUMBERS, 0);
    return 0;
  }
  record_u32 bytes = VALUE(c, LANE_NAME).bytes, same = bytes == VALUE(c, LANE_FILE_NAME).bytes;
  for (record_u32 i = 0; i < RECIPE_HASHED_WORDS; ++i) { /* longer names that begin alike count as the same */
    if (!same || 8 * i >= bytes) break;
    record_u32 rest = bytes - 8 * i;
    rest = rest < 8 ? rest : 8;
    same = key_tail(TEXT64(c, TEXT_NAME + 8 * i), rest) == key_tail(TEXT64(c, TEXT_FILE_NAME + 8 * i), rest);
  }
  set_number(c, LANE_SELF, same);
  return 0;
}

#define TRAIT(name) (1ull << FLAG_process_traits_##name)

static __always_inline record_u64 traits_of_descriptors(struct task_struct* task) {
  record_u64 traits = 0, file = file_of_descriptor(task, 0), inode = inode_of_file(file);
  record_u32 kind = mode_of_inode(inode) & S_IFMT;
  if (kind == S_IFIFO) traits |= TRAIT(stdin_pipe);
  if (kind == S_IFSOCK) traits |= TRAIT(stdin_socket);
  if (kind == S_IFCHR) {
    record_u32 major = read_half(inode + bpf_core_field_offset(struct inode, i_rdev)) >> 20;
    if (major == TTY_MAJOR || (major & ~7u) == PTS_MAJOR) traits |= TRAIT(stdin_tty);
  }
  if (is_memory_file(dentry_of_file(file))) traits |= TRAIT(stdin_memory);
  kind = mode_of_inode(inode_of_file(file_of_descriptor(task, 1))) & S_IFMT;
  if (kind == S_IFIFO) traits |= TRAIT(stdout_pipe);
  if (kind == S_IFSOCK) traits |= TRAIT(stdout_socket);
  return traits;
}

/* Of an exec, whose binprm the probe has left in c->mnt and its file in c->dentry. */
__noinline record_u64 fetch_traits(struct classify* c) {
  if (!c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  const struct cred* cred = task->cred;
  struct mm_struct* mm = task->mm;
  record_u64 file = c->dentry, bprm = c->mnt, inode = inode_of_file(file), traits = traits_of_descriptors(task);
  if (!bprm) {
    set_value(c, LANE_TRAITS, VALUE_ABSENT, TEXT_NUMBERS, 0);
    return 0;
  }
  record_u32 mode = mode_of_inode(inode);
  if (is_memory_file(dentry_of_file(file)))
    traits |= TRAIT(memory);
  else if (inode && !read_half(inode + bpf_core_field_offset(struct inode, i_nlink)))
    traits |= TRAIT(unlinked);
  if ((mode & S_ISUID && cred->euid.val != cred->uid.val) || (mode & S_ISGID && cred->egid.val != cred->gid.val))
    traits |= TRAIT(setuid);
  if (read_word(bprm + bpf_core_field_offset(struct linux_binprm, interp)) !=
      read_word(bprm + bpf_core_field_offset(struct linux_binprm, filename)))
    traits |= TRAIT(script);
  /* Since 5.18 the kernel gives an empty string to who gives none. */
  if (mm && mm->arg_end - mm->arg_start <= 1) traits |= TRAIT(no_argv);
  set_number(c, LANE_TRAITS, traits);
  return 0;
}

__noinline record_u64 fetch_value(struct classify* c, record_u32 lane) {
  if (!c) return 0;
  const struct cred* cred = bpf_get_current_task_btf()->cred;
  if (lane == LANE_NAME)
    fetch_name(c);
  else if (lane == LANE_UID)
    set_number(c, LANE_UID, cred->uid.val);
  else if (lane == LANE_GID)
    set_number(c, LANE_GID, cred->gid.val);
  else if (lane == LANE_EUID)
    set_number(c, LANE_EUID, cred->euid.val);
  else if (lane == LANE_PARENT_NAME)
    fetch_parent_name(c);
  else if (lane == LANE_EXE)
    fetch_exe(c);
  else if (lane == LANE_ARGV)
    fetch_argv(c);
  else if (lane == LANE_FILE_PATH)
    fetch_file_path(c);
  else if (lane == LANE_FILE_NAME)
    fetch_file_name(c);
  else if (lane == LANE_SOCKET_PATH)
    fetch_socket_path(c);
  else if (lane == LANE_TAGS)
    fetch_tags(c);
  else if (lane == LANE_MARKS)
    fetch_marks(c);
  else if (lane == LANE_SELF)
    fetch_self(c);
  else if (lane == LANE_TRAITS)
    fetch_traits(c);
  else /* a value of the event that the probe did not put there: the event has none */
    set_value(c, lane, VALUE_ABSENT, TEXT_NUMBERS, 0);
  return 0;
}
