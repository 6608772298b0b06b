/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The classifier: ONE source for the kernel and for userspace. In: an image (filter_image.h) and the values of one event,
 * fetched one by one as they are asked for. Out: candidate words. Entry points, in this order:
 *
 *   classify_start(c, image, seed)                  once an event
 *   judge_bucket(c, bucket, tag)                    the blocks that the name's pivot bucket names
 *   judge_block(c, block)                           the default block
 *   c->outs words in c->out                         the candidates;  c->overflow: too many of them, all recipes are
 *   c->marks                                        what they mark the process with
 *
 * The includer defines, before it includes this file:
 *   RECIPE_FN                                       linkage of the functions: `static`, or global ones that are verified apart
 *   image64(c, base, offset) image32(...) image16(...)   bounded loads from the image;  image_base(c): NULL ends the work
 *   fetch_value(c, lane)                            puts the value into c->text, c->value[lane] and c->state[lane]
 *
 * Law 1: what cannot be decided stays a candidate. Values that are not known (VALUE_UNKNOWN) leave acc as it is; a cut argv
 * is walked for what it excludes only. Sets go by hash, exclusions compare whole values.
 *
 * Loads and loops are bounded for any image and any value: offsets wrap, counts are limited. A malformed image makes wrong
 * answers, never a wrong access. Loops keep their state in memory and what branches in a loop is a function of its own, because
 * the kernel's verifier walks each global function once, with unknown arguments. Eight calls deep is as far as it allows: the
 * deepest is probe, judge_bucket, judge_lane, walk_word, judge_suffixes, judge_key, follow_run, follow_entry.
 * The file is long because it is one algorithm, and both sides compile all of it. */
#pragma once
#include "bound.h"
#include "classify_state.h"
#include "hash.h"

#define BITS(c, at) ((c)->bits[BOUND(at, CLASSIFY_BITS - 1)])

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
    } else if (does == kind) {
      record_u64 keep = ~image64(c, base, entry + 8);
      if (kind == KEY_RANGE || literal_equals(c, (record_u32)(head >> 32), at, bytes)) BITS(c, word) &= keep;
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

/* Where the block says what keys of a lane there are; 0: exact ones only. */
RECIPE_INLINE record_u32 lengths_at(struct classify* c, const record_u8* base, record_u32 lane) {
  record_u32 offset = image16(c, base, c->block + __builtin_offsetof(struct filter_block, lengths_offset) + 2 * lane);
  return offset ? c->block + offset : 0;
}
#define PREFIXES(c, base, lengths) \
  ((lengths) ? image64(c, base, (lengths) + __builtin_offsetof(struct string_lengths, prefix)) : 0)
#define SUFFIXES(c, base, lengths) \
  ((lengths) ? image64(c, base, (lengths) + __builtin_offsetof(struct string_lengths, suffix)) : 0)

/* A whole string: its prefixes in passing, itself, its suffixes. */
RECIPE_FN record_u64 judge_string(struct classify* c, record_u32 lane, record_u32 at, record_u32 bytes) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base || lane >= LANES) return 0;
  record_u32 lengths = lengths_at(c, base, lane);
  /* Both before the loop: what lives across it lies in this frame, and Linux 6.1 counts frames (probe.h). */
  record_u64 prefixes = PREFIXES(c, base, lengths), suffixes = SUFFIXES(c, base, lengths);
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
    if (found & 1) judge_key(c, key_of_flag(c->seed, LANE_ARGV, bit), KEY_FLAG, at, bytes);
    found >>= 1;
  }
  return 0;
}

RECIPE_INLINE void start_element(struct argv_walk* walk, record_u32 at, record_u64 h) {
  walk->at = walk->start = at;
  walk->word = walk->dash = 0;
  walk->hash = h;
}

/* The element ends n bytes into its present word. false: it was cut, or is the last that is looked at. */
RECIPE_INLINE record_u64 end_element(struct classify* c, record_u32 n) {
  if (!c) return 0;
  struct argv_walk* walk = &c->walk;
  record_u32 end = c->value[LANE_ARGV].bytes;
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
  if (walk->at >= c->value[LANE_ARGV].bytes) return 0;
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
  if (walk->at >= c->value[LANE_ARGV].bytes) walk->widen = 1;
  return 1;
}

