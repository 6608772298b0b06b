/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The classifier as BPF: global functions, each verified once; the image in the array map `filter`. */
#pragma once
#include "maps.h"

#define RECIPE_FN __noinline
#define image64(c, base, offset) IMAGE_AT(record_u64, base, offset)
#define image32(c, base, offset) IMAGE_AT(record_u32, base, offset)
#define image16(c, base, offset) IMAGE_AT(record_u16, base, offset)

#define image_base(c) image_at((record_u32)(c)->image)

#include "classify.h"
