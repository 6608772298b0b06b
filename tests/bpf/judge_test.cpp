// SPDX-License-Identifier: Apache-2.0
// The same random filters and events, judged by the classifier in the kernel (BPF_PROG_TEST_RUN) and in userspace: the
// candidates are identical, word for word. That those are the right ones is tests/unit/runtime/classify's to prove.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

#include "bpf/lib/classify_state.h"
#include "bpf/lib/hash.h"
#include "bpf/recipe_probes_test.skel.h"
#include "runtime/classify/classify.h"
#include "tests/support/needs_bpf.h"
#include "tests/support/random_filter.h"

using namespace recipe;
using namespace recipe::test;

namespace {

class KernelJudge {
 public:
  KernelJudge() {
    libbpf_set_print(nullptr);
    skeleton_ = recipe_probes_test__open_and_load();
    REQUIRE(skeleton_ != nullptr);
    images_ = static_cast<char*>(map(bpf_map__fd(skeleton_->maps.filter), 2 * size_t{RECIPE_IMAGE_BYTES}));
    input_ = static_cast<classify*>(map(bpf_map__fd(skeleton_->maps.input), sizeof(classify)));
  }
  ~KernelJudge() { recipe_probes_test__destroy(skeleton_); }
  KernelJudge(const KernelJudge&) = delete;
  KernelJudge& operator=(const KernelJudge&) = delete;

  void install(const FilterImage& image) { std::memcpy(images_, image.data(), image.size() * sizeof(uint64_t)); }

  // As the probes would have read it. What the classifier leaves behind from the event before stays where it is, as there.
  bool judge(const FilterImage& image, const Event& event, Classifier::MarkBits marks, std::vector<candidate_word>& out) {
    input_->image = 0;
    std::memcpy(&input_->seed, image.data(), sizeof input_->seed);
    for (uint32_t lane = 0; lane < CLASSIFY_VALUES; ++lane) set(lane, VALUE_ABSENT);
    for (uint32_t lane = 0; lane < LANES; ++lane) {
      if (const FieldId field = field_of_lane(lane); field != FieldId::kNone && !is_argv_lane(lane) && lane != LANE_MARKS) {
        if (storage_of(info(field).type) == Storage::kNumber) {
          number(event, field, lane);
        } else {
          text(event, field, lane);
        }
      }
    }
    self(event);
    tags(image, event);
    if (marks.known)
      known(LANE_MARKS, marks.tags);
    else
      set(LANE_MARKS, VALUE_UNKNOWN);
    if (event.ancestors().empty() && event.truncated(FieldId::process_ancestors)) set(LANE_PARENT_NAME, VALUE_UNKNOWN);
    argv(event);
    input_->number = static_cast<uint32_t>(event.id());
    LIBBPF_OPTS(bpf_test_run_opts, options);
    const int error = bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.recipe_judge), &options);
    INFO(error);
    REQUIRE(error == 0);
    out.assign(input_->out, input_->out + input_->outs);
    return options.retval != 0;
  }
  [[nodiscard]] uint32_t marks() const { return input_->marks; }

 private:
  static void* map(int fd, size_t bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    REQUIRE(memory != MAP_FAILED);
    return memory;
  }
  void set(uint32_t which, value_state state, uint32_t at = 0, size_t bytes = 0) {
    input_->state[which] = static_cast<record_u8>(state);
    input_->value[which] = {at, static_cast<uint32_t>(bytes)};
  }
  void known(uint32_t lane, uint64_t value) {
    std::memcpy(input_->text + TEXT_NUMBERS + 8 * lane, &value, 8);
    set(lane, VALUE_KNOWN, TEXT_NUMBERS + 8 * lane, 8);
  }
  // As the exec probe would have set them for the ancestors, from exec's pivot table.
  void tags(const FilterImage& image, const Event& event) {
    if (event.truncated(FieldId::process_ancestors)) return set(LANE_TAGS, VALUE_UNKNOWN);
    const auto word = [&](uint64_t at) {
      uint32_t value = 0;
      at &= RECIPE_IMAGE_MASK & ~3u;
      if (at + 4 <= image.size() * sizeof(uint64_t)) std::memcpy(&value, reinterpret_cast<const char*>(image.data()) + at, 4);
      return value;
    };
    const uint64_t seed = image[0];
    const auto head = static_cast<uint32_t>(offsetof(filter_header, event) + sizeof(event_head));
    uint64_t tags = 0;
    for (const Ancestor& ancestor : event.ancestors()) {
      if (!ancestor.name) return set(LANE_TAGS, VALUE_UNKNOWN);
      const uint64_t hash =
          key_of_text(seed, LANE_NAME, KEY_PIVOT, ancestor.name->data(), static_cast<uint32_t>(ancestor.name->size()));
      const uint32_t bucket = word(head) + pivot_bucket_of(hash, word(head + 4)) * static_cast<uint32_t>(sizeof(pivot_bucket));
      for (uint32_t i = 0; i < 16; ++i) {
        const uint32_t entry = word(bucket + 4 * i);
        if (entry >> 16 == pivot_tag(hash) && (entry & 0xffff) >= PIVOT_ANCESTOR) tags |= 1u << (entry & (RECIPE_TAGS - 1));
      }
    }
    known(LANE_TAGS, tags);
  }
  void self(const Event& event) {
    for (const FieldId field : {FieldId::file_name, FieldId::process_name, FieldId::file_path, FieldId::process_exe}) {
      if (event.truncated(field)) return set(LANE_SELF, VALUE_UNKNOWN);
    }
    const auto file = event.text(FieldId::file_path), exe = event.text(FieldId::process_exe);
    const auto last = [](std::string_view path) { return path.substr(path.rfind('/') + 1); };
    known(LANE_SELF, file && exe && last(*file) == last(*exe) ? 1 : 0);
  }
  void number(const Event& event, FieldId field, uint32_t which) {
    const auto value = event.number(field);
    if (event.truncated(field)) return set(which, VALUE_UNKNOWN);
    if (!value) return set(which, VALUE_ABSENT);
    known(which, static_cast<uint64_t>(*value));
  }
  void text(const Event& event, FieldId field, uint32_t which) {
    const uint32_t at = which == LANE_NAME          ? TEXT_NAME
                        : which == LANE_PARENT_NAME ? TEXT_PARENT_NAME
                        : which == LANE_FILE_NAME   ? TEXT_FILE_NAME
                        : which == LANE_EXE         ? TEXT_EXE
                        : which == LANE_IP          ? TEXT_IP
                                                    : TEXT_FILE;
    const auto value = event.text(field);
    if (event.truncated(field)) return set(which, VALUE_UNKNOWN);
    if (!value) return set(which, VALUE_ABSENT);
    std::memcpy(input_->text + at, value->data(), value->size());
    set(which, VALUE_KNOWN, at, value->size());
  }
  void argv(const Event& event) {
    if (!event.has(FieldId::argv)) return set(LANE_ARGV, VALUE_ABSENT);
    const bool cut = event.truncated(FieldId::argv);
    std::string bytes;
    for (const std::string_view element : event.argv()) bytes.append(element).push_back('\0');
    if (cut && !bytes.empty()) bytes.pop_back();
    std::memcpy(input_->text + TEXT_ARGV, bytes.data(), bytes.size());
    std::memset(input_->text + TEXT_ARGV + bytes.size(), 0, 8);
    set(LANE_ARGV, cut ? VALUE_CUT : VALUE_KNOWN, TEXT_ARGV, bytes.size());
  }

  recipe_probes_test* skeleton_ = nullptr;
  char* images_ = nullptr;
  classify* input_ = nullptr;
};

