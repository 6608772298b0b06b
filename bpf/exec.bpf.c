/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* exec: the new image is in place and has not run yet; its own stack holds argv, so nobody can change it between our look and
 * its use. In: the task, its bprm. Out: a record in the ring, if the filter finds a candidate. What costs comes last: an exec
 * that no recipe wants touches the control line, the file's dentry and one pivot bucket, and counts nothing. */
#include "lib/classify_bpf.h"
/* clang-format off */
#include <bpf/bpf_tracing.h>
#include "lib/read_task.h"
#include "lib/read_path.h"
#include "lib/emit.h"
/* clang-format on */

enum exec_field {
#define EVENT(id, name, number, families, doc) EVENT_##id = number,
#define FIELD(id, name, number, type, origin, lane, on, doc, example) FIELD_##id = number,
#include "abi/catalogue.def"
};

static __always_inline void set_value(struct classify* c, record_u32 which, record_u32 state, record_u32 at, record_u32 bytes) {
  VALUE(c, which).at = at;
  VALUE(c, which).bytes = bytes;
  VALUE(c, which).state = state;
}

static __always_inline void set_number(struct classify* c, record_u32 which, record_u64 number) {
  *(record_u64*)(c->text + TEXT_NUMBERS + 8 * which) = number;
  set_value(c, which, VALUE_KNOWN, TEXT_NUMBERS + 8 * which, 8);
}

__noinline record_u64 fetch_name(struct classify* c) {
  if (!c) return 0;
  record_u32 bytes = copy_name(bpf_get_current_task_btf(), c->text + TEXT_NAME);
  set_value(c, VALUE_NAME, bytes ? VALUE_KNOWN : VALUE_UNKNOWN, TEXT_NAME, bytes);
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
  set_value(c, VALUE_ARGV, state, TEXT_ARGV, bytes);
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
  set_value(c, VALUE_PARENT_NAME, bytes ? VALUE_KNOWN : state, TEXT_PARENT_NAME, bytes);
  return 0;
}

static __always_inline void start_walk(struct path_walk* walk, struct task_struct* task, const struct path* path) {
  walk->dentry = (record_u64)path->dentry;
  walk->mnt = (record_u64)path->mnt;
  walk->root_dentry = (record_u64)task->fs->root.dentry;
  walk->root_mnt = (record_u64)task->fs->root.mnt;
}

