// SPDX-License-Identifier: Apache-2.0
// Law 1: the kernel's filter is a necessary condition. Conditions are lowered and laid out, events become records, the
// classifier (the same C source as the kernel's) judges the image, and the slow evaluator says what is true.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "compiler/lower/lower.h"
#include "runtime/artefact/dump.h"
#include "runtime/artefact/encode.h"
#include "runtime/artefact/keys.h"
#include "runtime/artefact/lay_out.h"
#include "runtime/classify/classify.h"
#include "runtime/context/context.h"
#include "runtime/match/matcher.h"
#include "tests/support/events.h"
#include "tests/support/slow_evaluator.h"

using namespace recipe;

namespace {

// One set of conditions, ready to judge events.
class Judge {
 public:
  explicit Judge(const std::vector<Predicate>& predicates, uint64_t seed = 42, EventId event = EventId::exec)
      : tables_(sample_tables()) {
    lower_predicates(compilation_, predicates, tables_, event);
    REQUIRE(verify(compilation_.artefact).ok());
    Result<FilterImage> image = lay_out(compilation_.artefact.filter, seed, 1);
    REQUIRE(image.ok());
    image_ = std::move(image.value());
    classifier_ = std::make_unique<Classifier>(image_);
    Result<std::unique_ptr<Matcher>> matcher = Matcher::build(compilation_.artefact);
    REQUIRE(matcher.ok());
    matcher_ = std::move(matcher.value());
  }

  void judge(const EventValues& values) {
    const Result<std::vector<uint64_t>> record = encode_record(values);
    INFO(describe(values));
    if (!record.ok()) FAIL(record.error().message());
    Event event;
    REQUIRE(event.decode(std::as_bytes(std::span(record.value()))).ok());
    std::vector<candidate_word> words;
    const bool everything = classifier_->classify(event, words);
    const std::vector<bool> candidate = clauses_of(words, everything);
    for (uint32_t c = 0; c < candidate.size(); ++c) judge_clause(c, candidate[c], everything, values);
    for (uint32_t t = 0; t < compilation_.artefact.triggers.size(); ++t) {
      const Truth truth =
          slow::evaluate(compilation_.artefact.triggers[t].program, {&values, &tables_, false, nullptr, &lists_});
      const Truth matched = matcher_->evaluate_trigger(TriggerId{t}, event, *context_);
      if (truth != matched) {
        INFO(dump(compilation_.artefact.triggers[t].program));
        FAIL("the matcher says " << static_cast<int>(matched) << ", the slow evaluator " << static_cast<int>(truth));
      }
    }
  }

  [[nodiscard]] const Artefact& artefact() const { return compilation_.artefact; }
  size_t candidates = 0, rejected = 0, exact_candidates = 0;

 private:
  std::vector<bool> clauses_of(const std::vector<candidate_word>& words, bool everything) const {
    std::vector<bool> candidate(compilation_.artefact.clauses.size(), everything);
    for (const candidate_word& word : words) {
      REQUIRE(word.block < compilation_.artefact.filter.blocks.size());
      const FilterBlock& block = compilation_.artefact.filter.blocks[word.block];
      for (uint32_t bit = 0; bit < 64; ++bit) {
        if ((word.bits >> bit & 1) == 0) continue;
        REQUIRE(word.word * 64u + bit < block.slots.size());
        for (const ClauseId clause : block.slots[word.word * 64u + bit].clauses) candidate[clause.index()] = true;
      }
    }
    return candidate;
  }

  void judge_clause(uint32_t c, bool candidate, bool everything, const EventValues& values) {
    const ClauseInfo& clause = compilation_.artefact.clauses[c];
    const uint32_t t = clause.trigger.value;
    const uint32_t first = first_clause(t);
    const Clause& terms = compilation_.clauses[t].clauses[c - first];
    const Truth truth = slow::evaluate_clause(terms, compilation_.simplified[t], {&values, &tables_, true, nullptr, &lists_});
    candidate ? ++candidates : ++rejected;
    const auto say = [&](const char* what) {
      std::string words = what;
      for (const uint32_t term : terms.terms) words += "\n  " + spell_term(compilation_.simplified[t], term);
      FAIL(words + "\n" + dump(compilation_.artefact.filter, compilation_.artefact));
    };
    if (truth != Truth::kFalse && !candidate) say("an event would be lost: the clause can hold and is no candidate");
    if (clause.exact && candidate && !everything && values.truncated.empty()) {
      ++exact_candidates;
      if (truth != Truth::kTrue) say("the clause claims to be exact, and is a candidate where it does not hold");
    }
  }

