/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* How a record is written: item by item into the per-CPU buffer, then to the ring. A write begins at most at
 * RECIPE_RECORD_BYTES and has room for one text behind that, so it never leaves the buffer; a record that grew beyond is
 * counted and dropped by send_record (paths are cut to the room first, so only a bug could make one). */
/* clang-format off */
#include "lib/probe.h"
#include "lib/finish.h"
#include "lib/read_task.h"
#include "lib/read_file.h"
/* clang-format on */

#define RECORD_AT(o, at) ((o)->bytes + (at))

static __always_inline int has_room(record_u64 at) {
  return at <= RECIPE_RECORD_BYTES;
}

/* An item of 8 bytes. */
__noinline record_u64 put_number(struct out_record* o, record_u32 field_and_flags, record_u64 value) {
  if (!o) return 0;
  record_u64 at = o->used;
  if (!has_room(at)) return 0;
  struct record_item* item = (void*)RECORD_AT(o, at);
  item->field = field_and_flags;
  item->flags = field_and_flags >> 16;
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

/* Where the walk up the tree is. Tasks are addresses, read by probe reads: a step can then be a function of its own, which the
 * verifier walks once. */
struct tree_walk {
  record_u64 child_start;
  record_u64 live;  /* the next live task */
  record_u32 birth; /* the next ancestor's pid; 0: unknown, then it is the live parent */
  record_u32 found;
  record_u32 complete;
  volatile record_u32 name_bytes; /* through memory: so the verifier sees one state after the name, not one a way to get it */
};

static __always_inline int put_live(struct out_record* o, struct tree_walk* walk, record_u32 pid) {
  struct record_ancestor* ancestor = begin_ancestor(o);
  if (!ancestor) return 0;
  record_u64 task = walk->live, leader = read_word(TASK_AT(task, group_leader)), cred = read_word(TASK_AT(task, cred));
  walk->child_start = read_word(TASK_AT(leader, start_boottime));
  struct process_entry* entry = process_entry_of(pid);
  walk->birth = entry ? entry->birth_parent : 0;
  record_u32 kept = entry && entry->bits & PROCESS_COMMAND_KEPT ? ANCESTOR_KEPT : 0;
  ancestor->pid = pid;
  ancestor->uid = read_half(cred + bpf_core_field_offset(struct cred, uid));
  ancestor->start_time = walk->child_start;
  ancestor->birth_parent = walk->birth;
  bpf_probe_read_kernel(ancestor->comm, sizeof ancestor->comm, (const void*)TASK_AT(leader, comm));
  walk->name_bytes = copy_name(task, (void*)ancestor + sizeof *ancestor);
  record_u32 bytes = walk->name_bytes & 0xff;
  ancestor->has = kept | ANCESTOR_PID | ANCESTOR_UID | ANCESTOR_START_TIME | ANCESTOR_COMM | (bytes ? ANCESTOR_NAME : 0);
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
  record_u32 kept = tombstone->bits & PROCESS_COMMAND_KEPT ? ANCESTOR_KEPT : 0;
  ancestor->has = kept | ANCESTOR_PID | ANCESTOR_UID | ANCESTOR_START_TIME | ANCESTOR_COMM | (bytes ? ANCESTOR_NAME : 0);
  walk->child_start = tombstone->start_time;
  walk->birth = tombstone->birth_parent;
  end_ancestor(o, ancestor, bytes);
  return 1;
}

/* One step upward. Returns 0 at the end. */
__noinline record_u64 step_up(struct out_record* o, struct tree_walk* walk) {
  if (!o || !walk) return 0;
  record_u32 pid = read_half(TASK_AT(walk->live, tgid));
  if (walk->found >= RECIPE_ANCESTORS) {
    walk->complete = pid == 0;
    return 0;
  }
  if (!walk->birth || walk->birth == pid) {
    walk->complete = !pid;
    if (!pid || !put_live(o, walk, pid)) return 0;
    walk->found += 1;
    walk->live = read_word(TASK_AT(walk->live, real_parent));
    walk->complete = pid == 1;
    return pid != 1;
  }
  struct tombstone* tombstone = tombstone_of(walk->birth, walk->child_start);
  if (tombstone) {
    if (!put_dead(o, walk, tombstone)) return 0;
    walk->found += 1;
    return walk->birth != 0;
  }
  if (pid <= 1) return 0;
  walk->live = read_word(TASK_AT(walk->live, real_parent));
  return 1;
}

/* The ancestors, parent first: live ones by real_parent, dead ones by tombstone; after dead ones the walk looks for the next
 * birth parent higher up among the live. Returns 1 where the list is complete. */
__noinline record_u64 walk_tree(struct out_record* o, struct tree_walk* walk) {
  if (!o || !walk) return 0;
  for (record_u32 i = 0; i < 2 * RECIPE_ANCESTORS; ++i)
    if (!step_up(o, walk)) break;
  return walk->complete;
}

__noinline record_u64 put_ancestors(struct out_record* o) {
  if (!o) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  record_u64 at = o->used;
  if (!has_room(at)) return 0;
  struct record_item* item = (void*)RECORD_AT(o, at);
  o->used = at + sizeof *item;
  struct tree_walk walk = {
      task->group_leader->start_boottime, (record_u64)task->real_parent, birth_parent_of(task->tgid), 0, 0, 0};
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

/* What tells where a process ran once it has gone: userspace finds the container by the cgroup, and knows by the mount
 * namespace whose files its paths name. */
__noinline record_u64 put_surroundings(struct out_record* o) {
  if (!o) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  put_number(o, FIELD_process_capabilities,
             read_word((record_u64)task->cred + bpf_core_field_offset(struct cred, cap_effective)));
  if (task->cgroups) put_number(o, FIELD_process_cgroup_id, task->cgroups->dfl_cgrp->kn->id);
  if (task->nsproxy) put_number(o, FIELD_process_namespaces_mount, task->nsproxy->mnt_ns->ns.inum);
  return 0;
}

/* Which file was executed: its path may name another one a moment later. c->dentry is the file. */
__noinline record_u64 put_executable(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  record_u64 inode = inode_of_file(c->dentry);
  if (!inode) return 0;
  record_u64 super = read_word(inode + bpf_core_field_offset(struct inode, i_sb));
  put_number(o, FIELD_process_file_inode, read_word(inode + bpf_core_field_offset(struct inode, i_ino)));
  put_number(o, FIELD_process_file_mode, mode_of_inode(inode));
  put_number(o, FIELD_process_file_uid, read_half(inode + bpf_core_field_offset(struct inode, i_uid)));
  put_number(o, FIELD_process_file_gid, read_half(inode + bpf_core_field_offset(struct inode, i_gid)));
  if (!super) return 0;
  put_number(o, FIELD_process_file_device, read_half(super + bpf_core_field_offset(struct super_block, s_dev)));
  put_number(o, FIELD_process_file_filesystem | ITEM_NUMBER << 16,
             read_word(super + bpf_core_field_offset(struct super_block, s_magic)));
  return 0;
}

/* Everything that a record says of the current process but its thread. */
__noinline record_u64 put_process(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  const struct cred* cred = task->cred;
  put_number(o, FIELD_process_pid, task->tgid);
  put_value(o, c, LANE_UID, FIELD_process_uid);
  put_number(o, FIELD_process_gid, cred->gid.val);
  put_value(o, c, LANE_EUID, FIELD_process_euid);
  put_number(o, FIELD_process_start_time, task->group_leader->start_boottime);
  put_surroundings(o);
  put_process_texts(o, c);
  put_ancestors(o);
  if (task->fs) put_cwd(o, c);
  return 0;
}

/* The process that an answer belongs to, where another one may be running: what is not known of it is marked as cut. */
__noinline record_u64 put_asker(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  put_value(o, c, LANE_UID, FIELD_process_uid);
  put_value(o, c, LANE_GID, FIELD_process_gid);
  put_value(o, c, LANE_EUID, FIELD_process_euid);
  put_value(o, c, LANE_NAME, FIELD_process_name);
  put_text(o, c, FIELD_process_exe | ITEM_TRUNCATED << 16, TEXT_EXE, 0);
  put_text(o, c, FIELD_argv | ITEM_TRUNCATED << 16, TEXT_ARGV, 0);
  put_text(o, c, FIELD_process_ancestors | ITEM_TRUNCATED << 16, TEXT_NUMBERS, 0);
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

/* One of the probe's own items. Returns 0 behind the last. */
__noinline record_u64 put_extra(struct out_record* o, struct classify* c, record_u32 which) {
  if (!o || !c || which >= c->extras) return 0;
  record_u32 at = BOUND(which, CLASSIFY_EXTRAS - 1), flags = c->extra[at].flags;
  if (c->extra[at].at)
    put_text(o, c, c->extra[at].field | flags << 16, c->extra[at].at, c->extra[at].value);
  else
    put_number(o, c->extra[at].field | flags << 16, c->extra[at].value);
  return 1;
}

__noinline record_u64 put_extras(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  for (record_u32 i = 0; i < CLASSIFY_EXTRAS; ++i)
    if (!put_extra(o, c, i)) break;
  return 0;
}

/* The other path of the event; its place in text is that of file.path, which has been written. */
__noinline record_u64 put_source(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  if (c->kept) {
    record_u64 bytes = BOUND(c->source_folder >> 32, 0x1fff);
    if (bytes > RECIPE_PATH_BYTES) return 0;
    bpf_probe_read_kernel(c->text + TEXT_FILE, bytes, (const void*)c->source);
    put_path(o, c, FIELD_file_source | (c->source_folder & 0xffff) << 16, TEXT_FILE, bytes);
  } else if (c->event == EVENT_symlink || c->event == EVENT_mount) { /* any text */
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
    put_text(o, c, FIELD_dns_question | (STATE(c, LANE_DOMAIN) == VALUE_KNOWN ? 0 : ITEM_TRUNCATED << 16), TEXT_DOMAIN,
             VALUE(c, LANE_DOMAIN).bytes);
  } else if (event == EVENT_unix_connect) {
    put_value(o, c, LANE_SOCKET_PATH, FIELD_socket_path);
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
