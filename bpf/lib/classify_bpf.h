/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The classifier as BPF: global functions, each verified once; the image in the array map `filter`. */
#pragma once
#include "maps.h"

#define RECIPE_FN __noinline
#define IMAGE_AT(type, base, offset) (*(const type*)((base) + BOUND(offset, RECIPE_IMAGE_MASK & ~((int)sizeof(type) - 1))))
#define image64(c, base, offset) IMAGE_AT(record_u64, base, offset)
#define image32(c, base, offset) IMAGE_AT(record_u32, base, offset)
#define image16(c, base, offset) IMAGE_AT(record_u16, base, offset)

static inline __attribute__((always_inline, unused)) const record_u8* image_at(record_u32 which) {
  const struct image* image = bpf_map_lookup_elem(&filter, &which);
  return image ? image->bytes : 0;
}
#define image_base(c) image_at((record_u32)(c)->image)

#include "classify.h"
