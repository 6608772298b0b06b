/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What every probe does, in this order:
 *
 *   begin_event      which image is active, is the process in the scope
 *   ask_pivot        could a block want this name? one cache line
 *   begin_classify   only now the classifier's memory is touched; then the probe puts into it what it knows of the event:
 *                    values of lanes (set_number, c->dentry), other fields of the record (add_number)
 *   finish_event     judges by the named blocks and the default block, and sends the record of a candidate
 *
 * The functions that are only declared here are global ones of judge.bpf.c: the verifier walks each of them once a program. */
#pragma once
#include "maps.h"
/* clang-format off */
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "kernel_types.h"
#include "hash.h"
#include "bound.h"
#include "read_path.h"
/* clang-format on */

enum catalogue_number {
#define EVENT(id, name, number, families, doc) EVENT_##id = number,
#define FIELD(id, name, number, type, origin, lane, on, doc, example) FIELD_##id = number,
#include "../abi/catalogue.def"
};
enum catalogue_flag {
#define FLAG(field, name, bit, doc) FLAG_##field##_##name = bit,
#include "../abi/catalogue.def"
};

extern record_u64 hash_name_at(record_u64 seed, record_u64 name, record_u32 bytes);
extern record_u64 ask_bucket(record_u32 active, record_u32 bucket, record_u32 tag);
extern record_u64 fetch_value(struct classify* c, record_u32 lane);
extern record_u64 fetch_file_path(struct classify* c);
extern record_u64 read_asked_path(struct classify* c, record_u64 folder, record_u64 pointer);

struct probe_start {
  const struct control_head* head;
  const record_u8* image;
  record_u32 active;
  record_u32 bucket;
  record_u32 tag;
  record_u32 tags; /* of LANE_TAGS, that the name gives; exec only */
  int wanted;      /* ask_pivot's answer */
};

/* Is the process in the scope? */
static __always_inline int is_watched(record_u32 process) {
  if (!(control.flags & CONTROL_SCOPE)) return 1;
  struct process_entry* entry = process_entry_of(process);
  return entry && entry->bits & PROCESS_WATCHED;
}

/* 0: no filter, or the process is not in the scope. event is a constant. */
static __always_inline int begin_event_of(struct probe_start* start, record_u32 event, record_u32 process) {
  record_u32 active = control.active;
  if (active >= CONTROL_NO_IMAGE) return 0;
  if (!is_watched(process)) return 0;
  start->active = active;
  if (event == EVENT_exec)
    start->head = active ? &control.exec[1] : &control.exec[0];
  else
    start->head = active ? &control.event[event][1] : &control.event[event][0];
  start->image = image_at(active);
  start->wanted = 0;
  start->bucket = start->tag = start->tags = 0;
  return start->image != 0;
}

static __always_inline int begin_event(struct probe_start* start, record_u32 event) {
  return begin_event_of(start, event, current_process());
}

/* The hash of a name, from a copy of its first 64 bytes. */
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

static __always_inline record_u64 seed_of(const struct probe_start* start) {
  return start->active ? control.seed[1] : control.seed[0];
}

/* The pivot's answer: 1 some block could want the name that has this hash, 0 none, -1 there is no hash (0). */
static __always_inline int ask_hash(struct probe_start* start, record_u64 hash) {
  start->wanted = -1;
  if (!hash) return -1;
  start->tag = pivot_tag(hash);
  start->bucket = start->head->pivot_offset + pivot_bucket_of(hash, start->head->pivot_mask) * sizeof(struct pivot_bucket);
  record_u32 hit = 0;
#pragma unroll
  for (record_u32 i = 0; i < 16; ++i) hit |= IMAGE_AT(record_u32, start->image, start->bucket + 4 * i) >> 16 == start->tag;
  start->wanted = 0;
  if (!hit) return 0;
  record_u64 names = ask_bucket(start->active, start->bucket, start->tag);
  start->tags = (record_u32)names;
  start->wanted = names >> 32;
  return start->wanted;
}

/* The same for the name at a kernel address. The copy lies in a frame of its own: with it in the probe's, the deepest chain of
 * calls would not fit into the 512 bytes that Linux 6.1 gives, where each frame counts as a multiple of 32. */
