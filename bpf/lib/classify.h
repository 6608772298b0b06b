/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The classifier: ONE source for the kernel and for userspace. In: an image (filter_image.h) and the values of one event,
 * fetched one by one as they are asked for. Out: candidate words. Entry points, in this order:
 *
 *   classify_start(c, image, seed)                  once an event
 *   judge_bucket(c, bucket, tag)                    the blocks that the name's pivot bucket names
 *   judge_block(c, block)                           the default block
 *   c->outs words in c->out                         the candidates;  c->overflow: too many of them, all recipes are
 *
 * The includer defines, before it includes this file:
 *   RECIPE_FN                                       linkage of the functions: `static`, or global ones that are verified apart
 *   image64(c, base, offset) image32(...) image16(...)   bounded loads from the image;  image_base(c): NULL ends the work
 *   fetch_value(c, lane)                            puts the value into c->text and c->value[value_of(lane)]
 *
 * Law 1: what cannot be decided stays a candidate. Values that are not known (VALUE_UNKNOWN) leave acc as it is; a cut argv
 * is walked for what it excludes only. Sets go by hash, exclusions compare whole values.
 *
 * Loads and loops are bounded for any image and any value: offsets wrap, counts are limited. A malformed image makes wrong
 * answers, never a wrong access. Loops keep their state in memory and what branches in a loop is a function of its own, because
 * the kernel's verifier walks each global function once, with unknown arguments. Eight calls deep is as far as it allows: the
 * deepest is probe, judge_bucket, judge_lane, walk_word, judge_suffixes, judge_key, follow_run, follow_entry. */
#pragma once
#include "bound.h"
#include "classify_state.h"
#include "hash.h"

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
#define BITS(c, at) ((c)->bits[BOUND(at, CLASSIFY_BITS - 1)])

RECIPE_INLINE record_u32 value_of(record_u32 lane) {
  if (lane < LANE_ARGV) return lane; /* name uid gid euid */
  return lane == LANE_PARENT_NAME ? VALUE_PARENT_NAME : lane == LANE_EXE ? VALUE_EXE : VALUE_ARGV;
}

RECIPE_FN record_u64 fetch_value(struct classify* c, record_u32 lane);

/* Does a text of `bytes` bytes at `at` equal the literal? */
RECIPE_INLINE record_u64 literal_equals(struct classify* c, record_u32 literal, record_u32 at, record_u32 bytes) {
  if (!c || bytes > RECIPE_HASHED_BYTES) return 0;
  const record_u8* base = image_base(c);
  if (!base || image32(c, base, literal) != bytes) return 0;
  for (record_u32 i = 0; i < RECIPE_HASHED_WORDS; ++i) {
    if (8 * i >= bytes) break;
    record_u32 rest = bytes - 8 * i;
    record_u64 word = key_tail(TEXT64(c, at + 8 * i), rest < 8 ? rest : 8);
    if (word != image64(c, base, literal + sizeof(record_u64) + 8 * i)) return 0;
  }
  return 1;
}

/* Does what one entry of a run says. kind, at, bytes: of the key that hit, and the part of the value that it stands for.
 * Returns whether another entry follows. */
RECIPE_FN record_u64 follow_entry(struct classify* c, record_u32 entry, record_u32 kind, record_u32 at, record_u32 bytes) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base) return 0;
  record_u64 head = image64(c, base, entry); /* lane, word, kind, more, literal_offset */
  record_u32 word = (head >> 8) & 0xff, does = (head >> 16) & 0xff, words = c->words;
  if (word < words && word < RECIPE_WORDS) {
    if (does == RUN_SET) {
      record_u32 set = (record_u32)(head & 0xff) - c->first_lane;
      record_u32 slot = words + set * words + word;
      if (set < c->lane_count && slot < RECIPE_WORDS + CLASSIFY_SETS) BITS(c, slot) |= image64(c, base, entry + 8);
    } else if (does == kind && literal_equals(c, (record_u32)(head >> 32), at, bytes)) { /* RUN_CLEAR_x == KEY_x */
      BITS(c, word) &= ~image64(c, base, entry + 8);
    }
  }
  return (head >> 24) & 0xff;
}