  uint32_t first_clause(uint32_t trigger) const {
    uint32_t first = 0;
    while (compilation_.artefact.clauses[first].trigger.value != trigger) ++first;
    return first;
  }

  std::vector<OptionTable> tables_;
  std::vector<ValueTable> lists_ = sample_lists();
  Compilation compilation_;
  FilterImage image_;
  std::unique_ptr<Classifier> classifier_;
  std::unique_ptr<Matcher> matcher_;
  std::unique_ptr<Context> context_ = make_record_context();
};

}  // namespace

TEST_CASE("no pair of tests of the tiny world loses an event, and what claims to be exact is") {
  const std::vector<EventValues> events = tiny_events();
  const std::vector<Test> tests = tiny_tests();
  size_t pair = 0, exact = 0, rejected = 0;
  for (const Test& a : tests) {
    std::vector<Predicate> predicates;
    for (const Test& b : tests) {
      for (const int form : {0, 1, 2, 3}) {
        predicates.push_back(join(PredicateKind::kAnd, {leaf(a, (form & 1) != 0), leaf(b, (form & 2) != 0)}));
      }
    }
    Judge judge(predicates);
    for (size_t i = pair++ % kTinyStride; i < events.size(); i += kTinyStride) judge.judge(events[i]);
    exact += judge.exact_candidates;
    rejected += judge.rejected;
  }
  CHECK(exact > 30000 / kTinyStride);
  CHECK(rejected > 30000 / kTinyStride);
}

// Under sanitizers a round takes ten times as long.
#ifdef __SANITIZE_ADDRESS__
constexpr uint32_t kRounds = 150;
#else
constexpr uint32_t kRounds = 450;
#endif

TEST_CASE("random conditions together lose no event, of every event and lane") {
  Random random(test_seed() + 2);
  size_t exact = 0, rejected = 0, candidates = 0, lists = 0;
  std::map<uint32_t, size_t> lanes;
  // Every other round the event that has the most: exec.
  for (uint32_t round = 0; round < kRounds; ++round) {
    const EventId id = round % 3 == 0 ? EventId::exec : all_events()[(round / 3 * 2 + round % 3 - 1) % all_events().size()].id;
    INFO("round " << round << ", " << info(id).name);
    std::vector<Predicate> predicates;
    for (uint32_t i = 0, count = 1 + random.below(40); i < count; ++i) predicates.push_back(random_predicate(random, id));
    for (const Predicate& predicate : predicates)
      lists += static_cast<size_t>(
          std::count_if(predicate.tests.begin(), predicate.tests.end(), [](const Test& test) { return test.table != 0; }));
    Judge judge(predicates, random.next(), id);
    for (const FilterBlock& block : judge.artefact().filter.blocks) {
      if (!block.names.empty()) ++lanes[pivot_lane(id)];
      for (const FilterSlot& slot : block.slots)
        for (const FilterTerm& term : slot.terms) ++lanes[term.lane];
    }
    for (int i = 0; i < 40; ++i) judge.judge(random_event(random, id));
    exact += judge.exact_candidates;
    rejected += judge.rejected;
    candidates += judge.candidates;
  }
  CHECK(exact > 0);
  CHECK(rejected > candidates / 4);
  CHECK(lists > kRounds / 3 * 2);
  for (uint32_t lane = 0; lane < LANES; ++lane) {
    INFO("lane " << lane);
    CHECK((lane == LANE_MARKS || lanes[lane] > 20));  // marks are of sequences: marks_test.cpp
  }
}
