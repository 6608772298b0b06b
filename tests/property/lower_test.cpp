// SPDX-License-Identifier: Apache-2.0
// Each step of lowering keeps the truth of every event, unknown included: judged by the slow evaluator over all tests of a tiny
// world in pairs, and over random conditions.
#include "compiler/lower/lower.h"

#include <catch2/catch.hpp>

#include "runtime/artefact/dump.h"
#include "runtime/artefact/encode.h"
#include "runtime/match/matcher.h"
#include "tests/support/events.h"
#include "tests/support/slow_evaluator.h"

using namespace recipe;

namespace {

constexpr EventId kEvents[] = {EventId::exec, EventId::open, EventId::connect, EventId::dns, EventId::unlink};

const std::vector<ValueTable>* lists() {
  static const std::vector<ValueTable> kLists = sample_lists();
  return &kLists;
}

void check_steps(const Predicate& predicate, const std::vector<EventValues>& events, const std::vector<OptionTable>& tables) {
  const Predicate simplified = simplify(predicate);
  const Clauses clauses = split_clauses(simplified);
  const BuiltProgram built = build_program(simplified);
  for (const PredicateNode& node : simplified.nodes) REQUIRE(node.kind != PredicateKind::kNot);
  size_t at = 0;
  for (const EventValues& event : events) {
    const slow::World world{&event, &tables, false, nullptr, lists()};
    const Truth truth = slow::evaluate(predicate, world);
    const bool same = truth == slow::evaluate(simplified, world) && truth == slow::evaluate(clauses, simplified, world) &&
                      truth == slow::evaluate(built.program, world);
    if (!same) {
      INFO(describe(event));
      INFO(dump(build_program(simplified).program));
      CHECK(truth == slow::evaluate(simplified, world));
      CHECK(truth == slow::evaluate(clauses, simplified, world));
      CHECK(truth == slow::evaluate(built.program, world));
      FAIL("a step changed the truth of event " << at);
    }
    ++at;
  }
}

}  // namespace

TEST_CASE("every pair of tests of the tiny world keeps its truth through each step") {
  std::vector<EventValues> all = tiny_events(), events;
  const std::vector<Test> tests = tiny_tests();
  const std::vector<OptionTable> tables = sample_tables();
  size_t pair = 0;
  for (const Test& a : tests) {
    for (const Test& b : tests) {
      for (const int form : {0, 1, 2, 3}) {
        events.clear();
        for (size_t i = pair % kTinyStride; i < all.size(); i += kTinyStride) events.push_back(all[i]);
        ++pair;
        const PredicateKind kind = form % 2 == 0 ? PredicateKind::kAnd : PredicateKind::kOr;
        const Predicate joined = join(kind, {leaf(a, form > 1), leaf(b, form == 1)});
        check_steps(joined, events, tables);
        check_steps(join(PredicateKind::kNot, {joined}), events, tables);
      }
    }
  }
}

TEST_CASE("random conditions keep their truth through each step") {
  Random random(test_seed());
  const std::vector<OptionTable> tables = sample_tables();
  size_t seen[3] = {};
  for (int round = 0; round < 5000; ++round) {
    const EventId id = kEvents[static_cast<size_t>(round) % std::size(kEvents)];
    const Predicate predicate = random_predicate(random, id);
    std::vector<EventValues> events;
    for (int i = 0; i < 12; ++i) events.push_back(random_event(random, id));
    INFO("round " << round);
    check_steps(predicate, events, tables);
    for (const EventValues& event : events)
      ++seen[static_cast<size_t>(slow::evaluate(predicate, {&event, &tables, false, nullptr, lists()}))];
  }
  // The generator says all three often enough to find a fault.
  CHECK(seen[0] > 1000);
  CHECK(seen[1] > 500);
  CHECK(seen[2] > 1000);
}

TEST_CASE("what the matcher says of a random condition is what the slow evaluator says") {
  Random random(test_seed() + 2);
  const std::vector<OptionTable> tables = sample_tables();
  const auto context = make_record_context();
  for (int round = 0; round < 3000; ++round) {
    const EventId id = kEvents[static_cast<size_t>(round) % std::size(kEvents)];
    const Predicate predicate = random_predicate(random, id);
    Compilation compilation;
    lower_predicates(compilation, {predicate}, tables, id);
    const auto matcher = Matcher::build(compilation.artefact);
    REQUIRE(matcher.ok());
    for (int i = 0; i < 8; ++i) {
      const EventValues values = random_event(random, id);
      const auto record = encode_record(values);
      REQUIRE(record.ok());
      Event event;
      REQUIRE(event.decode(std::as_bytes(std::span(*record))).ok());
      const Truth slow = slow::evaluate(predicate, {&values, &tables, false, nullptr, lists()});
      const Truth fast = (*matcher)->evaluate_trigger(TriggerId{0}, event, *context);
      if (slow == fast) continue;
      INFO(describe(values));
      INFO(dump(compilation.artefact.triggers[0].program));
      REQUIRE(slow == fast);
    }
  }
}

TEST_CASE("an artefact of random conditions comes back from its bytes as it was") {
  Random random(test_seed() + 1);
  for (int round = 0; round < 40; ++round) {
    const EventId id = kEvents[static_cast<size_t>(round) % std::size(kEvents)];
    std::vector<Predicate> predicates;
    for (int i = 0; i < 20; ++i) predicates.push_back(random_predicate(random, id));
    Compilation compilation;
    lower_predicates(compilation, predicates, sample_tables(), id);
    const Artefact& artefact = compilation.artefact;
    REQUIRE(verify(artefact).ok());
    const Result<Artefact> back = decode(encode(artefact));
    REQUIRE(back.ok());
    CHECK(back.value() == artefact);
  }
}