RECIPE_FN record_u64 follow_run(struct classify* c, record_u32 run, record_u32 kind, record_u32 at, record_u32 bytes) {
  for (record_u32 i = 0; i < RECIPE_RUN; ++i)
    if (!follow_entry(c, run + i * sizeof(struct index_run), kind, at, bytes)) break;
  return 0;
}

/* Looks a key up and follows it: one cache line where it is not there. */
RECIPE_FN record_u64 judge_key(struct classify* c, record_u64 hash, record_u32 kind, record_u32 at, record_u32 bytes) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base) return 0;
  record_u32 bucket = c->index_offset + index_bucket_of(hash, c->index_mask) * sizeof(struct index_bucket);
  record_u32 key = index_key(hash);
  for (record_u32 i = 0; i < 8; ++i) {
    record_u64 entry = image64(c, base, bucket + 8 * i);
    if ((record_u32)entry == key) follow_run(c, (record_u32)(entry >> 32), kind, at, bytes);
  }
  return 0;
}

/* The hash of a text, before its end. bytes: 1..64. */
RECIPE_FN record_u64 hash_text(struct classify* c, record_u32 lane, record_u32 at, record_u32 bytes) {
  if (!c) return 0;
  record_u64 h = key_start(c->seed, lane);
  for (record_u32 i = 0; i < RECIPE_HASHED_WORDS; ++i) {
    if (8 * i >= bytes) break;
    record_u32 rest = bytes - 8 * i;
    h = key_word(h, key_tail(TEXT64(c, at + 8 * i), rest < 8 ? rest : 8));
  }
  return h;
}

/* Every suffix that some key has the length of. lengths: bit L-1 for L bytes. end: one past the text's last byte. */
RECIPE_FN record_u64 judge_suffixes(struct classify* c, record_u32 lane, record_u64 lengths, record_u32 end, record_u32 bytes) {
  if (!c) return 0;
  for (record_u32 length = 1; length <= RECIPE_HASHED_BYTES; ++length) {
    if (!lengths || length > bytes) break;
    if (lengths & 1)
      judge_key(c, key_end(hash_text(c, lane, end - length, length), KEY_SUFFIX, length), KEY_SUFFIX, end - length, length);
    lengths >>= 1;
  }
  return 0;
}

/* Every prefix that ends in the word at `at` + `done`, of which n bytes are the text's. h: the hash before this word.
 * lengths: bit j-1 for a prefix of done + j bytes. */
struct prefix_step {
  record_u64 hash;
  record_u64 word;
  record_u32 at;
  record_u32 done;
  record_u32 bytes; /* n */
  record_u32 lengths;
};

RECIPE_FN record_u64 judge_prefixes(struct classify* c, const struct prefix_step* step) {
  if (!c || !step) return 0;
  record_u32 lengths = step->lengths;
  for (record_u32 j = 1; j <= 8; ++j) {
    if (!lengths || j > step->bytes) break;
    if (lengths & 1)
      judge_key(c, key_end(key_word(step->hash, key_tail(step->word, j)), KEY_PREFIX, step->done + j), KEY_PREFIX, step->at,
                step->done + j);
    lengths >>= 1;
  }
  return 0;
}

RECIPE_INLINE record_u64 lengths_of(struct classify* c, const record_u8* base, record_u32 table, record_u32 string) {
  return image64(c, base, c->block + table + 8 * string);
}
#define PREFIX_TABLE __builtin_offsetof(struct filter_block, prefix_lengths)
#define SUFFIX_TABLE __builtin_offsetof(struct filter_block, suffix_lengths)

