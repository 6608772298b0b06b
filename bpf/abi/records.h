/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What a record is: the bytes that leave the ring, that a capture holds, and that replay encodes from JSON.
 * Fixed-width integers, native byte order (little-endian), explicit padding, no pointers. Plain C.
 *
 *   record_header | candidate_word[] | item | item | ...        every part starts at a multiple of 8 from the start
 *
 * An item is one field: record_item, then `bytes` bytes, then zeros up to a multiple of 8.
 *   kInt          8 bytes, signed
 *   kString kPath the bytes, no terminator, any byte value
 *   kStringList   the elements, each ended by one NUL
 *   kRecordList   record_ancestor, each followed by its strings (name, exe, cmdline: in this order) and padding
 * A field that has no item is absent.
 */
#pragma once

#ifdef __BPF__
typedef unsigned char record_u8;
typedef unsigned short record_u16;
typedef unsigned int record_u32;
typedef unsigned long long record_u64;
#else
#include <stdint.h>
typedef uint8_t record_u8;
typedef uint16_t record_u16;
typedef uint32_t record_u32;
typedef uint64_t record_u64;
#endif

enum record_flags {
  RECORD_ALL_CANDIDATES = 1, /* the filter could not decide (name unreadable, no filter): every recipe is a candidate */
  RECORD_CANARY = 2,         /* the daemon's own event, made to prove that the probes see */
  RECORD_REPLAYED = 4,       /* not from this kernel now: context must not ask this machine about it */
};

struct record_header {
  record_u32 bytes;        /* of the whole record, header included; a multiple of 8 */
  record_u16 event;        /* EVENT number of catalogue.def */
  record_u16 flags;        /* enum record_flags */
  record_u32 generation;   /* of the filter that let it through */
  record_u16 words;        /* candidate words that follow */
  record_u16 items;        /* items after them */
  record_u64 time_boot_ns; /* CLOCK_BOOTTIME; in replay the event's own wall time minus boot_wall_ns */
  record_u64 boot_wall_ns; /* CLOCK_REALTIME at boot; 0 in the ring (the reader knows it), set in captures and replay */
};

/* Candidate slots: bit i of `bits` is slot 64 * word + i of filter block `block`. Words that are zero are left out. */
struct candidate_word {
  record_u16 block; /* filter_block.number */
  record_u16 word;
  record_u32 pad;
  record_u64 bits;
};

enum record_item_flags {
  /* The value is longer than what is here. A list keeps its first elements (the last one may be cut), a path its tail */
  ITEM_TRUNCATED = 1,
  /* What the kernel leaves to the reader: */
  ITEM_UNRESOLVED = 2, /* a path that was asked for: it may hold `.`, `..` and empty components. The reader takes them out */
  ITEM_NUMBER = 4,     /* a text that the kernel knows by its number, 8 bytes. The reader writes out what it stands for */
  ITEM_MESSAGE = 8,    /* dns.answers: the message as it came. The reader takes the answers out */
};

struct record_item {
  record_u16 field; /* FIELD number of catalogue.def */
  record_u16 flags; /* enum record_item_flags */
  record_u32 bytes; /* of the value, padding not counted */
};

enum ancestor_has { /* which parts of a record_ancestor are present */
                    ANCESTOR_PID = 1,
                    ANCESTOR_UID = 2,
                    ANCESTOR_NAME = 4,
                    ANCESTOR_COMM = 8,
                    ANCESTOR_EXE = 16,
                    ANCESTOR_CMDLINE = 32,
                    ANCESTOR_START_TIME = 64,
                    ANCESTOR_KEPT = 128, /* the kernel half keeps the command line of the image that it ran then */
};

/* The first is the parent. `has` says which parts are known; strings follow in the order name, exe, cmdline,
 * packed, then zeros up to a multiple of 8. */
struct record_ancestor {
  record_u32 pid;
  record_u32 uid;
  record_u64 start_time; /* ns from boot */
  record_u32 has;        /* enum ancestor_has */
  record_u32
      birth_parent; /* pid of the process that forked it; 0 unknown: where it is not the next entry, a tombstone may know */
  record_u16 name_bytes;
  record_u16 exe_bytes;
  record_u32 cmdline_bytes;
  char comm[16];
};

/* A capture file: this, then records. */
#define CAPTURE_MAGIC "RCPCAP1\n"
struct capture_header {
  char magic[8];
  record_u32 version;
  record_u32 pad;
  record_u64 catalogue_hash; /* catalogue_hash() of the writer; another one is refused */
  record_u64 boot_wall_ns;
};
#define CAPTURE_VERSION 1
