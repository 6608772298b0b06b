/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The classifier and the pivot's questions, as global functions that all probes share: each is verified once a program, with
 * unknown arguments. How the classifier gets a value: values.bpf.c. How a record is written: record.bpf.c. */
#include "lib/classify_bpf.h"
/* clang-format off */
#include "lib/probe.h"
#include "lib/finish.h"
/* clang-format on */

/* The hash of a name at a kernel address; 0: it cannot be read. */
__noinline record_u64 hash_name_at(record_u64 seed, record_u64 name, record_u32 bytes) {
  record_u64 words[RECIPE_HASHED_WORDS];
  if (!name || !bytes || bytes >= RECIPE_NAME_BYTES) return 0;
  record_u64 copied = bytes < RECIPE_HASHED_BYTES ? bytes : RECIPE_HASHED_BYTES;
  copied = BOUND(copied, 0x7f);
  if (copied > RECIPE_HASHED_BYTES || bpf_probe_read_kernel(words, copied, (const void*)name)) return 0;
  return hash_name(words, seed, bytes);
}

/* What a pivot bucket says of a name that hit: bit 32, some block wants it; below, the tags that it gives. */
__noinline record_u64 ask_bucket(record_u32 active, record_u32 bucket, record_u32 tag) {
  const record_u8* base = image_at(active);
  if (!base) return 0;
  record_u64 wanted = 0, tags = 0;
  for (record_u32 i = 0; i < 16; ++i) {
    record_u32 entry = image32(0, base, bucket + 4 * i);
    if (entry >> 16 != tag) continue;
    if ((entry & 0xffff) >= PIVOT_ANCESTOR)
      tags |= 1u << (entry & (RECIPE_TAGS - 1));
    else
      wanted = 1ull << 32;
  }
  return wanted | tags;
}

/* For tracepoints of system calls. */
SEC("tracepoint/finish") int recipe_finish_syscall(void* context) {
  record_u32 key = 0;
  struct classify* c = bpf_map_lookup_elem(&scratch, &key);
  if (!c || !c->busy) return 0;
  record_u32 kept = c->kept;
  finish_event(c);
  if (kept) bpf_task_storage_delete(&names, bpf_get_current_task_btf());
  return 0;
}
