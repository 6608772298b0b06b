// SPDX-License-Identifier: Apache-2.0
// The userspace classifier against the slow judge, over random filters and events.
#include "runtime/classify/classify.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "tests/support/random_filter.h"

using namespace recipe;
using namespace recipe::test;

namespace {

// Candidates as bits by block; a word named twice is a failure.
std::vector<std::vector<uint64_t>> bits_of(const Filter& filter, const std::vector<candidate_word>& words) {
  std::vector<std::vector<uint64_t>> bits;
  for (const FilterBlock& block : filter.blocks) bits.emplace_back((block.slots.size() + 63) / 64);
  for (const candidate_word& word : words) {
    REQUIRE(word.block < bits.size());
    REQUIRE(word.word < bits[word.block].size());
    REQUIRE(bits[word.block][word.word] == 0);
    bits[word.block][word.word] = word.bits;
  }
  return bits;
}

}  // namespace

TEST_CASE("the classifier's candidates are those of the slow judge, of every event and lane") {
  Dice dice(20240607);
  const std::vector<EventId> events = events_of_lanes();
  std::vector<candidate_word> words;
  uint32_t candidates = 0, rejected = 0, false_pivots = 0, marked = 0;
  std::array<uint32_t, LANES> positive{}, negated{};
  for (int round = 0; round < 6000; ++round) {
    const EventId id = round % 2 == 0 ? EventId::exec : events[static_cast<size_t>(round / 2) % events.size()];
    const Filter filter = random_filter(dice, id);
    const Result<FilterImage> image = lay_out(filter, 1 + dice.below(1000), 1);
    REQUIRE(image.ok());
    Classifier::MarkBits marks;
    Classifier classifier(image.value(), [&](const Event&) { return marks; });
    for (const FilterBlock& block : filter.blocks) {
      for (const FilterSlot& slot : block.slots)
        for (const FilterTerm& term : slot.terms) ++(term.negated ? negated : positive)[term.lane];
    }
    for (int i = 0; i < 10; ++i) {
      const Result<std::vector<uint64_t>> record = encode_record(random_values(dice, filter, id));
      if (!record.ok()) continue;  // too long together
      Event event;
      REQUIRE(event.decode(std::as_bytes(std::span(record.value()))).ok());
      marks = random_marks(dice, filter);
      REQUIRE_FALSE(classifier.classify(event, words));
      const auto bits = bits_of(filter, words);
      uint32_t marks_expected = 0;
      for (size_t b = 0; b < filter.blocks.size(); ++b) {
        const FilterBlock& block = filter.blocks[b];
        std::vector<uint64_t> expected = expected_bits(block, {filter, event, marks});
        for (size_t slot = 0; slot < block.slots.size(); ++slot) {
          if ((bits[b][slot / 64] >> (slot % 64) & 1) != 0) marks_expected |= block.slots[slot].marks;
        }
        if (!wants_name(block, event)) {
          // The pivot's tag has 16 bits: now and then a name looks like another.
          if (bits[b] != std::vector<uint64_t>(bits[b].size()))
            ++false_pivots;
          else
            expected = bits[b];
        }
        for (size_t w = 0; w < expected.size(); ++w) {
          INFO("round " << round << " " << info(id).name << " event " << i << " block " << b << " word " << w);
          if (event.truncated(FieldId::argv)) {
            // A prefix of an element that was cut may exclude truly.
            CHECK((bits[b][w] & ~expected[w]) == 0);
          } else if ((bits[b][w] & ~expected[w]) != 0 && !event.ancestors().empty()) {
            ++false_pivots;  // an ancestor's name looks like a tag's
            CHECK((expected[w] & ~bits[b][w]) == 0);
          } else {
            CHECK(bits[b][w] == expected[w]);
          }
          (expected[w] != 0 ? candidates : rejected) += 1;
        }
      }
      CHECK(classifier.marks() == marks_expected);
      marked += marks_expected != 0 ? 1 : 0;
    }
  }
  CHECK(candidates > 10000);
  CHECK(rejected > 10000);
  CHECK(false_pivots < 60);
  CHECK(marked > 1000);
  for (uint32_t lane = 0; lane < LANES; ++lane) {
    INFO("lane " << lane);
    CHECK(positive[lane] > 100);
    CHECK((is_tag_lane(lane) || negated[lane] > 100));
  }
}

TEST_CASE("an image that is too short decides nothing") {
  const FilterImage empty;
  Classifier classifier(empty);
  const Result<std::vector<uint64_t>> record = encode_record([] {
    EventValues event;
    event.event = EventId::exec;
    event.texts.emplace_back(FieldId::process_name, "perl");
    return event;
  }());
  REQUIRE(record.ok());
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(record.value()))).ok());
  std::vector<candidate_word> words;
  CHECK(classifier.classify(event, words));
}

TEST_CASE("a filter without blocks wants nothing") {
  const FilterImage image = lay_out({}, 1, 1).value();
  Classifier classifier(image);
  EventValues values;
  values.event = EventId::exec;
  values.texts.emplace_back(FieldId::process_name, "perl");
  const auto record = encode_record(values);
  REQUIRE(record.ok());
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(record.value()))).ok());
  std::vector<candidate_word> words;
  CHECK_FALSE(classifier.classify(event, words));
  CHECK(words.empty());
}