/* All elements. The word behind argv's end must be zero. A step ends a word or an element. */
RECIPE_INLINE void judge_argv(struct classify* c, const record_u8* base) {
  record_u32 lengths = lengths_at(c, base, LANE_ARGV);
  c->walk.prefixes = PREFIXES(c, base, lengths);
  c->walk.suffixes = SUFFIXES(c, base, lengths);
  c->letters = lengths ? image64(c, base, lengths + __builtin_offsetof(struct string_lengths, letters)) : 0;
  c->walk.elements = c->walk.widen = 0;
  start_element(&c->walk, 0, key_start(c->seed, LANE_ARGV));
  for (record_u32 i = 0; i < RECIPE_ARGV_BYTES / 8 + RECIPE_ARGS; ++i)
    if (!walk_word(c)) return;
  if (c->walk.at < c->value[LANE_ARGV].bytes) c->walk.widen = 1;
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

struct range_search {
  record_u64 value;     /* two's complement */
  record_u32 ranges;    /* of the first lane_range */
  record_u32 low, high; /* intervals below low begin at or below the value, those from high on do not */
  record_u32 pad;
};

RECIPE_FN record_u64 halve_ranges(struct classify* c, struct range_search* search) {
  if (!c || !search || search->low >= search->high) return 0;
  const record_u8* base = image_base(c);
  if (!base) return 0;
  record_u32 middle = (search->low + search->high) / 2;
  if ((long long)image64(c, base, search->ranges + middle * sizeof(struct lane_range)) <= (long long)search->value)
    search->low = middle + 1;
  else
    search->high = middle;
  return 1;
}

/* A number in the lane's intervals: the last that begins at or below it. 2^11 > RECIPE_RANGES. */
RECIPE_FN record_u64 judge_ranges(struct classify* c, record_u32 ranges, record_u32 at) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base) return 0;
  record_u64 count = image64(c, base, ranges);
  struct range_search search = {TEXT64(c, at), ranges + (record_u32)sizeof(struct lane_ranges), 0,
                                count < RECIPE_RANGES ? (record_u32)count : RECIPE_RANGES, 0};
  for (record_u32 i = 0; i < 11; ++i)
    if (!halve_ranges(c, &search)) break;
  if (!search.low) return 0;
  record_u32 entry = search.ranges + (search.low - 1) * sizeof(struct lane_range);
  record_u32 run = image32(c, base, entry + __builtin_offsetof(struct lane_range, run_offset));
  if (run) follow_run(c, run, KEY_RANGE, at, 8);
  return 0;
}

RECIPE_INLINE void put_key(struct classify* c, record_u32 at, record_u64 word) {
  __builtin_memcpy(c->text + TEXT_KEY + at, &word, sizeof word);
}

/* Each bit of the value that some key asks for. */
RECIPE_FN record_u64 judge_bits(struct classify* c, record_u32 lane, record_u64 bits) {
  if (!c) return 0;
  for (record_u32 bit = 0; bit < 64; ++bit) {
    if (!bits) break;
    if (bits & 1) {
      put_key(c, 0, bit);
      judge_key(c, key_of_flag(c->seed, lane, bit), KEY_FLAG, TEXT_KEY, 8);
    }
    bits >>= 1;
  }
  return 0;
}

/* One prefix of an address; its masked halves and its length are what an exclusion is compared with. */
RECIPE_FN record_u64 judge_prefix(struct classify* c, record_u64 high, record_u64 low, record_u32 length) {
  if (!c) return 0;
  high = prefix_bits(high, 0, length);
  low = prefix_bits(low, 1, length);
  put_key(c, 0, high);
  put_key(c, 8, low);
  put_key(c, 16, length);
  judge_key(c, key_of_address(c->seed, high, low, length), KEY_PREFIX, TEXT_KEY, 24);
  return 0;
}

RECIPE_FN record_u64 judge_address(struct classify* c, record_u32 lengths, record_u32 at) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base) return 0;
  record_u64 high = __builtin_bswap64(TEXT64(c, at)), low = __builtin_bswap64(TEXT64(c, at + 8));
  for (record_u32 length = 0; length <= 128; ++length) {
    if (image64(c, base, lengths + 8 * (length / 64)) >> (length & 63) & 1) judge_prefix(c, high, low, length);
  }
  return 0;
}

