// SPDX-License-Identifier: Apache-2.0
// Which processes a sequence takes together, and that it stays within its bounds. That order and time are right:
// tests/property/state.
#include "runtime/state/sequences.h"

#include <catch2/catch.hpp>

using namespace recipe;

namespace {

struct Scene {
  explicit Scene(GroupRelation relation, bool ends_absent = false) {
    artefact.passages.resize(1);
    artefact.recipes.resize(1);
    artefact.recipes[0].name = "r";
    Sequence& sequence = artefact.recipes[0].sequence.emplace();
    sequence.by.relation = relation;
    sequence.within_ns = 1'000;
    sequence.steps.resize(2);
    sequence.steps[0].name = "a";
    sequence.steps[1].name = "b";
    sequence.steps[1].absent = ends_absent;
    for (uint32_t i = 0; i < 2; ++i) {
      Trigger& trigger = artefact.triggers.emplace_back();
      trigger.recipe = RecipeId{0};
      trigger.event = EventId::exec;
      trigger.step = i + 1;
    }
  }

  // The line of pids from the process upwards. true: the sequence is complete.
  bool take(uint32_t step, const std::vector<int64_t>& line, int64_t start_time = 0) {
    EventValues values;
    values.event = EventId::exec;
    values.time_unix_ns = ++time;
    values.numbers = {{FieldId::process_pid, line[0]}};
    if (start_time != 0) values.numbers.emplace_back(FieldId::process_start_time, start_time);
    if (line.size() > 1) values.ancestors.emplace();
    for (size_t i = 1; i < line.size(); ++i) {
      EventValues::AncestorValues ancestor;
      ancestor.pid = line[i];
      values.ancestors->push_back(ancestor);
    }
    const std::vector<uint64_t> record = encode_record(values).value();
    Event event;
    REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
    Match match;
    match.trigger = TriggerId{step};
    return sequences.take(match, event, static_cast<uint64_t>(time), *context, [] { return Detection(); }).has_value();
  }

  Artefact artefact;
  Sequences sequences{artefact, 1};
  std::unique_ptr<Context> context = make_record_context();
  int64_t time = 1'000;
};

}  // namespace

TEST_CASE("by process: the same process alone") {
  Scene scene(GroupRelation::kProcess);
  CHECK_FALSE(scene.take(0, {8, 7, 1}));
  CHECK_FALSE(scene.take(1, {9, 7, 1}));
  CHECK_FALSE(scene.take(1, {9, 8, 7, 1}));
  CHECK(scene.take(1, {8, 7, 1}));
}

TEST_CASE("by process: a number that another process has got is another one") {
  Scene scene(GroupRelation::kProcess);
  CHECK_FALSE(scene.take(0, {8, 7, 1}, 111));
  CHECK_FALSE(scene.take(1, {8, 7, 1}, 222));
  CHECK(scene.take(1, {8, 7, 1}, 111));
}

TEST_CASE("by parent: children of one process") {
  Scene scene(GroupRelation::kParent);
  CHECK_FALSE(scene.take(0, {8, 7, 1}));
  CHECK_FALSE(scene.take(1, {8, 70, 1}));
  CHECK_FALSE(scene.take(1, {10, 9, 7, 1}));
  CHECK(scene.take(1, {9, 7, 1}));
}

TEST_CASE("by tree: what the first one's parent started, and what descends from it") {
  for (const std::vector<int64_t>& line : std::vector<std::vector<int64_t>>{{8, 7, 1}, {9, 7, 1}, {11, 10, 9, 7, 1}, {7, 1}}) {
    Scene scene(GroupRelation::kTree);
    CHECK_FALSE(scene.take(0, {8, 7, 1}));
    CHECK_FALSE(scene.take(1, {70, 1}));
    CHECK(scene.take(1, line));
  }
}

TEST_CASE("by tree: what init started is no tree") {
  Scene scene(GroupRelation::kTree);
  CHECK_FALSE(scene.take(0, {8, 1}));
  CHECK_FALSE(scene.take(1, {9, 1}));
  CHECK(scene.take(1, {10, 8, 1}));
}

TEST_CASE("one event does one step") {
  Scene scene(GroupRelation::kProcess);
  CHECK_FALSE(scene.take(0, {8, 7, 1}));
  --scene.time;  // the same event
  CHECK_FALSE(scene.take(1, {8, 7, 1}));
  CHECK(scene.take(1, {8, 7, 1}));
}

TEST_CASE("open sequences are bounded, and what ends first makes room") {
  Scene scene(GroupRelation::kProcess, true);
  for (int64_t i = 0; i < static_cast<int64_t>(Sequences::kMaxOpen) + 5; ++i) {
    scene.time = 1'000;
    CHECK_FALSE(scene.take(0, {100 + i, 7, 1}));
  }
  CHECK(scene.sequences.size() == Sequences::kMaxOpen);
  CHECK(scene.sequences.evicted() == 5);
  size_t closed = 0;
  while (scene.sequences.take_closed(UINT64_MAX)) ++closed;
  CHECK(closed == Sequences::kMaxOpen);
  CHECK(scene.sequences.size() == 0);
}