/* A whole string: its prefixes in passing, itself, its suffixes. string: enum string_class. */
RECIPE_FN record_u64 judge_string(struct classify* c, record_u32 lane, record_u32 string, record_u32 at, record_u32 bytes) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base || string >= STRINGS) return 0;
  record_u64 prefixes = lengths_of(c, base, PREFIX_TABLE, string);
  record_u64 h = key_start(c->seed, lane);
  for (record_u32 i = 0; i < RECIPE_HASHED_WORDS; ++i) {
    if (8 * i >= bytes) break;
    record_u32 rest = bytes - 8 * i;
    struct prefix_step step = {h,     TEXT64(c, at + 8 * i), at,
                               8 * i, rest < 8 ? rest : 8,   (record_u32)(prefixes >> (8 * i)) & 0xff};
    if (step.lengths) judge_prefixes(c, &step);
    h = key_word(h, key_tail(step.word, step.bytes));
  }
  judge_key(c, key_end(h, KEY_EXACT, bytes), KEY_EXACT, at, bytes);
  record_u64 suffixes = lengths_of(c, base, SUFFIX_TABLE, string);
  if (suffixes) judge_suffixes(c, lane, suffixes, at + bytes, bytes);
  return 0;
}

/* The letters of one element -abc, of those that the block has keys for and that no earlier element had. */
RECIPE_FN record_u64 judge_flags(struct classify* c, record_u32 at, record_u32 bytes) {
  if (!c) return 0;
  record_u64 found = 0;
  if (bytes > RECIPE_FLAG_BYTES) {
    found = ~0ull;
  } else {
    for (record_u32 i = 1; i < RECIPE_FLAG_BYTES; ++i) {
      if (i >= bytes) break;
      record_u32 bit = flag_bit(TEXT8(c, at + i));
      if (bit < 64) found |= 1ull << bit;
    }
  }
  found &= c->letters;
  c->letters &= ~found;
  for (record_u32 bit = 0; bit < 64; ++bit) {
    if (!found) break;
    if (found & 1) judge_key(c, key_of_flag(c->seed, bit), KEY_FLAG, at, bytes);
    found >>= 1;
  }
  return 0;
}

RECIPE_INLINE void start_element(struct argv_walk* walk, record_u32 at, record_u64 h) {
  walk->at = walk->start = at;
  walk->word = walk->dash = 0;
  walk->hash = h;
}

/* Which byte of a word is its first zero; 8: none. (w - 1s) & ~w & 80s has its lowest bit at the first zero byte; one less
 * than that bit, masked to 01s, has as many bytes as the zero's place plus one, and the product adds them up in the top byte.
 *   w = 00 'b' 'a' (…):  lowest bit 0x800000, minus one 0x7fffff, & 01s = 0x010101: 3, so place 2 */
RECIPE_INLINE record_u32 first_zero(record_u64 w) {
  const record_u64 ones = 0x0101010101010101ull;
  record_u64 zero = (w - ones) & ~w & 0x8080808080808080ull;
  if (!zero) return 8;
  return (record_u32)(((((zero & -zero) - 1) & ones) * ones) >> 56) - 1;
}

/* The element ends n bytes into its present word. false: it was cut, or is the last that is looked at. */
RECIPE_INLINE record_u64 end_element(struct classify* c, record_u32 n) {
  if (!c) return 0;
  struct argv_walk* walk = &c->walk;
  record_u32 end = c->value[VALUE_ARGV].bytes;
  record_u32 bytes = walk->at + n - walk->start, at = TEXT_ARGV + walk->start;
  if (walk->at + n >= end) { /* no NUL: what it would have been is not known */
    walk->widen = 1;
    return 0;
  }
  judge_key(c, key_end(walk->hash, KEY_EXACT, bytes), KEY_EXACT, at, bytes);
  if (walk->suffixes) judge_suffixes(c, LANE_ARGV, walk->suffixes, at + bytes, bytes);
  if (walk->dash && walk->elements && c->letters) judge_flags(c, at, bytes);
  start_element(walk, walk->at + n + 1, key_start(c->seed, LANE_ARGV));
  if (++walk->elements < RECIPE_ARGS || walk->at >= end) return 1;
  walk->widen = 1;
  return 0;
}