__noinline record_u64 fetch_exe(struct classify* c) {
  if (!c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  struct path_walk walk = {};
  start_walk(&walk, task, &task->mm->exe_file->f_path);
  if (!walk.dentry) {
    set_value(c, VALUE_EXE, VALUE_UNKNOWN, TEXT_PATH_END, 0);
    return 0;
  }
  read_path(c, &walk);
  set_value(c, VALUE_EXE, walk.cut ? VALUE_UNKNOWN : VALUE_KNOWN, walk.at, TEXT_PATH_END - walk.at);
  return 0;
}

__noinline record_u64 fetch_value(struct classify* c, record_u32 lane) {
  if (!c) return 0;
  const struct cred* cred = bpf_get_current_task_btf()->cred;
  if (lane == LANE_NAME)
    fetch_name(c);
  else if (lane == LANE_UID)
    set_number(c, VALUE_UID, cred->uid.val);
  else if (lane == LANE_GID)
    set_number(c, VALUE_GID, cred->gid.val);
  else if (lane == LANE_EUID)
    set_number(c, VALUE_EUID, cred->euid.val);
  else if (lane == LANE_PARENT_NAME)
    fetch_parent_name(c);
  else if (lane == LANE_EXE)
    fetch_exe(c);
  else
    fetch_argv(c);
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

/* A value that the classifier may have fetched already, as an item. */
__noinline record_u64 put_value(struct out_record* o, struct classify* c, record_u32 lane, record_u32 field) {
  if (!o || !c) return 0;
  record_u32 which = value_of(lane);
  if (VALUE(c, which).state == VALUE_NOT_FETCHED) fetch_value(c, lane);
  record_u32 at = VALUE(c, which).at, bytes = VALUE(c, which).bytes, state = VALUE(c, which).state;
  if (state == VALUE_ABSENT) return 0;
  if (state == VALUE_UNKNOWN && !bytes) return 0;
  put_text(o, c, field | (state == VALUE_KNOWN ? 0 : ITEM_TRUNCATED << 16), at, bytes);
  return 0;
}

/* After exe has been written: its place in text is used again. The path keeps its tail where the record has no more room. */
__noinline record_u64 put_cwd(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  struct path_walk walk = {};
  start_walk(&walk, task, &task->fs->pwd);
  read_path(c, &walk);
  record_u32 bytes = TEXT_PATH_END - walk.at, room = room_left(o);
  if (bytes > room) {
    walk.at += bytes - room;
    bytes = room;
    walk.cut = 1;
  }
  put_text(o, c, FIELD_process_cwd | (walk.cut ? ITEM_TRUNCATED << 16 : 0), walk.at, bytes);
  return 0;
}

__noinline record_u64 put_script(struct out_record* o, struct classify* c, record_u64 filename) {
  if (!o || !c) return 0;
  record_u64 bytes = bpf_probe_read_kernel_str(c->text + TEXT_EXE, RECIPE_PATH_BYTES, (const void*)filename);
  if ((long)bytes <= 0 || bytes > RECIPE_PATH_BYTES) return 0;
  record_u32 from = TEXT_EXE, room = room_left(o), flags = 0;
  bytes -= 1; /* the NUL */
  if (bytes > room) {
    from += bytes - room;
    bytes = room;
    flags = ITEM_TRUNCATED << 16;
  }
  put_text(o, c, FIELD_process_script | flags, from, bytes);
  return 0;
}

__noinline record_u64 put_text_fields(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  put_value(o, c, LANE_NAME, FIELD_process_name);
  /* comm ends at its NUL: its length from the words, its place behind the numbers of the values */
  record_u64* comm = (record_u64*)(c->text + TEXT_NUMBERS);
  bpf_get_current_comm(comm, RECIPE_COMM_BYTES);
  record_u32 bytes = first_zero(comm[0]);
  if (bytes == 8) bytes += first_zero(comm[1]);
  put_text(o, c, FIELD_process_comm, TEXT_NUMBERS, bytes);
  put_value(o, c, LANE_ARGV, FIELD_argv);
  put_value(o, c, LANE_EXE, FIELD_process_exe);
  return 0;
}

static __always_inline void emit_exec(struct classify* c, struct task_struct* task, record_u32 old_pid,
                                      struct linux_binprm* bprm, record_u32 generation, int undecided) {
  record_u32 key = 0;
  struct out_record* o = bpf_map_lookup_elem(&record, &key);
  if (!o) return;
  const struct cred* cred = task->cred;
  begin_record(o, EVENT_exec);
  put_candidates(o, c);
  if (undecided) ((struct record_header*)o->bytes)->flags |= RECORD_ALL_CANDIDATES;
  put_number(o, FIELD_process_pid, task->tgid);
  put_number(o, FIELD_process_tid, old_pid);
  put_number(o, FIELD_process_uid, cred->uid.val);
  put_number(o, FIELD_process_gid, cred->gid.val);
  put_number(o, FIELD_process_euid, cred->euid.val);
  put_number(o, FIELD_process_start_time, task->group_leader->start_boottime);
  put_text_fields(o, c);
  put_ancestors(o);
  put_cwd(o, c);
  record_u64 filename = read_word((record_u64)&bprm->filename); /* as a number: a pointer may not be an argument */
  if (read_word((record_u64)&bprm->interp) != filename) put_script(o, c, filename);
  send_record(o, generation);
}

/* The hash of the file's name, from a copy of its first 64 bytes. */
static __always_inline record_u64 hash_name(const record_u64* words, record_u64 seed, record_u32 bytes) {
  record_u64 h = key_start(seed, LANE_NAME);
#pragma unroll
  for (record_u32 i = 0; i < RECIPE_HASHED_WORDS; ++i) {
    if (8 * i >= bytes) break;
    record_u32 rest = bytes - 8 * i;
    h = key_word(h, key_tail(words[i], rest < 8 ? rest : 8));
  }
  return key_end(h, KEY_PIVOT, bytes);
}

/* The pivot's answer: 1 some block could want this name, 0 none, -1 the name cannot be read. */
static __always_inline int ask_pivot(const struct control_head* head, const record_u8* image, const struct file* file,
                                     record_u32* bucket, record_u32* tag) {
  record_u64 name = 0, words[RECIPE_HASHED_WORDS];
  record_u32 bytes = 0;
  if (!name_of_file(file, &name, &bytes)) return -1;
  record_u64 copied = bytes < RECIPE_HASHED_BYTES ? bytes : RECIPE_HASHED_BYTES;
  copied = BOUND(copied, 0x7f);
  if (copied > RECIPE_HASHED_BYTES || bpf_probe_read_kernel(words, copied, (const void*)name)) return -1;
  record_u64 hash = hash_name(words, head->seed, bytes);
  *tag = pivot_tag(hash);
  *bucket = pivot_bucket_at(head->pivot_offset, head->pivot_mask, hash);
  record_u32 wanted = 0;
#pragma unroll
  for (record_u32 i = 0; i < 16; ++i) wanted |= image32(0, image, *bucket + 4 * i) >> 16 == *tag;
  return wanted;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(recipe_exec, struct task_struct* task, int old_pid, struct linux_binprm* bprm) {
  record_u32 active = control.active, key = 0, bucket = 0, tag = 0;
  if (active >= CONTROL_NO_IMAGE) return 0;
  if (control.scope) {
    struct process_entry* entry = process_entry_of(task->tgid);
    if (!entry || !(entry->bits & PROCESS_WATCHED)) return 0;
  }
  const struct control_head* head = active ? &control.head[1] : &control.head[0];
  const record_u8* image = image_at(active);
  if (!image) return 0;
  int wanted = ask_pivot(head, image, bprm->file, &bucket, &tag);
  if (!wanted && !head->default_block) return 0;

  struct classify* c = bpf_map_lookup_elem(&scratch, &key);
  if (!c) return 0;
  classify_start(c, active, head->seed);
  if (wanted > 0) judge_bucket(c, bucket, tag);
  if (wanted < 0)
    count(COUNTER_name_unreadable);
  else if (head->default_block)
    judge_block(c, head->default_block);
  if (c->outs || c->overflow || wanted < 0) emit_exec(c, task, old_pid, bprm, head->generation, wanted < 0);
  return 0;
}
