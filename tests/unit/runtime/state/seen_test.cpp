// SPDX-License-Identifier: Apache-2.0
// The file of memories: what is written can be read, and what is none is refused with its line.
#include "runtime/state/seen.h"

#include <catch2/catch.hpp>

using namespace recipe;

namespace {

constexpr int64_t kDay = 86'400'000'000'000;

RecipeInfo remembering(std::vector<FieldId> fields) {
  RecipeInfo recipe;
  recipe.name = "r";
  recipe.unless_seen = UnlessSeen{std::move(fields), 5 * kDay, 0};
  return recipe;
}

bool seen(Seen& memory, const RecipeInfo& recipe, int64_t day, const std::string& exe, std::vector<std::string> argv = {"x"}) {
  EventValues values;
  values.event = EventId::exec;
  values.time_unix_ns = day * kDay;
  values.texts = {{FieldId::process_exe, exe}};
  values.argv = std::move(argv);
  const std::vector<uint64_t> record = encode_record(values).value();
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
  const auto context = make_record_context();
  return memory.seen_before(recipe, event, *context);
}

std::string refusal(std::string_view text) {
  Seen memory;
  const Status read = memory.read(text);
  return read.ok() ? "" : read.error().message();
}

}  // namespace

TEST_CASE("what was seen lasts from the last time on") {
  Seen memory;
  const RecipeInfo recipe = remembering({FieldId::process_exe});
  CHECK_FALSE(seen(memory, recipe, 10, "/bin/a"));
  CHECK(seen(memory, recipe, 14, "/bin/a"));
  CHECK(seen(memory, recipe, 19, "/bin/a"));
  CHECK_FALSE(seen(memory, recipe, 25, "/bin/a"));
  CHECK(seen(memory, recipe, 12, "/bin/a"));  // of another processor, a little late
}

TEST_CASE("memories survive being written and read") {
  Seen memory;
  const RecipeInfo recipe = remembering({FieldId::process_exe, FieldId::process_cwd});
  CHECK_FALSE(seen(memory, recipe, 10, "/bin/a \"b\"\n"));
  const std::string text = memory.print();
  CHECK(text.find("null") != std::string::npos);
  Seen other;
  REQUIRE(other.read(text).ok());
  CHECK(other.print() == text);
  CHECK(seen(other, recipe, 11, "/bin/a \"b\"\n"));
  REQUIRE(other.read("").ok());
}

TEST_CASE("secrets are not remembered in the clear") {
  Seen memory;
  CHECK_FALSE(seen(memory, remembering({FieldId::process_cmdline}), 10, "/bin/a", {"a", "--password=hunter2hunter2"}));
  CHECK(memory.print().find("hunter2") == std::string::npos);
}

TEST_CASE("a file that holds no memories is refused with its line") {
  constexpr const char* kHead = "{\"format\":\"recipe-seen\",\"version\":1}\n";
  CHECK(refusal("{\"format\":\"recipe-seen\",\"version\":2}\n").find("line 1: is of version 2") == 0);
  CHECK(refusal("{\"format\":\"x\"}\n").find("line 1:") == 0);
  CHECK(refusal("[1]\n").find("line 1: is no object") == 0);
  CHECK(refusal(std::string(kHead) + "x\n").find("line 2: is no object") == 0);
  CHECK(refusal(std::string(kHead) + "{\"recipe\":\"r\"}\n").find("line 2: wants") == 0);
  CHECK(refusal(std::string(kHead) + R"({"recipe":"r","last":"2026-11-23T10:00:00Z","values":[1]})").find("line 2: a value") ==
        0);
  CHECK(refusal(std::string(kHead) + R"({"recipe":"r","last":"soon","values":[]})").find("line 2: wants") == 0);
  CHECK(refusal(std::string(kHead) + std::string(Seen::kMostLine + 1, ' ')).find("line 2: is longer") == 0);
}

TEST_CASE("memories are bounded, and the oldest makes room") {
  Seen memory;
  const RecipeInfo recipe = remembering({FieldId::process_exe});
  for (size_t i = 0; i < Seen::kMostMemories + 3; ++i)
    (void)seen(memory, recipe, 10 + static_cast<int64_t>(i), "/" + std::to_string(i));
  CHECK(memory.size() == Seen::kMostMemories);
  CHECK(memory.evicted() == 3);
}