/* One word of argv. false: done. */
RECIPE_FN record_u64 walk_word(struct classify* c) {
  if (!c) return 0;
  struct argv_walk* walk = &c->walk;
  if (walk->at >= c->value[VALUE_ARGV].bytes) return 0;
  record_u64 word = TEXT64(c, TEXT_ARGV + walk->at);
  record_u32 n = first_zero(word);
  if (walk->word == 0) walk->dash = (word & 0xff) == '-' && (word & 0xff00) != '-' << 8 && (word & 0xff00);
  if (walk->word < RECIPE_HASHED_WORDS) {
    struct prefix_step step = {walk->hash,     word, TEXT_ARGV + walk->start,
                               8 * walk->word, n,    (record_u32)(walk->prefixes >> (8 * (walk->word & 7))) & 0xff};
    if (step.lengths) judge_prefixes(c, &step);
    if (n) walk->hash = key_word(walk->hash, key_tail(word, n));
  }
  if (n < 8) return end_element(c, n);
  walk->word += 1;
  walk->at += 8;
  if (walk->at >= c->value[VALUE_ARGV].bytes) walk->widen = 1;
  return 1;
}

/* All elements. The word behind argv's end must be zero. A step ends a word or an element. */
RECIPE_INLINE void judge_argv(struct classify* c, const record_u8* base) {
  c->walk.prefixes = lengths_of(c, base, PREFIX_TABLE, STRING_ARGV);
  c->walk.suffixes = lengths_of(c, base, SUFFIX_TABLE, STRING_ARGV);
  c->walk.elements = c->walk.widen = 0;
  start_element(&c->walk, 0, key_start(c->seed, LANE_ARGV));
  for (record_u32 i = 0; i < RECIPE_ARGV_BYTES / 8 + RECIPE_ARGS; ++i)
    if (!walk_word(c)) return;
  if (c->walk.at < c->value[VALUE_ARGV].bytes) c->walk.widen = 1;
}

/* acc &= defaults[lane] | set. Returns whether a candidate lives. */
RECIPE_FN record_u64 fold_lane(struct classify* c, record_u32 lane) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base || lane >= LANES) return 0;
  record_u32 offset = image16(c, base, c->block + __builtin_offsetof(struct filter_block, defaults_offset) + 2 * lane);
  record_u32 words = c->words, set = words + (lane - c->first_lane) * words;
  record_u64 live = 0;
  for (record_u32 w = 0; w < RECIPE_WORDS; ++w) {
    if (w >= words) break;
    record_u64 acc = BITS(c, w);
    if (offset && set + w < RECIPE_WORDS + CLASSIFY_SETS) acc &= image64(c, base, c->block + offset + 8 * w) | BITS(c, set + w);
    BITS(c, w) = acc;
    live |= acc;
  }
  return live != 0;
}

/* Does a live candidate constrain the lane positively? */
RECIPE_FN record_u64 is_constrained(struct classify* c, record_u32 lane) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base || lane >= LANES) return 0;
  record_u32 offset = image16(c, base, c->block + __builtin_offsetof(struct filter_block, defaults_offset) + 2 * lane);
  if (!offset) return 0;
  for (record_u32 w = 0; w < RECIPE_WORDS; ++w) {
    if (w >= c->words) break;
    if (BITS(c, w) & ~image64(c, base, c->block + offset + 8 * w)) return 1;
  }
  return 0;
}

RECIPE_FN record_u64 clear_sets(struct classify* c) {
  if (!c) return 0;
  record_u32 from = c->words, to = c->words + c->lane_count * c->words;
  for (record_u32 i = 0; i < CLASSIFY_SETS; ++i) {
    record_u32 at = from + i;
    if (at >= to || at >= RECIPE_WORDS + CLASSIFY_SETS) break;
    BITS(c, at) = 0;
  }
  return 0;
}