/* The value, which is known, against the keys of its lane. Returns 0 where a part of it was not looked at. */
RECIPE_INLINE record_u64 judge_value(struct classify* c, const record_u8* base, record_u32 lane) {
  record_u32 at = VALUE(c, lane).at, bytes = VALUE(c, lane).bytes;
  if (lane == LANE_ARGV) {
    judge_argv(c, base);
    return !c->walk.widen;
  }
  if (LANE_MASK(lane) & LANES_OF_NUMBERS) {
    judge_key(c, key_of_number(c->seed, lane, TEXT64(c, at)), KEY_EXACT, at, 8);
    record_u32 ranges = lengths_at(c, base, lane);
    if (ranges) judge_ranges(c, ranges, at);
  } else if (LANE_MASK(lane) & LANES_OF_BITS) {
    record_u32 mask = lengths_at(c, base, lane);
    if (mask) judge_bits(c, lane, TEXT64(c, at) & image64(c, base, mask));
  } else if (lane == LANE_IP) {
    record_u32 lengths = lengths_at(c, base, lane);
    if (lengths) judge_address(c, lengths, at);
  } else {
    judge_string(c, lane, at, bytes);
  }
  return 1;
}

/* One value against its lane; argv against all its lanes. Returns whether a candidate lives. */
RECIPE_FN record_u64 judge_lane(struct classify* c, record_u32 lane) {
  if (!c || lane >= LANES) return 0;
  if (STATE(c, lane) == VALUE_NOT_FETCHED) fetch_value(c, lane);
  record_u32 state = STATE(c, lane);
  if (state != VALUE_KNOWN && state != VALUE_ABSENT && state != VALUE_CUT) return 1;
  c->first_lane = lane;
  c->lane_count = lane == LANE_ARGV ? RECIPE_ARGV_LANES : 1;
  clear_sets(c);
  if (state != VALUE_ABSENT) {
    const record_u8* base = image_base(c);
    if (!base) return 1;
    record_u64 whole = judge_value(c, base, lane);
    if (state == VALUE_CUT || !whole) return is_alive(c);
  }
  for (record_u32 i = 0; i < RECIPE_ARGV_LANES; ++i)
    if (i >= c->lane_count || !fold_lane(c, lane + i)) return i >= c->lane_count;
  return 1;
}

/* A lane's turn: false when no candidate is left. lane: LANE_ARGV stands for all of argv's. */
RECIPE_INLINE record_u64 pass_lane(struct classify* c, record_u32 lane) {
  record_u32 mask = lane == LANE_ARGV ? LANES_OF_ARGV : LANE_MASK(lane);
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

RECIPE_FN record_u64 take_mark(struct classify* c, record_u32 entry) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base) return 0;
  record_u64 head = image64(c, base, entry); /* word, more, pad, tags */
  record_u32 word = head & 0xff;
  if (word < c->words && BITS(c, word) & image64(c, base, entry + 8)) c->marks |= (record_u32)(head >> 32);
  return (head >> 8) & 0xff;
}

/* What the candidates that are left in acc mark the process with. */
RECIPE_FN record_u64 take_marks(struct classify* c) {
  if (!c) return 0;
  const record_u8* base = image_base(c);
  if (!base) return 0;
  record_u32 offset = image16(c, base, c->block + __builtin_offsetof(struct filter_block, marks_offset));
  if (!offset) return 0;
  for (record_u32 i = 0; i < RECIPE_RUN; ++i)
    if (!take_mark(c, c->block + offset + i * sizeof(struct mark_run))) break;
  return 0;
}

/* One block against the event; its candidates are added to out. */
RECIPE_INLINE void pass_block(struct classify* c, record_u32 block) {
  if (!begin_block(c, block)) return;
  for (record_u32 lane = 0; lane < LANES; ++lane) {
    if (lane > LANE_ARGV && lane < LANE_ARGV + RECIPE_ARGV_LANES) continue;
    if (!pass_lane(c, lane)) return;
  }
  take_candidates(c);
  take_marks(c);
}

