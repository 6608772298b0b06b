/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Writes a record, item by item, into the per-CPU buffer, and hands it to the ring. A write begins at most at
 * RECIPE_RECORD_BYTES and has room for one text behind that, so it never leaves the buffer; a record that grew beyond is
 * counted and dropped by send_record (paths are cut to the room first, so only a bug could make one). */
#pragma once
#include "bound.h"
#include "maps.h"

#define RECORD_AT(o, at) ((o)->bytes + (at))

static __always_inline int has_room(record_u64 at) {
  return at <= RECIPE_RECORD_BYTES;
}

static __always_inline void begin_record(struct out_record* o, record_u16 event) {
  struct record_header* head = (void*)o->bytes;
  head->event = event;
  head->flags = 0;
  head->time_boot_ns = bpf_ktime_get_boot_ns();
  head->boot_wall_ns = 0;
  o->used = sizeof *head;
  o->items = 0;
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
  record_u64 source = BOUND(from, 0x1fff), length = BOUND(bytes, 0x1fff);
  if (length <= RECIPE_PATH_BYTES) bpf_probe_read_kernel(RECORD_AT(o, at), length, c->text + source);
  return 0;
}

/* What a last item may still hold. */
static __always_inline record_u32 room_left(const struct out_record* o) {
  record_u32 used = o->used + sizeof(struct record_item) + 8;
  return used < RECIPE_RECORD_BYTES ? RECIPE_RECORD_BYTES - used : 0;
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
