// SPDX-License-Identifier: Apache-2.0
// Every struct that kernel and userspace share: its size and the place of each member in the objects' BTF are the host's. clang
// for BPF and g++ for the host agree only because the headers leave no choice; this says when they do.
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "bpf/abi/filter_image.h"
#include "bpf/abi/maps.h"
#include "bpf/lib/classify_state.h"

namespace {

struct Member {
  const char* name;
  size_t offset;
};
struct Layout {
  const char* name;
  size_t size;
  std::vector<Member> members;
};

#define AT(type, member) \
  { #member, offsetof(struct type, member) }

const std::vector<Layout>& layouts() {
  static const std::vector<Layout> kLayouts = {
      {"record_header",
       sizeof(record_header),
       {AT(record_header, bytes), AT(record_header, event), AT(record_header, flags), AT(record_header, generation),
        AT(record_header, words), AT(record_header, items), AT(record_header, time_boot_ns), AT(record_header, boot_wall_ns)}},
      {"candidate_word",
       sizeof(candidate_word),
       {AT(candidate_word, block), AT(candidate_word, word), AT(candidate_word, pad), AT(candidate_word, bits)}},
      {"record_item", sizeof(record_item), {AT(record_item, field), AT(record_item, flags), AT(record_item, bytes)}},
      {"record_ancestor",
       sizeof(record_ancestor),
       {AT(record_ancestor, pid), AT(record_ancestor, uid), AT(record_ancestor, start_time), AT(record_ancestor, has),
        AT(record_ancestor, birth_parent), AT(record_ancestor, name_bytes), AT(record_ancestor, exe_bytes),
        AT(record_ancestor, cmdline_bytes), AT(record_ancestor, comm)}},
      {"filter_header",
       sizeof(filter_header),
       {AT(filter_header, seed), AT(filter_header, generation), AT(filter_header, bytes), AT(filter_header, tags),
        AT(filter_header, marks), AT(filter_header, flags), AT(filter_header, env_offset), AT(filter_header, env_names),
        AT(filter_header, pad), AT(filter_header, event), AT(filter_header, mark_name)}},
      {"pivot_bucket", sizeof(pivot_bucket), {AT(pivot_bucket, entry)}},
      {"filter_block",
       sizeof(filter_block),
       {AT(filter_block, number), AT(filter_block, words), AT(filter_block, lanes), AT(filter_block, index_offset),
        AT(filter_block, index_mask), AT(filter_block, all_offset), AT(filter_block, positive_lanes),
        AT(filter_block, defaults_offset), AT(filter_block, lengths_offset), AT(filter_block, marks_offset),
        AT(filter_block, pad)}},
      {"mark_run",
       sizeof(mark_run),
       {AT(mark_run, word), AT(mark_run, more), AT(mark_run, pad), AT(mark_run, tags), AT(mark_run, bits)}},
      {"index_bucket", sizeof(index_bucket), {AT(index_bucket, entry)}},
      {"index_run",
       sizeof(index_run),
       {AT(index_run, lane), AT(index_run, word), AT(index_run, kind), AT(index_run, more), AT(index_run, literal_offset),
        AT(index_run, bits)}},
      {"index_literal", sizeof(index_literal), {AT(index_literal, bytes), AT(index_literal, pad), AT(index_literal, text)}},
      {"control_head",
       sizeof(control_head),
       {AT(control_head, pivot_offset), AT(control_head, pivot_mask), AT(control_head, default_block),
        AT(control_head, default_access)}},
      {"control",
       sizeof(control),
       {AT(control, active), AT(control, flags), AT(control, seed), AT(control, generation), AT(control, exec),
        AT(control, tags), AT(control, reader_sleeps), AT(control, tags_unknown), AT(control, boot_wall_ns), AT(control, marks),
        AT(control, marks_unknown), AT(control, pad2), AT(control, event)}},
      {"process_entry",
       sizeof(process_entry),
       {AT(process_entry, birth_parent), AT(process_entry, bits), AT(process_entry, own_tags), AT(process_entry, tags)}},
      {"kept_command",
       sizeof(kept_command),
       {AT(kept_command, start_time), AT(kept_command, kept_time), AT(kept_command, bytes), AT(kept_command, pad),
        AT(kept_command, text)}},
      {"tombstone",
       sizeof(tombstone),
       {AT(tombstone, start_time), AT(tombstone, exit_time), AT(tombstone, birth_parent), AT(tombstone, uid),
        AT(tombstone, name_bytes), AT(tombstone, bits), AT(tombstone, comm), AT(tombstone, name)}},
      {"user_ids", sizeof(user_ids), {AT(user_ids, uid), AT(user_ids, euid)}},
      {"kept_path", sizeof(kept_path), {AT(kept_path, at), AT(kept_path, bytes), AT(kept_path, flags), AT(kept_path, has)}},
      {"kept_names",
       sizeof(kept_names),
       {AT(kept_names, event), AT(kept_names, name_bytes), AT(kept_names, path), AT(kept_names, text)}},
      {"kept_mount", sizeof(kept_mount), {AT(kept_mount, mnt), AT(kept_mount, seen)}},
      {"asker",
       sizeof(asker),
       {AT(asker, start_time), AT(asker, pid), AT(asker, tid), AT(asker, uid), AT(asker, gid), AT(asker, euid),
        AT(asker, name_bytes), AT(asker, name)}},
      {"env_name", sizeof(env_name), {AT(env_name, bytes), AT(env_name, pad), AT(env_name, text)}},
      {"pipe_writer_key",
       sizeof(pipe_writer_key),
       {AT(pipe_writer_key, pipe), AT(pipe_writer_key, slot), AT(pipe_writer_key, pad)}},
      {"pipe_writer",
       sizeof(pipe_writer),
       {AT(pipe_writer, start_time), AT(pipe_writer, stdin_pipe), AT(pipe_writer, pid), AT(pipe_writer, name_bytes),
        AT(pipe_writer, name)}},
      {"classify_value", sizeof(classify_value), {AT(classify_value, at), AT(classify_value, bytes)}},
      {"argv_walk",
       sizeof(argv_walk),
       {AT(argv_walk, hash), AT(argv_walk, prefixes), AT(argv_walk, suffixes), AT(argv_walk, at), AT(argv_walk, start),
        AT(argv_walk, word), AT(argv_walk, elements), AT(argv_walk, dash), AT(argv_walk, widen)}},
      {"classify",
       sizeof(classify),
       {AT(classify, image),         AT(classify, seed),       AT(classify, block),          AT(classify, number),
        AT(classify, words),         AT(classify, lanes),      AT(classify, positive_lanes), AT(classify, index_offset),
        AT(classify, index_mask),    AT(classify, first_lane), AT(classify, lane_count),     AT(classify, outs),
        AT(classify, overflow),      AT(classify, busy),       AT(classify, marks),          AT(classify, process),
        AT(classify, letters),       AT(classify, state),      AT(classify, value),          AT(classify, walk),
        AT(classify, dentry),        AT(classify, mnt),        AT(classify, path_flags),     AT(classify, event),
        AT(classify, bucket),        AT(classify, tag),        AT(classify, default_block),  AT(classify, wanted),
        AT(classify, extra),         AT(classify, extras),     AT(classify, kept),           AT(classify, source),
        AT(classify, source_folder), AT(classify, bits),       AT(classify, text),           AT(classify, out)}},
  };
  return kLayouts;
}

// What is noted of pipes stays small: an entry of the kernel's table has some 64 bytes beside key and value.
static_assert(RECIPE_PIPE_WRITERS * (sizeof(pipe_writer_key) + sizeof(pipe_writer) + 64) < 1u << 20);

// Of the image, which the kernel reads by offsets and not by these types: what those offsets assume.
static_assert(sizeof(filter_header) == 64 + RECIPE_EVENTS * sizeof(event_head) + RECIPE_TAGS * 4 &&
              sizeof(pivot_bucket) == 64 && sizeof(index_bucket) == 64);
static_assert(sizeof(mark_run) == 16 && offsetof(mark_run, more) == 1 && offsetof(mark_run, tags) == 4 &&
              offsetof(mark_run, bits) == 8);
static_assert(sizeof(filter_block) == 112 && offsetof(filter_block, words) == 2 && offsetof(filter_block, lanes) == 4);
static_assert(offsetof(filter_block, index_mask) == offsetof(filter_block, index_offset) + 4);
static_assert(offsetof(filter_block, index_offset) % 8 == 0 && offsetof(filter_block, all_offset) % 8 == 0);
static_assert(offsetof(filter_block, positive_lanes) == offsetof(filter_block, all_offset) + 4);
static_assert(sizeof(index_run) == 16 && offsetof(index_run, literal_offset) == 4 && offsetof(index_run, bits) == 8);
static_assert(offsetof(index_literal, text) == 8);

struct CloseObject {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
using Object = std::unique_ptr<bpf_object, CloseObject>;

// Which of the layouts the object's BTF has; those it has are checked.
size_t check_object(const std::string& file) {
  libbpf_set_print(nullptr);
  const Object object(bpf_object__open(file.c_str()));
  REQUIRE(object != nullptr);
  const btf* const types = bpf_object__btf(object.get());
  REQUIRE(types != nullptr);
  size_t found = 0;
  for (const Layout& layout : layouts()) {
    const int id = btf__find_by_name_kind(types, layout.name, BTF_KIND_STRUCT);
    if (id < 0) continue;
    INFO(layout.name);
    const btf_type* const type = btf__type_by_id(types, static_cast<unsigned>(id));
    CHECK(type->size == layout.size);
    REQUIRE(btf_vlen(type) == layout.members.size());
    for (unsigned i = 0; i < layout.members.size(); ++i) {
      INFO(layout.members[i].name);
      CHECK(std::string(btf__name_by_offset(types, btf_members(type)[i].name_off)) == layout.members[i].name);
      CHECK(btf_member_bit_offset(type, i) == 8 * layout.members[i].offset);
    }
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("the probes' structs lie as the host's do") {
  CHECK(check_object(RECIPE_GENERATED_DIR "/bpf/recipe_probes.o") == layouts().size());
}

TEST_CASE("the test programs' structs lie as the host's do") {
  CHECK(check_object(RECIPE_GENERATED_DIR "/bpf/recipe_probes_test.o") >= 10);
}
