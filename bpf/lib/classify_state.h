/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What the classifier (classify.h) works on: the values of one event, the block's bits, the candidates. */
#pragma once
#include "../abi/filter_image.h"

enum value_state {
  VALUE_NOT_FETCHED = 0,
  VALUE_KNOWN = 1,
  VALUE_ABSENT = 2,  /* a positive test is false, a negated one true */
  VALUE_UNKNOWN = 3, /* neither is decided */
  VALUE_CUT = 4,     /* argv only: the first part is known */
};

struct classify_value {
  record_u32 at;    /* in classify.text */
  record_u32 bytes; /* of text; 8 for a number */
  record_u32 state; /* enum value_state */
  record_u32 pad;
};

enum { VALUE_NAME = 0, VALUE_UID, VALUE_GID, VALUE_EUID, VALUE_ARGV, VALUE_PARENT_NAME, VALUE_EXE, VALUES };
#define CLASSIFY_VALUES 8 /* VALUES, so that a mask bounds it */

/* Where values lie in classify.text, each with a word behind it that may be read past its end. */
#define TEXT_NUMBERS 0 /* one word for each of VALUES */
#define TEXT_NAME 64
#define TEXT_PARENT_NAME 384
#define TEXT_EXE 1024
#define TEXT_ARGV 5184
#define TEXT_BYTES 16384
#define TEXT_MASK (TEXT_BYTES - 1)

#define CLASSIFY_SETS (RECIPE_ARGV_LANES * RECIPE_WORDS)
#define CLASSIFY_BITS 512
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
  record_u32 pad;
  record_u64 letters; /* those of the block that no element has had yet */
  struct classify_value value[CLASSIFY_VALUES];
  struct argv_walk walk;
  /* One word per 64 slots: acc, then the sets, packed: a block of one word touches bits[0..4]. Sized so that a mask bounds it.
   */
  record_u64 bits[CLASSIFY_BITS];
  record_u8 text[TEXT_BYTES + 64];
  struct candidate_word out[CLASSIFY_OUTS];
};