static __always_inline int ask_pivot(struct probe_start* start, record_u64 name, record_u32 bytes) {
  return ask_hash(start, hash_name_at(seed_of(start), name, bytes));
}

/* Nothing to judge: the event ends here. Opens ask more: is_unwanted_open. */
static __always_inline int is_unwanted(const struct probe_start* start) {
  return !start->wanted && !start->head->default_block;
}

/* The classifier's memory, made ready for one event; 0: another event is at work with it on this processor. */
static __always_inline struct classify* begin_classify(const struct probe_start* start, record_u32 event) {
  record_u32 key = 0;
  struct classify* c = bpf_map_lookup_elem(&scratch, &key);
  if (!c) return 0;
  if (c->busy) {
    count(COUNTER_probe_interrupted);
    return 0;
  }
  c->busy = 1;
  c->image = start->active;
  c->seed = seed_of(start);
  c->outs = c->overflow = c->marks = 0;
  c->dentry = c->mnt = 0;
  c->path_flags = 0;
  c->event = event;
  c->process = current_process();
  c->bucket = start->bucket;
  c->tag = start->tag;
  c->default_block = start->head->default_block;
  c->wanted = start->wanted;
  c->extras = c->kept = 0;
  c->source = 0;
  __builtin_memset(c->state, VALUE_NOT_FETCHED, sizeof c->state);
  return c;
}

static __always_inline void set_value(struct classify* c, record_u32 lane, record_u32 state, record_u32 at, record_u32 bytes) {
  VALUE(c, lane).at = at;
  VALUE(c, lane).bytes = bytes;
  STATE(c, lane) = state;
}

static __always_inline void set_number(struct classify* c, record_u32 lane, record_u64 number) {
  *(record_u64*)(c->text + TEXT_NUMBERS + 8 * lane) = number;
  set_value(c, lane, VALUE_KNOWN, TEXT_NUMBERS + 8 * lane, 8);
}

static __always_inline void add_item(struct classify* c, record_u32 field, record_u32 flags, record_u32 at, record_u64 value) {
  record_u32 slot = BOUND(c->extras, CLASSIFY_EXTRAS - 1);
  c->extra[slot].field = field;
  c->extra[slot].flags = flags;
  c->extra[slot].at = at;
  c->extra[slot].value = value;
  c->extras = slot + 1;
}

/* A number of the event, for its record; and a text that lies in classify.text. */
static __always_inline void add_number(struct classify* c, record_u32 field, record_u64 value) {
  add_item(c, field, 0, 0, value);
}
static __always_inline void add_text(struct classify* c, record_u32 field, record_u32 at, record_u32 bytes) {
  add_item(c, field, 0, at, bytes);
}
/* What the kernel knows by its number and the reader writes out: ITEM_NUMBER. */
static __always_inline void add_numbered(struct classify* c, record_u32 field, record_u64 value) {
  add_item(c, field, ITEM_NUMBER, 0, value);
}

/* A name of at most 255 bytes, of the caller's memory, for its record. One an event: there is one place for it. */
static __always_inline void add_user_text(struct classify* c, record_u32 field, record_u64 pointer) {
  long bytes = bpf_probe_read_user_str(c->text + TEXT_EXTRA, RECIPE_NAME_BYTES, (const void*)pointer);
  if (bytes > 0) add_text(c, field, TEXT_EXTRA, bytes - 1);
}

/* An event whose pivot is the name of the process. 0: it ends here. The probe of a system call then leaves by finish_call. */
static __always_inline struct classify* begin_of_process(record_u32 event) {
  struct probe_start start;
  if (!begin_event(&start, event)) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  struct mm_struct* mm = task->mm;
  struct file* file = mm ? mm->exe_file : 0;
  struct path_node node = {};
  record_u64 named = file ? named_image_of(file) : 0;
  if (named) read_node(named, &node);
  /* A kernel thread has no executable: no name of a block is its name. */
  if (mm) ask_pivot(&start, node.name, node.hash_len >> 32);
  if (is_unwanted(&start)) return 0;
  struct classify* c = begin_classify(&start, event);
  if (c) add_number(c, FIELD_process_tid, current_thread());
  return c;
}
