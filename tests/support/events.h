// SPDX-License-Identifier: Apache-2.0
// Events and conditions for properties: all small ones, and random larger ones. The kernel is asked the same ones
// (tests/bpf) as the evaluators in userspace (tests/property).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/predicate.h"
#include "runtime/event.h"

namespace recipe {

// RECIPE_SEED from the environment, else a fixed one. Said on stderr once.
[[nodiscard]] uint64_t test_seed();

// splitmix64: small, and the same numbers everywhere.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next();
  uint32_t below(uint32_t bound);  // 0 <= result < bound; bound > 0
  bool chance(uint32_t percent) { return below(100) < percent; }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(static_cast<uint32_t>(std::size(list)))];
  }

 private:
  uint64_t state_;
};

// Every combination of: name a, b, absent · argv of up to two tiny elements, absent, truncated · uid 0, 1, absent · parent a,
// b, none · exe /a, /x/b, absent, truncated. encode_record() takes each.
[[nodiscard]] std::vector<EventValues> tiny_events();
// A pair of tests sees every tiny event. Under a sanitizer, some ten times slower, it sees one in this many, another pair other
// ones.
#ifdef __SANITIZE_ADDRESS__
inline constexpr size_t kTinyStride = 17;
#else
inline constexpr size_t kTinyStride = 1;
#endif
// Every test over those values, each operator that the kernel has a key for and some that it has none for.
[[nodiscard]] std::vector<Test> tiny_tests();

// Of any event of the catalogue, with the fields that the kernel has an index for and some more.
[[nodiscard]] EventValues random_event(Random& random, EventId event = EventId::exec);
// Depth at most 5, loops too; every leaf asks something that random_event() can say yes and no to.
[[nodiscard]] Predicate random_predicate(Random& random, EventId event = EventId::exec);
[[nodiscard]] std::vector<OptionTable> sample_tables();
[[nodiscard]] std::vector<ValueTable> sample_lists();  // that random tests name: domains, ranges, paths, words

[[nodiscard]] Predicate leaf(Test test, bool negated = false);                             // not (test)
[[nodiscard]] Predicate join(PredicateKind kind, const std::vector<Predicate>& children);  // kAnd, kOr, kNot

// One recipe of one trigger a predicate, lowered.
void lower_predicates(Compilation& compilation, const std::vector<Predicate>& predicates, std::vector<OptionTable> tables,
                      EventId event = EventId::exec);

[[nodiscard]] std::string describe(const EventValues& event);

}  // namespace recipe
