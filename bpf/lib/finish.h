/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The end of every probe: is there a candidate, and then the record. In: the classifier's memory, as the probe has filled it.
 */
#pragma once
#include "probe.h"

extern record_u64 judge_bucket(struct classify* c, record_u32 bucket, record_u32 tag);
extern record_u64 judge_block(struct classify* c, record_u32 block);
extern record_u64 put_number(struct out_record* o, record_u32 field_and_flags, record_u64 value);
extern record_u64 put_candidates(struct out_record* o, struct classify* c);
extern record_u64 put_values(struct out_record* o, struct classify* c);
extern record_u64 put_extras(struct out_record* o, struct classify* c);
extern record_u64 put_process(struct out_record* o, struct classify* c);
extern record_u64 put_asker(struct out_record* o, struct classify* c);
extern record_u64 put_executable(struct out_record* o, struct classify* c);
extern record_u64 put_script(struct out_record* o, struct classify* c);
extern record_u64 put_environment(struct out_record* o, struct classify* c);
extern record_u64 put_stdin_pipe(struct out_record* o);
extern record_u64 put_proc_pid(struct out_record* o, struct classify* c);
extern record_u64 send_record(struct out_record* o, record_u32 generation);

static __always_inline int is_candidate(struct classify* c) {
  if (c->wanted > 0) judge_bucket(c, c->bucket, c->tag);
  if (c->wanted < 0)
    count(COUNTER_name_unreadable);
  else if (c->default_block)
    judge_block(c, c->default_block);
  return c->outs || c->overflow || c->wanted < 0;
}

/* Before the event has its time: a child that is forked after that time has the bits, and so has the process's next event. */
static __always_inline void set_marks(struct classify* c) {
  record_u32 marks = c->marks;
  if (c->wanted < 0) marks = c->image ? control.marks[1] : control.marks[0];
  if (!marks) return;
  struct process_entry* entry = process_entry_of(c->process);
  if (entry) __sync_fetch_and_or(&entry->tags, marks);
}

static __always_inline void send_event(struct classify* c) {
  record_u32 key = 0;
  struct out_record* o = bpf_map_lookup_elem(&record, &key);
  if (!o) return;
  set_marks(c);
  struct record_header* head = (void*)o->bytes;
  head->event = c->event;
  head->flags = 0;
  head->time_boot_ns = bpf_ktime_get_boot_ns();
  head->boot_wall_ns = 0;
  o->used = sizeof *head;
  o->items = 0;
  put_candidates(o, c);
  if (c->wanted < 0) head->flags |= RECORD_ALL_CANDIDATES;
  put_values(o, c);
  put_extras(o, c);
  if (c->event == EVENT_dns_answer)
    put_asker(o, c);
  else
    put_process(o, c);
  if (c->event == EVENT_exec) {
    put_executable(o, c);
    put_script(o, c);
    put_stdin_pipe(o);
    put_environment(o, c);
  }
  if (c->event == EVENT_open) put_proc_pid(o, c);
  send_record(o, c->image ? control.generation[1] : control.generation[0]);
}

/* Judges the event and sends the record of a candidate; the classifier is free again afterwards. Inline: one call more, and the
 * chain would be deeper than the kernel allows. */
static __always_inline void finish_event(struct classify* c) {
  if (is_candidate(c)) send_event(c);
  c->busy = 0;
}
