/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The filter as bytes: what runtime/classify/lay_out writes and bpf/lib/classify.h reads, in the kernel and in userspace.
 * Everything is an offset from the start of the image; blocks, buckets start at multiples of 64 (a cache line), all else at
 * multiples of 8. How keys are hashed: bpf/lib/hash.h.
 *
 * Path of one exec:
 *   hash the file's name → one pivot bucket (one cache line): which block, if any, could want it
 *   block := that block, and the default block (clauses without a name) where there is one
 *   a named block holds every clause that wants one of its names, so the name itself is decided by the pivot; names with
 *   the same clauses share a block, and a clause that wants several names may stand in several blocks
 *   in a block:  acc = all;  for each lane the block constrains, cheap ones first:
 *                  acc &= (defaults[lane] | set[lane]) & ~clear
 *                stop as soon as acc is zero: nothing further is read of the process
 *   what is left in acc are the candidate slots.
 *
 * A sum, worked out. perl's block has three clauses:
 *   bit 0: argv contains "-e"          bit 1: argv has flag e      bit 2: uid == 0 and not (argv contains "-v")
 *   all = 111.   defaults[uid] = 011,  defaults[argv0] = 100
 *   `perl -le 1` by uid 1000:  uid: no key hits, set = 000:  acc = 111 & (011|000) = 011
 *     argv: "-le" has letter e: set = 010; nothing clears:   acc = 011 & (100|010) = 010: the second clause is a candidate
 *   a "-v" among the arguments would clear bit 2, whatever else is true.
 */
#pragma once
#include "limits.h"
#include "records.h"

/* Lanes: what a clause can constrain in the kernel, in the order in which they are judged (cheap ones first). */
enum kernel_lane {
  LANE_NAME = 0,
  LANE_FILE_ACCESS = 1,
  LANE_FILE_NAME = 2,
  LANE_UID = 3,
  LANE_GID = 4,
  LANE_EUID = 5,
  LANE_TRAITS = 6,
  LANE_PORT = 7,
  LANE_IP = 8,
  LANE_TAGS = 9,  /* names of ancestors that recipes ask for, a bit each; tags are never exact */
  LANE_SELF = 10, /* 1: file.name is process.name, without which file.path == process.exe is false */
  LANE_DOMAIN = 11,
  LANE_ARGV = 12, /* … LANE_ARGV + RECIPE_ARGV_LANES - 1 */
  LANE_PARENT_NAME = 16,
  LANE_FILE_PATH = 17,
  LANE_EXE = 18,
  LANES = 32,
};

/* Kinds of key. A key is a seeded hash of (lane, kind, length, value); argv's lanes all use LANE_ARGV in keys. */
enum key_kind {
  KEY_EXACT = 1,  /* length and first 64 bytes of a string; or an integer */
  KEY_PREFIX = 2, /* the first `length` bytes, 1..64 */
  KEY_SUFFIX = 3, /* the last `length` bytes, 1..64 */
  KEY_FLAG = 4,   /* one option letter */
  KEY_PIVOT = 5,  /* as KEY_EXACT of the name, for the pivot table */
};

/* Strings that have prefix and suffix lengths: index into filter_block.prefix_lengths and suffix_lengths. */
enum string_class { STRING_NAME = 0, STRING_ARGV = 1, STRING_PARENT_NAME = 2, STRING_EXE = 3, STRINGS = 4 };

struct filter_header { /* at offset 0 */
  record_u64 seed;
  record_u32 generation;
  record_u32 bytes;         /* used of the image */
  record_u32 pivot_offset;  /* of the first pivot bucket */
  record_u32 pivot_mask;    /* number of buckets - 1; a power of two */
  record_u32 default_block; /* offset of the block every exec is judged by; 0: none */
  record_u32 pad[9];
};

/* 16 entries: tag in the high half (never 0), block offset / 64 in the low half. 0: empty. Where two names share bucket and
 * tag both entries count: each one's block is judged.
 * The tag is a hash: a name that only looks like another gets its block and too many candidates, never too few. */
struct pivot_bucket {
  record_u32 entry[16];
};

struct filter_block {
  record_u16 number;         /* index in Filter::blocks */
  record_u16 words;          /* 1..64; bit i of word w is slot 64 * w + i */
  record_u32 lanes;          /* bit per lane that a clause of this block constrains, positively or negatively */
  record_u32 index_offset;   /* of the first index bucket */
  record_u32 index_mask;     /* number of index buckets - 1; a power of two */
  record_u64 letters;        /* option letters with a KEY_FLAG key: bit flag_bit(letter) */
  record_u32 all_offset;     /* words × u64: the slots in use */
  record_u32 positive_lanes; /* bit per lane that no clause of this block negates: where no live slot constrains such a lane,
                              * its value need not be read. A bit left 0 only costs time */
  record_u16
      defaults_offset[LANES]; /* from the block's start, words × u64: slots that do not constrain the lane positively; 0: all */
  record_u64 prefix_lengths[STRINGS]; /* bit L-1: some key is a prefix of L bytes */
  record_u64 suffix_lengths[STRINGS];
};

/* Eight keys of one cache line. key 0: empty. run_offset is of the first index_run. Equal keys all count. */
struct index_bucket {
  struct {
    record_u32 key;
    record_u32 run_offset;
  } entry[8];
};

enum run_kind { RUN_SET = 0, RUN_CLEAR_EXACT = 1, RUN_CLEAR_PREFIX = 2, RUN_CLEAR_SUFFIX = 3 };

/* What a key that hits does; a run of these, one after another, `more` set in all but the last. */
struct index_run {
  record_u8 lane;
  record_u8 word;
  record_u8 kind; /* enum run_kind */
  record_u8 more;
  record_u32
      literal_offset; /* clear only: index_literal to compare whole, so that a collision of hashes never loses an event */
  record_u64 bits;
};
#define RECIPE_RUN 1024 /* entries in one run */

struct index_literal {
  record_u32 bytes; /* 0..64; of an integer 8 */
  record_u32 pad;
  record_u8 text[RECIPE_HASHED_BYTES]; /* zero-filled; an integer is little-endian, two's complement */
};
