// SPDX-License-Identifier: Apache-2.0
// replay --near-miss: events that no trigger of a recipe holds for, and one of whose clauses all terms but one hold for;
// grouped by the term that failed.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine.h"
#include "runtime/match/trace.h"

namespace recipe::reciped {

class NearMisses {
 public:
  static constexpr size_t kMostGroups = 10'000;

  // The engine must outlive it. Error: ours.
  [[nodiscard]] static Result<NearMisses> build(const Engine& engine);

  // The event that was judged last, before the marks that it set count.
  void add(const Event& event, Context& context);
  // "12 near misses of `recipe`: ...", the most first; says so where there are none.
  [[nodiscard]] std::string text() const;

 private:
  struct Group {
    uint64_t count = 0;
    std::string value;    // the first event's, of the term that failed
    std::string command;  // and its command line
  };

  explicit NearMisses(const Engine& engine) : engine_(&engine) {}

  const Engine* engine_;
  std::map<EventId, Tracer> tracers_;
  std::map<std::pair<uint32_t, uint32_t>, Group> groups_;  // by recipe and passage of the term
  uint64_t without_room_ = 0;
};

}  // namespace recipe::reciped