RECIPE_FN record_u64 is_alive(struct classify* c) {
  if (!c) return 0;
  record_u64 live = 0;
  for (record_u32 w = 0; w < RECIPE_WORDS; ++w) {
    if (w >= c->words) break;
    live |= BITS(c, w);
  }
  return live != 0;
}

/* One value against its lane; argv against all its lanes. Returns whether a candidate lives. */
RECIPE_FN record_u64 judge_lane(struct classify* c, record_u32 lane) {
  if (!c) return 0;
  record_u32 which = value_of(lane);
  if (VALUE(c, which).state == VALUE_NOT_FETCHED) fetch_value(c, lane);
  record_u32 state = VALUE(c, which).state, at = VALUE(c, which).at, bytes = VALUE(c, which).bytes;
  if (state != VALUE_KNOWN && state != VALUE_ABSENT && state != VALUE_CUT) return 1;
  c->first_lane = lane;
  c->lane_count = lane == LANE_ARGV ? RECIPE_ARGV_LANES : 1;
  clear_sets(c);
  if (state == VALUE_ABSENT) {
    c->walk.widen = 0;
  } else if (lane == LANE_ARGV) {
    const record_u8* base = image_base(c);
    if (!base) return 1;
    judge_argv(c, base);
    if (state == VALUE_CUT || c->walk.widen) return is_alive(c);
  } else if (lane == LANE_UID || lane == LANE_GID || lane == LANE_EUID) {
    judge_key(c, key_of_number(c->seed, lane, TEXT64(c, at)), KEY_EXACT, at, 8);
  } else {
    judge_string(c, lane, lane == LANE_NAME ? STRING_NAME : lane == LANE_EXE ? STRING_EXE : STRING_PARENT_NAME, at, bytes);
  }
  for (record_u32 i = 0; i < RECIPE_ARGV_LANES; ++i)
    if (i >= c->lane_count || !fold_lane(c, lane + i)) return i >= c->lane_count;
  return 1;
}

/* A lane's turn: false when no candidate is left. */
RECIPE_INLINE record_u64 pass_lane(struct classify* c, record_u32 lane) {
  record_u32 mask = lane == LANE_ARGV ? ((1 << RECIPE_ARGV_LANES) - 1) << LANE_ARGV : 1 << lane;
  if (!(c->lanes & mask)) return 1;
  if (!(c->lanes & mask & ~c->positive_lanes)) {
    record_u64 wanted = 0;
    for (record_u32 i = 0; i < (lane == LANE_ARGV ? RECIPE_ARGV_LANES : 1); ++i)
      if (c->lanes & (1 << (lane + i))) wanted |= is_constrained(c, lane + i);
    if (!wanted) return 1;
  }
  return judge_lane(c, lane);
}

/* Reads the block's header and starts acc with all its slots. */
RECIPE_FN record_u64 begin_block(struct classify* c, record_u32 block) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base) return 0;
  record_u64 head = image64(c, base, block); /* number, words, lanes */
  record_u64 index = image64(c, base, block + __builtin_offsetof(struct filter_block, index_offset));
  record_u64 all = image64(c, base, block + __builtin_offsetof(struct filter_block, all_offset)); /* and positive_lanes */
  record_u32 words = (head >> 16) & 0xffff;
  if (words > RECIPE_WORDS) words = RECIPE_WORDS;
  c->block = block;
  c->number = head & 0xffff;
  c->words = words;
  c->lanes = (record_u32)(head >> 32);
  c->index_offset = (record_u32)index;
  c->index_mask = (record_u32)(index >> 32);
  c->positive_lanes = (record_u32)(all >> 32);
  c->letters = image64(c, base, block + __builtin_offsetof(struct filter_block, letters));
  for (record_u32 w = 0; w < RECIPE_WORDS; ++w) {
    if (w >= words) break;
    BITS(c, w) = image64(c, base, (record_u32)all + 8 * w);
  }
  return words;
}

