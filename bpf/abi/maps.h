/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What the maps hold: shared by the BPF programs and runtime/kernel. Plain C, no pointers, explicit padding. */
#pragma once
#include "limits.h"
#include "records.h"

/* The head of one generation's image, beside the switch, so that an unwanted exec touches two cache lines: this one and one
 * pivot bucket. A copy of filter_header. */
struct control_head {
  record_u64 seed;
  record_u32 generation;
  record_u32 pivot_offset;
  record_u32 pivot_mask;
  record_u32 default_block;
};

/* Written by userspace, read by every program. One reload is one store to `active`. */
struct control {
  record_u32 active; /* which of the two images; 2: none, every exec returns */
  record_u32 scope;  /* 1: only processes with PROCESS_WATCHED are looked at */
  struct control_head head[2];
  record_u64 pad;

  record_u32 reader_sleeps; /* a line of its own: set by the reader, taken by the event that wakes it */
  record_u32 pad2[15];
};
#define CONTROL_NO_IMAGE 2

/* One entry by pid (of the process), kept for every process that was forked since the load, or was found in /proc then. */
struct process_entry {
  record_u32 birth_parent; /* pid of the process that forked it; 0: unknown */
  record_u32 bits;         /* enum process_bits */
};

enum process_bits {
  PROCESS_WATCHED = 1, /* in the scope; children inherit it */
};
#define PROCESS_INHERITED PROCESS_WATCHED

/* A process that exited while a child lived. By pid. */
struct tombstone {
  record_u64 start_time; /* ns from boot */
  record_u64 exit_time;  /* ns from boot */
  record_u32 birth_parent;
  record_u32 uid;
  record_u32 name_bytes; /* 0: not known (before Linux 6.16 the image is gone when the hook runs) */
  record_u32 pad;
  char comm[RECIPE_COMM_BYTES];
  record_u8 name[RECIPE_NAME_BYTES];
};

/* Rows of the per-CPU map `counters`: the order of counters.def, both sides, so that the numbers are the same everywhere. */
enum counter_row {
#define COUNTER(id, side, loss, doc) COUNTER_##id,
#include "counters.def"
  COUNTER_ROWS
};
