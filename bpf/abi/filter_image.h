/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The filter as bytes: what runtime/classify/lay_out writes and bpf/lib/classify.h reads, in the kernel and in userspace.
 * Everything is an offset from the start of the image; blocks, buckets start at multiples of 64 (a cache line), all else at
 * multiples of 8. How keys are hashed: bpf/lib/hash.h.
 *
 * Path of one event. Its pivot is a name: the opened file's for events of files, the executed file's for all others.
 *   hash the name → one pivot bucket of this event (one cache line): which block, if any, could want it
 *   block := that block, and the event's default block (clauses without a name) where there is one
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
  LANE_TAGS = 9,   /* names of ancestors that recipes ask for, a bit each; tags are never exact */
  LANE_MARKS = 10, /* marks on the process or one above it; bits that no name has; never exact */
  LANE_SELF = 11,  /* 1: file.name is process.name, without which file.path == process.exe is false */
  LANE_DOMAIN = 12,
  LANE_ARGV = 13, /* … LANE_ARGV + RECIPE_ARGV_LANES - 1 */
  LANE_PARENT_NAME = 17,
  LANE_FILE_PATH = 18,
  LANE_EXE = 19,
  LANE_SOCKET_PATH = 20,
  LANES = 21,
};

/* What the value of a lane is, and so which kinds of key it has. */
enum lane_kind {
  LANE_IS_NUMBER, /* exact, range */
  LANE_IS_BITS,   /* a bit each */
  LANE_IS_STRING, /* exact, prefix, suffix */
  LANE_IS_ARGV,   /* the same of each element, and option letters */
  LANE_IS_IP,     /* prefix, in bits */
};

#define LANE_MASK(lane) (1u << (lane))
#define LANES_OF_BITS (LANE_MASK(LANE_FILE_ACCESS) | LANE_MASK(LANE_TRAITS) | LANE_MASK(LANE_TAGS) | LANE_MASK(LANE_MARKS))
#define LANES_OF_NUMBERS \
  (LANE_MASK(LANE_UID) | LANE_MASK(LANE_GID) | LANE_MASK(LANE_EUID) | LANE_MASK(LANE_PORT) | LANE_MASK(LANE_SELF))
#define LANES_OF_ARGV (((1u << RECIPE_ARGV_LANES) - 1) << LANE_ARGV)

/* Kinds of key. A key is a seeded hash of (lane, kind, length, value); argv's lanes all use LANE_ARGV in keys. */
enum key_kind {
  KEY_EXACT = 1,  /* length and first 64 bytes of a string; or an integer */
  KEY_PREFIX = 2, /* the first `length` bytes, 1..64; of an address the first `length` bits, 0..128 */
  KEY_SUFFIX = 3, /* the last `length` bytes, 1..64 */
  KEY_FLAG = 4,   /* one option letter; one bit */
  KEY_PIVOT = 5,  /* as KEY_EXACT of the name, for the pivot table */
  KEY_RANGE = 6,  /* not hashed: an interval of lane_ranges */
};

#define RECIPE_TAGS 32 /* bits of process_entry.tags, names and marks together */

struct event_head {          /* of one event */
  record_u32 pivot_offset;   /* of the first pivot bucket */
  record_u32 pivot_mask;     /* number of buckets - 1; a power of two */
  record_u32 default_block;  /* offset of the block that each such event is judged by; 0: none */
  record_u16 wanted;         /* 0: no clause is about this event */
  record_u16 default_access; /* of file.access, one of these bits must be there for the default block to hold; 0: any will do */
};

struct filter_header { /* at offset 0 */
  record_u64 seed;
  record_u32 generation;
  record_u32 bytes;      /* used of the image */
  record_u32 tags;       /* bit per tag in use: of names and of marks */
  record_u32 marks;      /* of these, those of marks */
  record_u32 flags;      /* enum filter_flags */
  record_u32 env_offset; /* of env_names entries */
  record_u32 env_names;
  record_u32 pad[7];
  struct event_head event[RECIPE_EVENTS];
  record_u32 mark_name[RECIPE_TAGS]; /* by tag: a hash of the mark's name, the same in each image; 0: of no mark */
};

enum filter_flags {
  FILTER_WRITERS = 1,  /* some recipe asks for process.stdin.writers */
  FILTER_COMMANDS = 2, /* some recipe asks for the command lines of ancestors */
};

