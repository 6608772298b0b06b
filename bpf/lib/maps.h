/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The maps. Defined in one file (maps.bpf.c, or test.bpf.c of the test object, which sets MAP_LINKAGE), extern in the others.
 */
#pragma once
/* The kernel's headers come in this order. */
/* clang-format off */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* clang-format on */
#include "../abi/maps.h"
#include "bound.h"
#include "classify_state.h"

#ifndef MAP_LINKAGE
#define MAP_LINKAGE extern
#endif

/* Two images: the active one and the one that is filled next. One array, mapped by userspace. */
struct image {
  union {
    record_u8 bytes[RECIPE_IMAGE_BYTES];
    /* Read by offset; named here so that BTF holds them and a test compares them with the host's. */
    struct filter_header header;
    struct pivot_bucket pivot;
    struct filter_block block;
    struct index_bucket index;
    struct index_run run;
    struct mark_run mark;
    struct index_literal literal;
    struct env_name name;
  };
};
MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 2);
  __type(key, record_u32);
  __type(value, struct image);
} filter SEC(".maps");

/* Bounded for any offset. */
#define IMAGE_AT(type, base, offset) (*(const type*)((base) + BOUND(offset, RECIPE_IMAGE_MASK & ~((int)sizeof(type) - 1))))
static inline __attribute__((always_inline, unused)) const record_u8* image_at(record_u32 which) {
  const struct image* image = bpf_map_lookup_elem(&filter, &which);
  return image ? image->bytes : 0;
}

/* The classifier's working memory: touched only once a block is found. */
MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, record_u32);
  __type(value, struct classify);
} scratch SEC(".maps");

#ifndef RECIPE_CLASSIFIER_ONLY
/* The record under construction: touched only once something matched. Behind its largest size there is room for one text, so
 * that a write is bounded by one comparison before it. */
struct out_record {
  record_u32 used;
  record_u32 items;
  union {
    record_u8 bytes[RECIPE_RECORD_BYTES + RECIPE_PATH_BYTES + 64];
    struct record_header header; /* for BTF, as in struct image */
    struct record_item item;
    struct record_ancestor ancestor;
  };
};
MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, record_u32);
  __type(value, struct out_record);
} record SEC(".maps");

MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, RECIPE_RING_BYTES);
} ring SEC(".maps");

MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, COUNTER_ROWS);
  __type(key, record_u32);
  __type(value, record_u64);
} counters SEC(".maps");

/* By pid. max_entries becomes kernel.pid_max at load. */
MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 32768);
  __type(key, record_u32);
  __type(value, struct process_entry);
} processes SEC(".maps");

MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, RECIPE_TOMBSTONES);
  __type(key, record_u32);
  __type(value, struct tombstone);
} tombstones SEC(".maps");

MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, RECIPE_IDS_UNDER_WAY);
  __type(key, record_u32);
  __type(value, struct user_ids);
} ids_before SEC(".maps");

MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, RECIPE_ASKERS);
  __type(key, record_u64);
  __type(value, struct asker);
} askers SEC(".maps");
MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, RECIPE_PIPE_WRITERS);
  __type(key, struct pipe_writer_key);
  __type(value, struct pipe_writer);
} pipe_writers SEC(".maps");
MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, RECIPE_COMMANDS);
  __type(key, record_u32);
  __type(value, struct kept_command);
} commands SEC(".maps");
/* One under construction: it is larger than a stack. */
MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, record_u32);
  __type(value, struct kept_command);
} command SEC(".maps");

/* Of the task: it cannot be pushed out by others, and goes with it. Deleted at the end of the call. */
MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct kept_names);
} names SEC(".maps");
MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct kept_mount);
} mounts SEC(".maps");

/* The one heavy program of its type, which judges the event and sends its record: probes reach it by a tail call, because the
 * verifier walks the global functions anew for each program that uses them. */
MAP_LINKAGE struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 1);
  __type(key, record_u32);
  __type(value, record_u32);
} finish_syscall SEC(".maps");

extern struct control control;

static inline __attribute__((always_inline, unused)) void count(record_u32 row) {
  record_u64* n = bpf_map_lookup_elem(&counters, &row);
  if (n) *n += 1;
}

static inline __attribute__((always_inline, unused)) struct process_entry* process_entry_of(record_u32 pid) {
  return bpf_map_lookup_elem(&processes, &pid);
}
#endif
