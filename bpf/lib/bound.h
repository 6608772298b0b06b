/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* BOUND(x, mask): x & mask, as an instruction that stays. clang drops a mask that it can prove needless, and the verifier,
 * which cannot prove it, then refuses the access. */
#pragma once
#include "../abi/records.h"

#ifdef __BPF__
#define BOUND(x, mask)                                   \
  ({                                                     \
    record_u64 bound_ = (x);                             \
    asm volatile("%0 &= %1" : "+r"(bound_) : "i"(mask)); \
    bound_;                                              \
  })
#else
#define BOUND(x, mask) ((x) & (mask))
#endif