/* A variable of the environment that recipes read. */
struct env_name {
  record_u32 bytes; /* of text */
  record_u32 pad;
  record_u8 text[RECIPE_ENV_NAME_BYTES + 1]; /* the name and `=`, then zeros */
};

/* 16 entries: tag in the high half (never 0), block offset / 64 in the low half. 0: empty. Where two names share bucket and
 * tag both entries count: each one's block is judged.
 * The tag is a hash: a name that only looks like another gets its block and too many candidates, never too few.
 * Low halves from PIVOT_ANCESTOR on are no blocks: the name is one that recipes ask of ancestors, and the low five bits say
 * which bit of LANE_TAGS the children of such a process have. Only in exec's table. */
struct pivot_bucket {
  record_u32 entry[16];
};
#define PIVOT_ANCESTOR 0xffe0u
#define PIVOT_BLOCKS_END (PIVOT_ANCESTOR * 64) /* blocks begin below */

struct filter_block {
  record_u16 number;         /* index in Filter::blocks */
  record_u16 words;          /* 1..64; bit i of word w is slot 64 * w + i */
  record_u32 lanes;          /* bit per lane that a clause of this block constrains, positively or negatively */
  record_u32 index_offset;   /* of the first index bucket */
  record_u32 index_mask;     /* number of index buckets - 1; a power of two */
  record_u32 all_offset;     /* words × u64: the slots in use */
  record_u32 positive_lanes; /* bit per lane that no clause of this block negates: where no live slot constrains such a lane,
                              * its value need not be read. A bit left 0 only costs time */
  record_u16
      defaults_offset[LANES]; /* from the block's start, words × u64: slots that do not constrain the lane positively; 0: all */
  record_u16 lengths_offset[LANES]; /* from the block's start: what keys of the lane there are, 0: exact ones only. argv's lanes
                                     * share that of LANE_ARGV. string_lengths, bit_mask, address_lengths or lane_ranges */
  record_u16 marks_offset;          /* from the block's start: of the first mark_run; 0: no slot marks */
  record_u16 pad;
};

/* What candidates mark the process with; a run of these, `more` set in all but the last. */
struct mark_run {
  record_u8 word;
  record_u8 more;
  record_u16 pad;
  record_u32 tags; /* that each of the slots gives */
  record_u64 bits; /* of the slots */
};

struct string_lengths {
  record_u64 prefix; /* bit L-1: some key is a prefix of L bytes */
  record_u64 suffix;
  record_u64 letters; /* argv: option letters with a key: bit flag_bit(letter) */
};
struct bit_mask {
  record_u64 bits; /* with a key */
};
struct address_lengths {
  record_u64 prefix[3]; /* bit L: some key is a prefix of L bits, 0..128 */
};
/* Ordered by `from`. An interval ends before the next one's `from`, the last one nowhere; below the first nothing hits. */
struct lane_ranges {
  record_u64 count;
};
struct lane_range {
  record_u64 from;       /* two's complement */
  record_u32 run_offset; /* 0: nothing */
  record_u32 pad;
};
#define RECIPE_RANGES 1024 /* of one lane in one block; more are left to the program */

/* Eight keys of one cache line. key 0: empty. run_offset is of the first index_run. Equal keys all count. */
struct index_bucket {
  struct {
    record_u32 key;
    record_u32 run_offset;
  } entry[8];
};

/* A clear's kind is its key's: RUN_CLEAR_x == KEY_x. */
enum run_kind {
  RUN_SET = 0,
  RUN_CLEAR_EXACT = 1,
  RUN_CLEAR_PREFIX = 2,
  RUN_CLEAR_SUFFIX = 3,
  RUN_CLEAR_FLAG = 4,
  RUN_CLEAR_RANGE = 6,
};

/* What a key that hits does; a run of these, one after another, `more` set in all but the last. */
struct index_run {
  record_u8 lane;
  record_u8 word;
  record_u8 kind; /* enum run_kind */
  record_u8 more;
  record_u32
      literal_offset; /* clear only, but of a range: index_literal to compare whole, so that a collision never loses an event */
  record_u64 bits;
};
#define RECIPE_RUN 1024 /* entries in one run */

/* Of an integer 8 bytes, of a bit its number in 8 bytes, of an address 24: the masked halves as numbers, the prefix's length.
 */
struct index_literal {
  record_u32 bytes; /* 0..64 */
  record_u32 pad;
  record_u8 text[RECIPE_HASHED_BYTES]; /* zero-filled; numbers are little-endian, two's complement */
};
