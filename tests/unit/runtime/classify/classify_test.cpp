// SPDX-License-Identifier: Apache-2.0
// The userspace classifier against the slow judge, over random filters and events.
#include "runtime/classify/classify.h"

#include <algorithm>
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

TEST_CASE("the classifier's candidates are those of the slow judge") {
  Dice dice(20240607);
  std::vector<candidate_word> words;
  uint32_t candidates = 0, rejected = 0, false_pivots = 0;
  for (int round = 0; round < 3000; ++round) {
    const Filter filter = random_filter(dice);
    const Result<FilterImage> image = lay_out(filter, 1 + dice.below(1000), 1);
    REQUIRE(image.ok());
    Classifier classifier(image.value());
    for (int i = 0; i < 20; ++i) {
      const Result<std::vector<uint64_t>> record = encode_record(random_values(dice, filter));
      if (!record.ok()) continue;  // too long together
      Event event;
      REQUIRE(event.decode(std::as_bytes(std::span(record.value()))).ok());
      REQUIRE_FALSE(classifier.classify(event, words));
      const auto bits = bits_of(filter, words);
      for (size_t b = 0; b < filter.blocks.size(); ++b) {
        std::vector<uint64_t> expected = expected_bits(filter.blocks[b], event);
        if (!wants_name(filter.blocks[b], event)) {
          // The pivot's tag has 16 bits: now and then a name looks like another.
          if (bits[b] != std::vector<uint64_t>(bits[b].size()))
            ++false_pivots;
          else
            expected = bits[b];
        }
        for (size_t w = 0; w < expected.size(); ++w) {
          INFO("round " << round << " event " << i << " block " << b << " word " << w);
          // A prefix of an element that was cut may exclude truly.
          if (event.truncated(FieldId::argv))
            CHECK((bits[b][w] & ~expected[w]) == 0);
          else
            CHECK(bits[b][w] == expected[w]);
          (expected[w] != 0 ? candidates : rejected) += 1;
        }
      }
    }
  }
  CHECK(candidates > 10000);
  CHECK(rejected > 10000);
  CHECK(false_pivots < 60);
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
