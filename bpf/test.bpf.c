/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The classifier for BPF_PROG_TEST_RUN: tp_btf programs cannot be run so, `syscall` and `socket` programs can. In: the values
 * of an event in the map `input`, where the probes would put them, and an image in `filter`. Out: candidates in the same place.
 * Nothing is read of any process. */
#define MAP_LINKAGE
#define RECIPE_CLASSIFIER_ONLY
#include "lib/classify_bpf.h"

/* The events whose pivot is the file's name: EVENT open to mount of catalogue.def. */
#define FIRST_FILE_EVENT 2
#define LAST_FILE_EVENT 13

/* One event: userspace writes value[] and text, and reads out, outs, overflow. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, record_u32);
  __type(value, struct classify);
} input SEC(".maps");

/* Every value was there before. */
__noinline record_u64 fetch_value(struct classify* c, record_u32 lane) {
  if (c) STATE(c, lane) = VALUE_UNKNOWN;
  return 0;
}

static __always_inline int judge_input(void) {
  record_u32 key = 0;
  struct classify* c = bpf_map_lookup_elem(&input, &key);
  if (!c) return -1;
  c->outs = c->overflow = c->marks = 0;
  record_u32 event = c->number; /* userspace has put the event's number here */
  return judge_event(c, event, event >= FIRST_FILE_EVENT && event <= LAST_FILE_EVENT ? LANE_FILE_NAME : LANE_NAME);
}

/* Returns 0, or 1 where the filter cannot decide. */
SEC("syscall")
int recipe_judge(void* context) {
  return judge_input();
}

/* The same with `repeat`, for timing. */
SEC("socket")
int recipe_judge_often(struct __sk_buff* packet) {
  return judge_input();
}

char recipe_license[] SEC("license") = "GPL";
