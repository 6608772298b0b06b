/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* env: of an exec's environment the variables that recipes read, and no others. Read only of a candidate and only where some
 * recipe asks; variable by variable, from the new image's own stack before it runs. A variable is compared whole with the names
 * of the image, so nothing that only looks like one is copied. */
/* clang-format off */
#include "lib/probe.h"
#include "lib/finish.h"
/* clang-format on */

#define TEXT_VARIABLE TEXT_FILE /* an exec is about no other file */

struct env_scan {
  record_u64 at;  /* of the next variable, in the process's memory */
  record_u64 end; /* of what is looked at */
  record_u32 names_offset;
  record_u32 names;
  record_u32 bytes;  /* of the variable that lies in text, its NUL counted */
  record_u32 inside; /* what comes next is the rest of a variable that was longer than one reading */
  record_u32 kept;
  record_u32 room;
  record_u32 cut;
};

/* Does the variable in text have the name (and its `=`) at this offset of the image? */
__noinline record_u64 has_name(struct classify* c, record_u32 offset) {
  if (!c) return 0;
  const record_u8* image = image_at(c->image);
  if (!image) return 0;
  record_u32 bytes = IMAGE_AT(record_u32, image, offset);
  for (record_u32 i = 0; i < (RECIPE_ENV_NAME_BYTES + 1) / 8; ++i) {
    if (8 * i >= bytes) return 1;
    record_u32 rest = bytes - 8 * i;
    record_u64 word = key_tail(TEXT64(c, TEXT_VARIABLE + 8 * i), rest < 8 ? rest : 8);
    if (word != IMAGE_AT(record_u64, image, offset + __builtin_offsetof(struct env_name, text) + 8 * i)) return 0;
  }
  return bytes <= RECIPE_ENV_NAME_BYTES + 1;
}

__noinline record_u64 is_read(struct classify* c, struct env_scan* scan) {
  if (!c || !scan) return 0;
  for (record_u32 i = 0; i < RECIPE_ENV_NAMES; ++i) {
    if (i >= scan->names) break;
    if (has_name(c, scan->names_offset + i * sizeof(struct env_name))) return 1;
  }
  return 0;
}

/* The variable in text, behind what the item holds. A last one that finds no room is cut, and with it goes its NUL. */
__noinline record_u64 keep_variable(struct out_record* o, struct classify* c, struct env_scan* scan) {
  if (!o || !c || !scan) return 0;
  record_u64 at = o->used, bytes = scan->bytes;
  record_u32 left = scan->room - scan->kept;
  if (bytes > left) {
    bytes = left;
    scan->cut = 1;
  }
  bytes = BOUND(bytes, 0x1fff);
  if (at > RECIPE_RECORD_BYTES || bytes > RECIPE_PATH_BYTES) return 0;
  bpf_probe_read_kernel(o->bytes + at, bytes, c->text + TEXT_VARIABLE);
  o->used = at + bytes;
  scan->kept += bytes;
  return 0;
}

/* Returns 0 where there is no next one. */
__noinline record_u64 next_variable(struct out_record* o, struct classify* c, struct env_scan* scan) {
  if (!o || !c || !scan || scan->cut || scan->at >= scan->end) return 0;
  long got = bpf_probe_read_user_str(c->text + TEXT_VARIABLE, RECIPE_PATH_BYTES, (const void*)scan->at);
  if (got <= 0) {
    scan->cut = 1;
    return 0;
  }
  record_u32 whole = got < RECIPE_PATH_BYTES;
  scan->bytes = whole ? got : RECIPE_PATH_BYTES - 1; /* the NUL of a part is not the variable's */
  scan->at += scan->bytes;
  if (!scan->inside && is_read(c, scan)) {
    keep_variable(o, c, scan);
    if (!whole) scan->cut = 1;
  }
  scan->inside = !whole;
  return 1;
}

__noinline record_u64 put_environment(struct out_record* o, struct classify* c) {
  if (!o || !c) return 0;
  const record_u8* image = image_at(c->image);
  const struct mm_struct* mm = bpf_get_current_task_btf()->mm;
  struct env_scan scan = {};
  if (!image || !mm) return 0;
  scan.names = IMAGE_AT(record_u32, image, __builtin_offsetof(struct filter_header, env_names));
  scan.names_offset = IMAGE_AT(record_u32, image, __builtin_offsetof(struct filter_header, env_offset));
  record_u64 at = o->used;
  if (!scan.names || at + sizeof(struct record_item) + 16 >= RECIPE_RECORD_BYTES) return 0;
  scan.room = RECIPE_RECORD_BYTES - at - sizeof(struct record_item) - 16;
  if (scan.room > RECIPE_ENV_KEPT_BYTES) scan.room = RECIPE_ENV_KEPT_BYTES;
  scan.at = mm->env_start;
  scan.end = mm->env_end;
  record_u32 more = scan.end > scan.at + RECIPE_ENV_BYTES;
  if (more) scan.end = scan.at + RECIPE_ENV_BYTES;
  o->used = at + sizeof(struct record_item);
  for (record_u32 i = 0; i < RECIPE_ENV_VARIABLES; ++i)
    if (!next_variable(o, c, &scan)) break;
  record_u64 end = o->used;
  if (end > RECIPE_RECORD_BYTES) return 0;
  *(record_u64*)(o->bytes + end) = 0; /* padding */
  if (!scan.cut && (more || scan.at < scan.end)) {
    scan.cut = 1;
    end += 1; /* the last element of a list that was cut counts as cut: an empty one, so that those before stay whole */
  }
  if (scan.cut) count(COUNTER_environment_truncated);
  struct record_item* item = (void*)(o->bytes + at);
  item->field = FIELD_env;
  item->flags = scan.cut ? ITEM_TRUNCATED : 0;
  item->bytes = end - at - sizeof *item;
  o->used = (end + 7) & ~7ull;
  o->items += 1;
  return 0;
}
