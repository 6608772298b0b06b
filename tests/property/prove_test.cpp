// SPDX-License-Identifier: Apache-2.0
// The algebra never says a wrong yes: over all tests of a tiny world in pairs, and over random conditions and events, truncated
// ones too, judged by the slow evaluator. And it says yes often enough to be of use.
#include "compiler/prove/prove.h"

#include <catch2/catch.hpp>

#include "compiler/lower/lower.h"
#include "compiler/prove/judge.h"
#include "compiler/prove/tests.h"
#include "runtime/artefact/dump.h"
#include "tests/support/events.h"
#include "tests/support/slow_evaluator.h"

using namespace recipe;

namespace {

constexpr EventId kEvents[] = {EventId::exec, EventId::open, EventId::connect, EventId::dns, EventId::unlink};

const std::vector<ValueTable>* lists() {
  static const std::vector<ValueTable> kLists = sample_lists();
  return &kLists;
}

struct Lowered {
  Predicate predicate;
  Clauses clauses;
  explicit Lowered(const Predicate& from) : predicate(simplify(from)), clauses(split_clauses(predicate)) {}
  [[nodiscard]] prove::Condition condition() const { return {&predicate, &clauses}; }
};

std::string spelled(const Predicate& predicate) {
  return spell_term(simplify(predicate), 0);
}

void check_implied(const Predicate& a, const Predicate& b, const std::vector<EventValues>& events,
                   const std::vector<OptionTable>& tables) {
  for (const EventValues& event : events) {
    const slow::World world{&event, &tables, false, nullptr, lists()};
    if (slow::evaluate(a, world) <= slow::evaluate(b, world)) continue;
    INFO(describe(event));
    INFO(spelled(a));
    FAIL("does not imply " << spelled(b));
  }
}

void check_disjoint(const Predicate& a, const Predicate& b, const std::vector<EventValues>& events,
                    const std::vector<OptionTable>& tables) {
  for (const EventValues& event : events) {
    const slow::World world{&event, &tables, false, nullptr, lists()};
    if (slow::evaluate(a, world) != Truth::kTrue || slow::evaluate(b, world) != Truth::kTrue) continue;
    INFO(describe(event));
    INFO(spelled(a));
    FAIL("is not disjoint with " << spelled(b));
  }
}

}  // namespace

TEST_CASE("no pair of tests of the tiny world is said to imply or to exclude each other and does not") {
  const std::vector<EventValues> all = tiny_events();
  const std::vector<Test> tests = tiny_tests();
  const std::vector<OptionTable> tables = sample_tables();
  size_t implied = 0, apart = 0, pairs = 0;
  for (const Test& a : tests) {
    for (const Test& b : tests) {
      for (const int form : {0, 1, 2, 3}) {
        const Predicate one = leaf(a, (form & 1) != 0), two = leaf(b, (form & 2) != 0);
        const Lowered x(one), y(two);
        ++pairs;
        if (prove::implies(x.condition(), y.condition())) {
          ++implied;
          check_implied(one, two, all, tables);
        }
        if (prove::is_disjoint(x.condition(), y.condition())) {
          ++apart;
          check_disjoint(one, two, all, tables);
        }
      }
    }
  }
  CHECK(implied > tests.size() * 2);
  CHECK(apart > tests.size());
  CHECK(implied < pairs / 2);
}

TEST_CASE("no random event refutes what is said to be implied") {
  Random random(test_seed() + 11);
  const std::vector<OptionTable> tables = sample_tables();
  size_t implied = 0, apart = 0;
  for (int round = 0; round < 1000; ++round) {
    const EventId id = kEvents[static_cast<size_t>(round) % std::size(kEvents)];
    const Predicate a = random_predicate(random, id), b = random_predicate(random, id), c = random_predicate(random, id);
    // Related conditions, for two that are drawn alone seldom say anything of each other.
    const Predicate both = join(PredicateKind::kAnd, {a, b}), either = join(PredicateKind::kOr, {a, c});
    const std::pair<const Predicate*, const Predicate*> pairs[] = {
        {&a, &b}, {&both, &a}, {&a, &either}, {&both, &either}, {&either, &both}};
    std::vector<EventValues> events;
    for (int i = 0; i < 10; ++i) events.push_back(random_event(random, id));
    INFO("round " << round);
    for (const auto& [one, two] : pairs) {
      const Lowered x(*one), y(*two);
      if (prove::implies(x.condition(), y.condition())) {
        ++implied;
        check_implied(*one, *two, events, tables);
      }
      if (prove::is_disjoint(x.condition(), y.condition())) {
        ++apart;
        check_disjoint(*one, *two, events, tables);
      }
    }
  }
  CHECK(implied > 1000);
  CHECK(apart > 20);
}

TEST_CASE("no two random tests of one field are said to imply each other and do not") {
  Random random(test_seed() + 12);
  const std::vector<OptionTable> tables = sample_tables();
  size_t implied = 0;
  for (const EventId id : kEvents) {
    std::vector<Test> leaves;
    for (int i = 0; i < 400; ++i) {
      const Predicate drawn = simplify(random_predicate(random, id));
      for (const PredicateNode& node : drawn.nodes) {
        if (node.kind == PredicateKind::kTest && drawn.tests[node.test].subject.variable == 0)
          leaves.push_back(drawn.tests[node.test]);
      }
    }
    if (leaves.size() > 250) leaves.resize(250);
    std::vector<EventValues> events;
    for (int i = 0; i < 150; ++i) events.push_back(random_event(random, id));
    for (const Test& a : leaves) {
      for (const Test& b : leaves) {
        if (!(a.subject == b.subject) || a == b) continue;
        if (prove::implies(a, b)) {
          ++implied;
          check_implied(leaf(a), leaf(b), events, tables);
        }
        if (prove::excludes(a, b)) check_implied(leaf(a), leaf(b, true), events, tables);
      }
    }
  }
  CHECK(implied > 250);
}

TEST_CASE("what the small judge says of a random event the slow evaluator says too") {
  Random random(test_seed() + 13);
  const std::vector<OptionTable> tables = sample_tables();
  size_t said = 0;
  for (int round = 0; round < 4000; ++round) {
    const EventId id = kEvents[static_cast<size_t>(round) % std::size(kEvents)];
    const Predicate predicate = random_predicate(random, id);
    for (int i = 0; i < 6; ++i) {
      const EventValues event = random_event(random, id);
      const Truth mine = prove::judge(predicate, 0, event);
      if (mine == Truth::kUnknown) continue;
      ++said;
      const Truth slow = slow::evaluate(predicate, {&event, &tables, false, nullptr, lists()});
      if (slow == mine) continue;
      INFO(describe(event));
      INFO(spelled(predicate));
      REQUIRE(slow == mine);
    }
  }
  CHECK(said > 8000);
}