RECIPE_FN record_u64 take_word(struct classify* c, record_u32 word) {
  if (!c) return 0;
  record_u32 outs = c->outs;
  if (outs >= CLASSIFY_OUTS) {
    c->overflow = 1;
    return 0;
  }
  struct candidate_word* out = &c->out[BOUND(outs, CLASSIFY_OUTS - 1)];
  out->block = c->number;
  out->word = word;
  out->pad = 0;
  out->bits = BITS(c, word);
  c->outs = outs + 1;
  return 0;
}

/* What is left in acc → out. */
RECIPE_FN record_u64 take_candidates(struct classify* c) {
  if (!c) return 0;
  for (record_u32 w = 0; w < RECIPE_WORDS; ++w) {
    if (w >= c->words) break;
    if (BITS(c, w)) take_word(c, w);
  }
  return 0;
}

/* One block against the event; its candidates are added to out. */
RECIPE_INLINE void pass_block(struct classify* c, record_u32 block) {
  if (begin_block(c, block) && pass_lane(c, LANE_NAME) && pass_lane(c, LANE_UID) && pass_lane(c, LANE_GID) &&
      pass_lane(c, LANE_EUID) && pass_lane(c, LANE_ARGV) && pass_lane(c, LANE_PARENT_NAME) && pass_lane(c, LANE_EXE))
    take_candidates(c);
}

RECIPE_FN record_u64 judge_block(struct classify* c, record_u32 block) {
  if (c) pass_block(c, block);
  return 0;
}

RECIPE_INLINE void classify_start(struct classify* c, record_u64 image, record_u64 seed) {
  c->image = image;
  c->seed = seed;
  c->outs = c->overflow = 0;
  for (record_u32 i = 0; i < VALUES; ++i) VALUE(c, i).state = VALUE_NOT_FETCHED;
}

/* Where in the image the bucket of a name lies. */
RECIPE_INLINE record_u32 pivot_bucket_at(record_u32 offset, record_u32 mask, record_u64 hash) {
  return offset + pivot_bucket_of(hash, mask) * sizeof(struct pivot_bucket);
}

/* The blocks that a pivot bucket names under this tag. Names of one block that look alike stand one after another: it is judged
 * once. */
RECIPE_FN record_u64 judge_bucket(struct classify* c, record_u32 bucket, record_u32 tag) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base) return 0;
  record_u32 last = 0;
  for (record_u32 i = 0; i < 16; ++i) {
    record_u32 entry = image32(c, base, bucket + 4 * i);
    if (entry >> 16 != tag || entry == last) continue;
    pass_block(c, (entry & 0xffff) * 64);
    last = entry;
  }
  return 0;
}

/* An event whose values are all in reach, against a whole image: what userspace and tests run. The kernel's probes do the same
 * in pieces, the name's hash first. Returns 1 when the filter cannot decide: then every recipe is a candidate. */
RECIPE_INLINE record_u64 judge_event(struct classify* c) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base) return 1;
  if (c->value[VALUE_NAME].state == VALUE_NOT_FETCHED) fetch_value(c, LANE_NAME);
  record_u32 state = c->value[VALUE_NAME].state, at = c->value[VALUE_NAME].at, bytes = c->value[VALUE_NAME].bytes;
  record_u32 default_block = image32(c, base, __builtin_offsetof(struct filter_header, default_block));
  if (state == VALUE_KNOWN) {
    record_u64 hash = key_end(hash_text(c, LANE_NAME, at, bytes), KEY_PIVOT, bytes);
    record_u32 offset = image32(c, base, __builtin_offsetof(struct filter_header, pivot_offset));
    record_u32 mask = image32(c, base, __builtin_offsetof(struct filter_header, pivot_mask));
    judge_bucket(c, pivot_bucket_at(offset, mask, hash), pivot_tag(hash));
  } else if (state != VALUE_ABSENT) {
    return 1;
  }
  if (default_block) judge_block(c, default_block);
  return c->overflow;
}
