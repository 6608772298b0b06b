/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What the classifier (classify.h) works on: the values of one event, the block's bits, the candidates. */
#pragma once
#include "bound.h"
#include "hash.h"

enum value_state {
  VALUE_NOT_FETCHED = 0,
  VALUE_KNOWN = 1,
  VALUE_ABSENT = 2,  /* a positive test is false, a negated one true */
  VALUE_UNKNOWN = 3, /* neither is decided */
  VALUE_CUT = 4,     /* argv only: the first part is known */
};

/* By lane; argv's lanes have one value, that of LANE_ARGV. */
struct classify_value {
  record_u32 at;    /* in classify.text */
  record_u32 bytes; /* of text; 8 of a number or of bits, 16 of an address */
};
#define CLASSIFY_VALUES 32 /* at least LANES, so that a mask bounds it */

/* Where values lie in classify.text, each with a word behind it that may be read past its end. Events have one of file, target
 * and domain. */
#define TEXT_NUMBERS 0 /* one word for each lane */
#define TEXT_KEY 256   /* what a key that excludes is compared with: 24 bytes */
#define TEXT_IP 288
#define TEXT_OWN_IP 304
#define TEXT_COMM 320
#define TEXT_NAME 384
#define TEXT_PARENT_NAME 704
#define TEXT_FILE_NAME 1024
#define TEXT_EXE 1344
#define TEXT_ARGV 5504
#define TEXT_FILE 9664
#define TEXT_DOMAIN TEXT_FILE
#define TEXT_EXTRA 13824 /* what the record says in words beyond that: RECIPE_EXTRA_BYTES */
#define TEXT_BYTES 16384
#define TEXT_MASK (TEXT_BYTES - 1)

#define CLASSIFY_SETS (RECIPE_ARGV_LANES * RECIPE_WORDS)
#define CLASSIFY_BITS 512
#define CLASSIFY_EXTRAS 8 /* a mask bounds it */
#define CLASSIFY_OUTS (2 * RECIPE_WORDS)

/* Where the walk along argv is. */
struct argv_walk {
  record_u64 hash;
  record_u64 prefixes;
  record_u64 suffixes;
  record_u32 at;       /* of the word that comes next, from the start of argv */
  record_u32 start;    /* of the element */
  record_u32 word;     /* of the element */
  record_u32 elements; /* done */
  record_u32 dash;     /* the element is an option: -x... */
  record_u32 widen;    /* something was not looked at */
};

/* In the order of use: what a small block touches lies in few lines of two pages. */
struct classify {
  record_u64 image; /* the includer's: which image */
  record_u64 seed;
  record_u32 block; /* the one that is judged: offset, then what its header says */
  record_u32 number;
  record_u32 words;
  record_u32 lanes;
  record_u32 positive_lanes;
  record_u32 index_offset;
  record_u32 index_mask;
  record_u32 first_lane; /* of the sets: 4 lanes for argv, else 1 */
  record_u32 lane_count;
  record_u32 outs;
  record_u32 overflow;
  record_u32 busy;                  /* an event is at work on this processor: another that interrupts it is counted as missed */
  record_u32 marks;                 /* tags that the candidates so far mark the process with */
  record_u32 process;               /* the includer's: pid of the process that the event is about */
  record_u64 letters;               /* those of the block that no element has had yet */
  record_u8 state[CLASSIFY_VALUES]; /* enum value_state */
  struct classify_value value[CLASSIFY_VALUES];
  struct argv_walk walk;
  /* The includer's: kernel addresses of what the event is about, where it has them. */
  record_u64 dentry;
  record_u64 mnt;
  record_u32 path_flags; /* of record_item.flags, for file.path */
  record_u32 event;      /* EVENT number */
  /* What the pivot said, and where the event's image has its default block. */
  record_u32 bucket;
  record_u32 tag;
  record_u32 default_block;
  int wanted;
  /* What the record says beyond the process and the values: numbers, texts, another path that was asked for. */
  struct {
    record_u16 field;
    record_u16 flags; /* of record_item */
    record_u32 at;    /* in `text`; 0: a number */
    record_u64 value; /* or the text's bytes */
  } extra[CLASSIFY_EXTRAS];
  record_u32 extras;
  record_u32 kept;          /* the paths are those of kept_names: the source's address is one of the kernel */
  record_u64 source;        /* in the caller's memory; 0: none */
  record_u64 source_folder; /* of a kept one: its flags of record_item, and its bytes above 32 bits */
  /* One word per 64 slots: acc, then the sets, packed: a block of one word touches bits[0..4]. Sized so that a mask bounds it.
   */
  record_u64 bits[CLASSIFY_BITS];
  record_u8 text[TEXT_BYTES + 512];
  struct candidate_word out[CLASSIFY_OUTS];
};

#ifdef __BPF__
#define TEXT64(c, offset) (*(const record_u64*)((c)->text + BOUND(offset, TEXT_MASK)))
#else
RECIPE_INLINE record_u64 text64(const struct classify* c, record_u32 offset) {
  record_u64 word;
  __builtin_memcpy(&word, c->text + (offset & TEXT_MASK), sizeof word);
  return word;
}
#define TEXT64(c, offset) text64(c, offset)
#endif
#define TEXT8(c, offset) ((c)->text[BOUND(offset, TEXT_MASK)])

#define VALUE(c, which) ((c)->value[BOUND(which, CLASSIFY_VALUES - 1)])
#define STATE(c, which) ((c)->state[BOUND(which, CLASSIFY_VALUES - 1)])