bool same(const std::vector<candidate_word>& a, const std::vector<candidate_word>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0);
}

}  // namespace

TEST_CASE("kernel and userspace find the same candidates and marks, of every event and lane") {
  KernelJudge judge;
  Dice dice(7);
  const std::vector<EventId> events = events_of_lanes();
  std::vector<candidate_word> here, there;
  uint32_t judged = 0, with_candidates = 0, marking = 0;
  std::array<uint32_t, LANES> asked{};
  for (int round = 0; round < 800; ++round) {
    const EventId id = round % 2 == 0 ? EventId::exec : events[static_cast<size_t>(round / 2) % events.size()];
    const Filter filter = random_filter(dice, id);
    const FilterImage image = lay_out(filter, 1 + dice.below(1000), 1).value();
    judge.install(image);
    Classifier::MarkBits marks;
    Classifier classifier(image, [&](const Event&) { return marks; });
    for (const FilterBlock& block : filter.blocks) {
      for (const FilterSlot& slot : block.slots)
        for (const FilterTerm& term : slot.terms) ++asked[term.lane];
    }
    for (int i = 0; i < 15; ++i) {
      const Result<std::vector<uint64_t>> record = encode_record(random_values(dice, filter, id));
      if (!record.ok()) continue;
      Event event;
      REQUIRE(event.decode(std::as_bytes(std::span(record.value()))).ok());
      marks = random_marks(dice, filter);
      const bool undecided_here = classifier.classify(event, here);
      const bool undecided_there = judge.judge(image, event, marks, there);
      INFO("round " << round << " " << info(id).name << " event " << i);
      CHECK(undecided_here == undecided_there);
      CHECK(same(here, there));
      CHECK(classifier.marks() == judge.marks());
      ++judged;
      with_candidates += here.empty() ? 0 : 1;
      marking += classifier.marks() != 0 ? 1 : 0;
    }
  }
  CHECK(judged > 5000);
  CHECK(with_candidates > 2000);
  CHECK(marking > 200);
  for (uint32_t lane = 0; lane < LANES; ++lane) {
    INFO("lane " << lane);
    CHECK(asked[lane] > 50);
  }
}

TEST_CASE("an image of random bytes harms nobody and is read alike") {
  KernelJudge judge;
  Dice dice(11);
  std::vector<candidate_word> here, there;
  const Filter filter = random_filter(dice);
  for (int round = 0; round < 200; ++round) {
    FilterImage image = lay_out(filter, 5, 1).value();
    image.resize(RECIPE_IMAGE_BYTES / sizeof(uint64_t));
    for (uint32_t flips = 1 + dice.below(200); flips > 0; --flips)
      image[dice.below(400)] = static_cast<uint64_t>(dice.below(0xffffffff)) << 32 | dice.below(0xffffffff);
    judge.install(image);
    Classifier classifier(image);
    const Result<std::vector<uint64_t>> record = encode_record(random_values(dice, filter));
    if (!record.ok()) continue;
    Event event;
    REQUIRE(event.decode(std::as_bytes(std::span(record.value()))).ok());
    CHECK(classifier.classify(event, here) == judge.judge(image, event, {}, there));
    CHECK(same(here, there));
    CHECK(classifier.marks() == judge.marks());
  }
}
