/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The hash of the filter's keys: one definition for the writer of the image (runtime/artefact/lay_out) and its reader
 * (classify.h, in the kernel and in userspace). Plain C, also compiled as C++.
 *
 *   h := key_start(seed, lane)                       argv's lanes all use LANE_ARGV
 *   for each word of 8 bytes, little-endian:  h := key_word(h, word)
 *        a string gives its first 64 bytes; its last word is masked to the bytes it has (key_tail); 8 bytes make one word, 0
 * none an integer gives one word, two's complement;  an option letter gives one word, flag_bit(letter) h := key_end(h, kind,
 * length)                    length of the whole string in bytes; 8 for an integer; 1 for a letter
 *
 * kind and length come last, so that a reader hashes a string once, in passing, and asks for each prefix on the way.
 * A collision only lets through too much: what excludes compares whole values. The seed is secret and new at each load. */
#pragma once
#include "../abi/filter_image.h"

#define RECIPE_INLINE static inline __attribute__((always_inline, unused))

/* Which byte of a word is its first zero; 8: none. (w - 1s) & ~w & 80s has its lowest bit at the first zero byte; one less
 * than that bit, masked to 01s, has as many bytes as the zero's place plus one, and the product adds them up in the top byte.
 *   w = 00 'b' 'a' (…):  lowest bit 0x800000, minus one 0x7fffff, & 01s = 0x010101: 3, so place 2 */
RECIPE_INLINE record_u32 first_zero(record_u64 w) {
  const record_u64 ones = 0x0101010101010101ull;
  record_u64 zero = (w - ones) & ~w & 0x8080808080808080ull;
  if (!zero) return 8;
  return (record_u32)(((((zero & -zero) - 1) & ones) * ones) >> 56) - 1;
}

RECIPE_INLINE record_u64 key_mix(record_u64 h) {
  h *= 0x9e3779b97f4a7c15ull;
  return h ^ (h >> 29);
}

RECIPE_INLINE record_u64 key_start(record_u64 seed, record_u32 lane) {
  return key_mix(seed + lane + 1);
}

RECIPE_INLINE record_u64 key_word(record_u64 h, record_u64 word) {
  return key_mix(h ^ word) + 0x632be59bd9b4e019ull;
}

RECIPE_INLINE record_u64 key_end(record_u64 h, record_u32 kind, record_u32 length) {
  h = (h ^ ((record_u64)kind << 32) ^ length) * 0xbf58476d1ce4e5b9ull;
  return h ^ (h >> 32);
}

/* The lowest `bytes` bytes of a word; bytes: 1..8. */
RECIPE_INLINE record_u64 key_tail(record_u64 word, record_u32 bytes) {
  return word & (~0ull >> ((64 - 8 * bytes) & 63));
}

/* Index: the bucket and the 32-bit key in it, which is never 0. */
RECIPE_INLINE record_u32 index_key(record_u64 h) {
  return (record_u32)h ? (record_u32)h : 1;
}
RECIPE_INLINE record_u32 index_bucket_of(record_u64 h, record_u32 mask) {
  return (record_u32)(h >> 32) & mask;
}

/* Pivot: the bucket and the 16-bit tag in it, which is never 0. */
RECIPE_INLINE record_u32 pivot_tag(record_u64 h) {
  return (record_u32)h & 0xffff ? (record_u32)h & 0xffff : 1;
}
RECIPE_INLINE record_u32 pivot_bucket_of(record_u64 h, record_u32 mask) {
  return (record_u32)(h >> 32) & mask;
}

/* The bit of an option letter in filter_block.letters; 64: not one of [A-Za-z0-9]. Letters have the low six bits of their
 * ASCII code (1..26, 33..58); the digits fill the holes 27..31 and 59..63. */
RECIPE_INLINE record_u32 flag_bit(record_u32 letter) {
  if (((letter | 32) - 'a') < 26u) return letter & 63;
  if ((letter - '0') < 10u) return letter < '5' ? letter - '0' + 27 : letter - '5' + 59;
  return 64;
}

RECIPE_INLINE record_u64 key_of_number(record_u64 seed, record_u32 lane, record_u64 number) {
  return key_end(key_word(key_start(seed, lane), number), KEY_EXACT, 8);
}

/* An option letter (of LANE_ARGV), a bit of any other lane. */
RECIPE_INLINE record_u64 key_of_flag(record_u64 seed, record_u32 lane, record_u32 bit) {
  return key_end(key_word(key_start(seed, lane), bit), KEY_FLAG, 1);
}

/* The first `length` bits of an address, its halves as numbers, most significant byte first. */
RECIPE_INLINE record_u64 key_of_address(record_u64 seed, record_u64 high, record_u64 low, record_u32 length) {
  return key_end(key_word(key_word(key_start(seed, LANE_IP), high), low), KEY_PREFIX, length);
}

/* The bits of one half that belong to a prefix of `length` bits; half 0 is the first. */
RECIPE_INLINE record_u64 prefix_bits(record_u64 value, record_u32 half, record_u32 length) {
  record_u32 begin = 64 * half;
  if (length >= begin + 64) return value;
  if (length <= begin) return 0;
  return value & ~(~0ull >> (length - begin));
}

#ifndef __BPF__
/* A string as a whole, for the writer: KEY_EXACT and KEY_PIVOT of any length, KEY_PREFIX and KEY_SUFFIX of 1..64 bytes. */
RECIPE_INLINE record_u64 key_of_text(record_u64 seed, record_u32 lane, record_u32 kind, const void* text, record_u32 length) {
  const unsigned char* bytes = (const unsigned char*)text;
  record_u64 h = key_start(seed, lane);
  record_u32 hashed = length < RECIPE_HASHED_BYTES ? length : RECIPE_HASHED_BYTES;
  for (record_u32 at = 0; at < hashed; at += 8) {
    record_u64 word = 0;
    for (record_u32 i = at; i < hashed && i < at + 8; ++i) word |= (record_u64)bytes[i] << (8 * (i - at));
    h = key_word(h, word);
  }
  return key_end(h, kind, length);
}
#endif
