/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The global functions that all probes share: the classifier, how it gets the values of an event, and how a record is written.
 * Each is verified once, with unknown arguments. What an event is about the probe has put into the classifier's memory before;
 * what is the process's is fetched here, of the current task, when it is asked for. The file is
 * long because a function that objects of BPF share stands in one of them, and all of these are shared. */
#define AT_FDCWD (-100)

#include "lib/classify_bpf.h"
/* clang-format off */
#include "lib/probe.h"
#include "lib/finish.h"
#include "lib/read_task.h"
#include "lib/read_path.h"
#include "lib/read_file.h"
/* clang-format on */

/* The hash of a name at a kernel address; 0: it cannot be read. */
__noinline record_u64 hash_name_at(record_u64 seed, record_u64 name, record_u32 bytes) {
  record_u64 words[RECIPE_HASHED_WORDS];
  if (!name || !bytes || bytes >= RECIPE_NAME_BYTES) return 0;
  record_u64 copied = bytes < RECIPE_HASHED_BYTES ? bytes : RECIPE_HASHED_BYTES;
  copied = BOUND(copied, 0x7f);
  if (copied > RECIPE_HASHED_BYTES || bpf_probe_read_kernel(words, copied, (const void*)name)) return 0;
  return hash_name(words, seed, bytes);
}

/* What a pivot bucket says of a name that hit: bit 32, some block wants it; below, the tags that it gives. */
__noinline record_u64 ask_bucket(record_u32 active, record_u32 bucket, record_u32 tag) {
  const record_u8* base = image_at(active);
  if (!base) return 0;
  record_u64 wanted = 0, tags = 0;
  for (record_u32 i = 0; i < 16; ++i) {
    record_u32 entry = image32(0, base, bucket + 4 * i);
    if (entry >> 16 != tag) continue;
    if ((entry & 0xffff) >= PIVOT_ANCESTOR)
      tags |= 1u << (entry & (RECIPE_TAGS - 1));
    else
      wanted = 1ull << 32;
  }
  return wanted | tags;
}

/* --- paths --------------------------------------------------------------------------------------------------------------- */