RECIPE_FN record_u64 judge_block(struct classify* c, record_u32 block) {
  if (c) pass_block(c, block);
  return 0;
}

RECIPE_INLINE void classify_start(struct classify* c, record_u64 image, record_u64 seed) {
  c->image = image;
  c->seed = seed;
  c->outs = c->overflow = c->marks = 0;
  __builtin_memset(c->state, VALUE_NOT_FETCHED, sizeof c->state);
}

/* The tags that a name gives to descendants, from exec's pivot bucket of the name. */
RECIPE_INLINE record_u32 tags_in_bucket(struct classify* c, const record_u8* base, record_u32 bucket, record_u32 tag) {
  record_u32 tags = 0;
  for (record_u32 i = 0; i < 16; ++i) {
    record_u32 entry = image32(c, base, bucket + 4 * i);
    if (entry >> 16 == tag && (entry & 0xffff) >= PIVOT_ANCESTOR) tags |= 1u << (entry & (RECIPE_TAGS - 1));
  }
  return tags;
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
    if (entry >> 16 != tag || entry == last || (entry & 0xffff) >= PIVOT_ANCESTOR) continue;
    pass_block(c, (entry & 0xffff) * 64);
    last = entry;
  }
  return 0;
}

/* EVENT exec of catalogue.def: its pivot table holds the names of ancestors too. */
#define TAGS_EVENT 1

RECIPE_INLINE record_u32 tags_of_name(struct classify* c, const record_u8* base, record_u64 hash) {
  record_u32 head = __builtin_offsetof(struct filter_header, event) + TAGS_EVENT * sizeof(struct event_head);
  record_u32 offset = image32(c, base, head + __builtin_offsetof(struct event_head, pivot_offset));
  record_u32 mask = image32(c, base, head + __builtin_offsetof(struct event_head, pivot_mask));
  return tags_in_bucket(c, base, pivot_bucket_at(offset, mask, hash), pivot_tag(hash));
}

/* An event whose values are all in reach, against a whole image: what userspace and tests run. The kernel's probes do the same
 * in pieces, the name's hash first. pivot: the lane of the event's pivot. Returns 1 when the filter cannot decide: then every
 * recipe is a candidate. */
RECIPE_INLINE record_u64 judge_event(struct classify* c, record_u32 event, record_u32 pivot) {
  if (!c || event >= RECIPE_EVENTS) return 1;
  const record_u8* base = image_base(c);
  if (!base) return 1;
  record_u32 head = __builtin_offsetof(struct filter_header, event) + event * sizeof(struct event_head);
  if (!image16(c, base, head + __builtin_offsetof(struct event_head, wanted))) return 0;
  if (STATE(c, pivot) == VALUE_NOT_FETCHED) fetch_value(c, pivot);
  record_u32 state = STATE(c, pivot), at = VALUE(c, pivot).at, bytes = VALUE(c, pivot).bytes;
  record_u32 default_block = image32(c, base, head + __builtin_offsetof(struct event_head, default_block));
  if (state == VALUE_KNOWN) {
    record_u64 hash = key_end(hash_text(c, LANE_NAME, at, bytes), KEY_PIVOT, bytes);
    record_u32 offset = image32(c, base, head + __builtin_offsetof(struct event_head, pivot_offset));
    record_u32 mask = image32(c, base, head + __builtin_offsetof(struct event_head, pivot_mask));
    judge_bucket(c, pivot_bucket_at(offset, mask, hash), pivot_tag(hash));
  } else if (state != VALUE_ABSENT) {
    return 1;
  }
  record_u64 access = image16(c, base, head + __builtin_offsetof(struct event_head, default_access));
  if (access && STATE(c, LANE_FILE_ACCESS) == VALUE_NOT_FETCHED) fetch_value(c, LANE_FILE_ACCESS);
  if (access && STATE(c, LANE_FILE_ACCESS) == VALUE_KNOWN && !(TEXT64(c, VALUE(c, LANE_FILE_ACCESS).at) & access))
    default_block = 0;
  if (default_block) judge_block(c, default_block);
  return c->overflow;
}