/* "/name" before what is there. false: no room. */
static __always_inline int prepend(struct classify* c, struct path_walk* walk, const struct path_node* node) {
  record_u64 bytes = node->hash_len >> 32, at = walk->at;
  if (bytes > 255 || at > walk->begin + RECIPE_PATH_BYTES || at < walk->begin + 1 + bytes) {
    walk->cut = 1;
    return 0;
  }
  at -= bytes + 1;
  walk->at = at;
  at = BOUND(at, TEXT_MASK);
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

/* The folders of the walk's dentry before what is in text from walk.at. */
static __always_inline record_u64 walk_up(struct classify* c, struct path_walk* walk) {
  if (!c || !walk) return 0;
  walk->cut = 0;
  walk->mnt_root = read_word(walk->mnt + bpf_core_field_offset(struct vfsmount, mnt_root));
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

/* --- values ------------------------------------------------------------------------------------------------------------- */

__noinline record_u64 fetch_name(struct classify* c) {
  if (!c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  record_u32 bytes = copy_name(task, c->text + TEXT_NAME);
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
    bytes = copy_name(parent, c->text + TEXT_PARENT_NAME);
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

static __always_inline void start_walk(struct path_walk* walk, struct task_struct* task, record_u32 begin) {
  walk->begin = begin;
  walk->root_dentry = (record_u64)task->fs->root.dentry;
  walk->root_mnt = (record_u64)task->fs->root.mnt;
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

__noinline record_u64 fetch_file_path(struct classify* c) {
  if (!c) return 0;
  struct path_walk walk = {};
  start_walk(&walk, bpf_get_current_task_btf(), TEXT_FILE);
  walk.dentry = c->dentry;
  walk.mnt = c->mnt;
  fetch_path(c, &walk, LANE_FILE_PATH, TEXT_FILE);
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
  for (record_u32 i = 0; i < RECIPE_PATH_BYTES; ++i)
    if (!scan_byte(c, &scan)) break;
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

/* The opened object's name; a file system's root has none. */
__noinline record_u64 fetch_file_name(struct classify* c) {
  if (!c) return 0;
  record_u64 dentry = c->dentry;
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
  struct process_entry* entry = process_entry_of(bpf_get_current_pid_tgid() >> 32);
  if (!entry || !(entry->bits & PROCESS_TAGS_KNOWN) || control.tags_unknown)
    set_value(c, LANE_TAGS, VALUE_UNKNOWN, TEXT_NUMBERS, 0);
  else
    set_number(c, LANE_TAGS, entry->tags);
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
  else if (lane == LANE_TAGS)
    fetch_tags(c);
  else if (lane == LANE_SELF)
    fetch_self(c);
  else if (lane == LANE_TRAITS)
    fetch_traits(c);
  else /* a value of the event that the probe did not put there: the event has none */
    set_value(c, lane, VALUE_ABSENT, TEXT_NUMBERS, 0);
  return 0;
}

/* --- records ------------------------------------------------------------------------------------------------------------
 * Item by item into the per-CPU buffer, then to the ring. A write begins at most at RECIPE_RECORD_BYTES and has room for one
 * text behind that, so it never leaves the buffer; a record that grew beyond is counted and dropped by send_record (paths are
 * cut to the room first, so only a bug could make one). */

#define RECORD_AT(o, at) ((o)->bytes + (at))

static __always_inline int has_room(record_u64 at) {
  return at <= RECIPE_RECORD_BYTES;
}

/* An item of 8 bytes. */
__noinline record_u64 put_number(struct out_record* o, record_u32 field, record_u64 value) {
  if (!o) return 0;
  record_u64 at = o->used;
  if (!has_room(at)) return 0;
  struct record_item* item = (void*)RECORD_AT(o, at);
  item->field = field;
  item->flags = 0;
  item->bytes = 8;
  *(record_u64*)(item + 1) = value;
  o->used = at + 16;
  o->items += 1;
  return 0;
}

/* The candidates of the classifier. */
__noinline record_u64 put_candidates(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  record_u32 outs = c->outs;
  if (outs > CLASSIFY_OUTS) outs = CLASSIFY_OUTS;
  record_u64 bytes = BOUND(outs * sizeof(struct candidate_word), 0xfff);
  struct record_header* head = (void*)o->bytes;
  if (bytes <= sizeof c->out) bpf_probe_read_kernel(head + 1, bytes, c->out);
  head->words = outs;
  if (c->overflow) head->flags |= RECORD_ALL_CANDIDATES;
  o->used = sizeof *head + bytes;
  return 0;
}

/* The head and the last word of a text, which the text then covers but for the padding. Returns where the text goes; 0: no
 * room. bytes: at most RECIPE_PATH_BYTES. */
static __always_inline record_u64 begin_text(struct out_record* o, record_u32 field, record_u32 flags, record_u64 bytes) {
  record_u64 at = o->used, last = BOUND(bytes, 0x1ff8);
  if (!has_room(at) || bytes > RECIPE_PATH_BYTES || last > RECIPE_PATH_BYTES) return 0;
  struct record_item* item = (void*)RECORD_AT(o, at);
  item->field = field;
  item->flags = flags;
  item->bytes = bytes;
  *(record_u64*)RECORD_AT(o, at + sizeof *item + last) = 0;
  o->used = at + sizeof *item + ((bytes + 7) & ~7ull);
  o->items += 1;
  return at + sizeof *item;
}

/* A text of classify.text. */
__noinline record_u64 put_text(struct out_record* o, struct classify* c, record_u32 field_and_flags, record_u32 from,
                               record_u32 bytes) {
  if (!o || !c) return 0;
  record_u64 at = begin_text(o, field_and_flags & 0xffff, field_and_flags >> 16, bytes);
  if (!at || at > RECIPE_RECORD_BYTES + sizeof(struct record_item)) return 0;
  record_u64 source = BOUND(from, TEXT_MASK), length = BOUND(bytes, 0x1fff);
  if (length <= RECIPE_PATH_BYTES) bpf_probe_read_kernel(RECORD_AT(o, at), length, c->text + source);
  return 0;
}

/* What a last item may still hold. */
static __always_inline record_u32 room_left(const struct out_record* o) {
  record_u32 used = o->used + sizeof(struct record_item) + 8;
  return used < RECIPE_RECORD_BYTES ? RECIPE_RECORD_BYTES - used : 0;
}

/* A path of classify.text; it keeps its tail where the record has no more room. */
__noinline record_u64 put_path(struct out_record* o, struct classify* c, record_u32 field_and_flags, record_u32 from,
                               record_u32 bytes) {
  if (!o || !c) return 0;
  record_u32 room = room_left(o);
  if (bytes > room) {
    from += bytes - room;
    bytes = room;
    field_and_flags |= ITEM_TRUNCATED << 16;
  }
  put_text(o, c, field_and_flags, from, bytes);
  return 0;
}

/* A value that the classifier may have fetched already, as an item. */
__noinline record_u64 put_value(struct out_record* o, struct classify* c, record_u32 lane, record_u32 field) {
  if (!o || !c) return 0;
  if (STATE(c, lane) == VALUE_NOT_FETCHED) fetch_value(c, lane);
  record_u32 at = VALUE(c, lane).at, bytes = VALUE(c, lane).bytes, state = STATE(c, lane);
  if (state == VALUE_ABSENT) return 0;
  if (state == VALUE_UNKNOWN && !bytes) return 0;
  put_path(o, c, field | (state == VALUE_KNOWN ? 0 : ITEM_TRUNCATED << 16), at, bytes);
  return 0;
}

/* One ancestor: 48 bytes, its name, padding. Returns the place of the name, 0: no room. */
static __always_inline struct record_ancestor* begin_ancestor(struct out_record* o) {
  record_u64 at = o->used;
  return has_room(at) ? (void*)RECORD_AT(o, at) : 0;
}

static __always_inline void end_ancestor(struct out_record* o, struct record_ancestor* ancestor, record_u32 name_bytes) {
  ancestor->name_bytes = name_bytes;
  ancestor->exe_bytes = 0;
  ancestor->cmdline_bytes = 0;
  if (name_bytes & 7) {
    record_u64* last = (void*)ancestor + sizeof *ancestor + BOUND(name_bytes, 0xf8);
    *last &= ~0ull >> (64 - 8 * (name_bytes & 7));
  }
  o->used += sizeof *ancestor + ((name_bytes + 7) & ~7u);
}

/* Where the walk up the tree is. */
struct tree_walk {
  record_u64 child_start;
  record_u32 birth; /* the next ancestor's pid; 0: unknown, then it is the live parent */
  record_u32 found;
  volatile record_u32 name_bytes; /* through memory: so the verifier sees one state after the name, not one a way to get it */
};

static __always_inline int put_live(struct out_record* o, struct tree_walk* walk, struct task_struct* task) {
  struct record_ancestor* ancestor = begin_ancestor(o);
  if (!ancestor) return 0;
  struct task_struct* leader = task->group_leader;
  record_u32 pid = task->tgid;
  walk->child_start = leader->start_boottime;
  walk->birth = birth_parent_of(pid);
  ancestor->pid = pid;
  ancestor->uid = task->cred->uid.val;
  ancestor->start_time = walk->child_start;
  ancestor->birth_parent = walk->birth;
  bpf_probe_read_kernel(ancestor->comm, sizeof ancestor->comm, leader->comm);
  walk->name_bytes = copy_name(task, (void*)ancestor + sizeof *ancestor);
  record_u32 bytes = walk->name_bytes & 0xff;
  ancestor->has = ANCESTOR_PID | ANCESTOR_UID | ANCESTOR_START_TIME | ANCESTOR_COMM | (bytes ? ANCESTOR_NAME : 0);
  end_ancestor(o, ancestor, bytes);
  return 1;
}

static __always_inline int put_dead(struct out_record* o, struct tree_walk* walk, const struct tombstone* tombstone) {
  struct record_ancestor* ancestor = begin_ancestor(o);
  if (!ancestor) return 0;
  record_u32 bytes = tombstone->name_bytes & 0xff;
  ancestor->pid = walk->birth;
  ancestor->uid = tombstone->uid;
  ancestor->start_time = tombstone->start_time;
  ancestor->birth_parent = tombstone->birth_parent;
  __builtin_memcpy(ancestor->comm, tombstone->comm, sizeof ancestor->comm);
  bpf_probe_read_kernel((void*)ancestor + sizeof *ancestor, bytes, tombstone->name);
  ancestor->has = ANCESTOR_PID | ANCESTOR_UID | ANCESTOR_START_TIME | ANCESTOR_COMM | (bytes ? ANCESTOR_NAME : 0);
  walk->child_start = tombstone->start_time;
  walk->birth = tombstone->birth_parent;
  end_ancestor(o, ancestor, bytes);
  return 1;
}

/* The ancestors, parent first: live ones by real_parent, dead ones by tombstone; after dead ones the walk looks for the next
 * birth parent higher up among the live. Returns 1 where the list is complete. */
__noinline record_u64 walk_tree(struct out_record* o, struct tree_walk* walk) {
  if (!o || !walk) return 0;
  struct task_struct* live = bpf_get_current_task_btf()->real_parent;
  for (record_u32 i = 0; i < 2 * RECIPE_ANCESTORS; ++i) {
    record_u32 pid = live->tgid;
    if (walk->found >= RECIPE_ANCESTORS) return pid == 0;
    if (!walk->birth || walk->birth == pid) {
      if (!pid) return 1;
      if (!put_live(o, walk, live)) return 0;
      walk->found += 1;
      live = live->real_parent;
      if (pid == 1) return 1;
      continue;
    }
    struct tombstone* tombstone = tombstone_of(walk->birth, walk->child_start);
    if (tombstone) {
      if (!put_dead(o, walk, tombstone)) return 0;
      walk->found += 1;
      if (!walk->birth) return 0;
    } else if (pid <= 1) {
      return 0;
    } else {
      live = live->real_parent;
    }
  }
  return 0;
}

__noinline record_u64 put_ancestors(struct out_record* o) {
  if (!o) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  record_u64 at = o->used;
  if (!has_room(at)) return 0;
  struct record_item* item = (void*)RECORD_AT(o, at);
  o->used = at + sizeof *item;
  struct tree_walk walk = {task->group_leader->start_boottime, birth_parent_of(task->tgid), 0, 0};
  record_u64 complete = walk_tree(o, &walk);
  if (!walk.found) count(COUNTER_parent_unknown);
  if (!complete) count(COUNTER_ancestors_truncated);
  item->field = FIELD_process_ancestors;
  item->flags = complete ? 0 : ITEM_TRUNCATED;
  item->bytes = o->used - at - sizeof *item;
  o->items += 1;
  return 0;
}

/* After exe has been written: its place in text is used again. */
__noinline record_u64 put_cwd(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  struct path_walk walk = {};
  start_walk(&walk, task, TEXT_EXE);
  walk.dentry = (record_u64)task->fs->pwd.dentry;
  walk.mnt = (record_u64)task->fs->pwd.mnt;
  read_path(c, &walk);
  put_path(o, c, FIELD_process_cwd | (walk.cut ? ITEM_TRUNCATED << 16 : 0), walk.at, TEXT_EXE + RECIPE_PATH_BYTES - walk.at);
  STATE(c, LANE_EXE) = VALUE_NOT_FETCHED;
  return 0;
}

__noinline record_u64 put_process_texts(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  put_value(o, c, LANE_NAME, FIELD_process_name);
  /* comm ends at its NUL: its length from the words */
  struct task_struct* task = bpf_get_current_task_btf();
  record_u64* comm = (record_u64*)(c->text + TEXT_COMM);
  bpf_probe_read_kernel(comm, RECIPE_COMM_BYTES, task->comm);
  record_u32 bytes = first_zero(comm[0]);
  if (bytes == 8) bytes += first_zero(comm[1]);
  put_text(o, c, FIELD_process_comm, TEXT_COMM, bytes);
  put_value(o, c, LANE_ARGV, FIELD_argv);
  put_value(o, c, LANE_EXE, FIELD_process_exe);
  return 0;
}

/* Everything that a record says of the current process but its thread. */
__noinline record_u64 put_process(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  const struct cred* cred = task->cred;
  put_number(o, FIELD_process_pid, task->tgid);
  put_number(o, FIELD_process_uid, cred->uid.val);
  put_number(o, FIELD_process_gid, cred->gid.val);
  put_number(o, FIELD_process_euid, cred->euid.val);
  put_number(o, FIELD_process_start_time, task->group_leader->start_boottime);
  put_process_texts(o, c);
  put_ancestors(o);
  if (task->fs) put_cwd(o, c);
  return 0;
}

/* Wakes the reader if it has said that it sleeps: after the record is there, so that either it sees the record before it sleeps
 * or this sees that it does. An empty, discarded entry carries the wake-up. */
static __always_inline void wake_reader(void) {
  if (!control.reader_sleeps || !__sync_lock_test_and_set(&control.reader_sleeps, 0)) return;
  void* nothing = bpf_ringbuf_reserve(&ring, 8, 0);
  if (nothing) bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

__noinline record_u64 send_record(struct out_record* o, record_u32 generation) {
  if (!o) return 0;
  struct record_header* head = (void*)o->bytes;
  record_u64 used = o->used;
  head->bytes = used;
  head->generation = generation;
  head->items = o->items;
  if (used > RECIPE_RECORD_BYTES) {
    count(COUNTER_record_too_large);
    return 0;
  }
  count(COUNTER_events_matched_filter);
  if (bpf_ringbuf_output(&ring, o->bytes, used, BPF_RB_NO_WAKEUP)) count(COUNTER_ring_full);
  wake_reader();
  return 0;
}

/* --- the end of every probe -------------------------------------------------------------------------------------------------
 */

__noinline record_u64 put_extras(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  for (record_u32 i = 0; i < CLASSIFY_EXTRAS; ++i) {
    if (i >= c->extras) break;
    put_number(o, c->extra[i].field, c->extra[i].value);
  }
  if (c->text_field) put_text(o, c, c->text_field, c->text_at, c->text_bytes);
  return 0;
}

/* The other path of the event; its place in text is that of file.path, which has been written. */
__noinline record_u64 put_source(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  if (c->event == EVENT_symlink || c->event == EVENT_mount) { /* any text */
    record_u64 bytes = bpf_probe_read_user_str(c->text + TEXT_FILE, RECIPE_PATH_BYTES, (const void*)c->source);
    if ((long)bytes > 0 && bytes <= RECIPE_PATH_BYTES) put_path(o, c, FIELD_file_source, TEXT_FILE, bytes - 1);
  } else if (read_asked_path(c, c->source_folder, c->source)) {
    put_path(o, c, FIELD_file_source | c->path_flags << 16, VALUE(c, LANE_FILE_PATH).at, VALUE(c, LANE_FILE_PATH).bytes);
  }
  return 0;
}

/* The values of the event's own lanes. */
__noinline record_u64 put_values(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  record_u32 event = c->event;
  if (event >= EVENT_open && event <= EVENT_mount) {
    put_value(o, c, LANE_FILE_NAME, FIELD_file_name);
    if (STATE(c, LANE_FILE_PATH) == VALUE_NOT_FETCHED) fetch_file_path(c);
    put_path(o, c, FIELD_file_path | c->path_flags << 16, VALUE(c, LANE_FILE_PATH).at, VALUE(c, LANE_FILE_PATH).bytes);
    if (event == EVENT_open) put_value(o, c, LANE_FILE_ACCESS, FIELD_file_access);
    if (c->source) put_source(o, c);
  } else if (event == EVENT_exec) {
    put_value(o, c, LANE_TRAITS, FIELD_process_traits);
  } else if (event >= EVENT_connect && event <= EVENT_accept) {
    put_value(o, c, LANE_IP, FIELD_dst_ip);
    put_value(o, c, LANE_PORT, FIELD_dst_port);
  } else if (event == EVENT_dns || event == EVENT_dns_answer) {
    put_value(o, c, LANE_DOMAIN, FIELD_dns_question);
  }
  return 0;
}

/* The script that was asked for. Last: its place in text is that of exe. */
__noinline record_u64 put_script(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  record_u64 bprm = c->mnt, filename = read_word(bprm + bpf_core_field_offset(struct linux_binprm, filename));
  if (read_word(bprm + bpf_core_field_offset(struct linux_binprm, interp)) == filename) return 0;
  record_u64 bytes = bpf_probe_read_kernel_str(c->text + TEXT_EXE, RECIPE_PATH_BYTES, (const void*)filename);
  if ((long)bytes <= 0 || bytes > RECIPE_PATH_BYTES) return 0;
  put_path(o, c, FIELD_process_script, TEXT_EXE, bytes - 1); /* without the NUL */
  return 0;
}

/* For tracepoints of system calls. */
SEC("tracepoint/finish") int recipe_finish_syscall(void* context) {
  record_u32 key = 0;
  struct classify* c = bpf_map_lookup_elem(&scratch, &key);
  if (c && c->busy) finish_event(c);
  return 0;
}
