// SPDX-License-Identifier: Apache-2.0
#include "runtime/artefact/encode.h"

#include <xxhash.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "bpf/abi/filter_image.h"
#include "runtime/artefact/dump.h"

using namespace recipe;

namespace {

Artefact small_artefact() {
  Artefact a;
  a.files = {"rules/a.recipe"};
  a.passages = {Passage{}, Passage{0, 3, "process.name == perl"}};
  a.option_tables.push_back({"perl", {{"e", ValueKind::kRequired, false}}, {{"eval", ValueKind::kOptional, true}}, {}, true});
  RecipeInfo recipe;
  recipe.name = "a";
  recipe.title = "\xff bytes \0 survive";
  recipe.throttle = Throttle{1, 600'000'000'000, {FieldId::process_exe}};
  a.recipes.push_back(recipe);
  Test test;
  test.subject.field = FieldId::process_uid;
  test.literals = {int64_t{-1}, INT64_MIN, INT64_MAX};
  Trigger trigger{RecipeId{0}, EventId::exec, Importance::kHigh, {std::string("ran "), FieldId::process_exe}, {}, 1};
  trigger.program.nodes = {{NodeKind::kTest, true, FieldId::kNone, 1, 0, 1}};
  trigger.program.tests = {test};
  trigger.report = false;
  trigger.marks = {{MarkTarget::kTree, "seen", 600'000'000'000}};
  a.triggers.push_back(trigger);
  a.clauses.push_back({TriggerId{0}, {{0, true, true}}, true});
  FilterTerm term{LANE_UID, true, {{KeyKind::kExact, true, -1, {}, 0}}};
  a.filter.blocks.push_back({EventId::exec, {}, {{{term}, {ClauseId{0}}, 2}}});
  a.filter.tags = {{{"dpkg"}, {}}, {{}, "seen"}};
  return a;
}

std::string with_checksum(std::string bytes) {
  const uint64_t sum = XXH64(bytes.data(), bytes.size() - 8, 0);
  std::memcpy(bytes.data() + bytes.size() - 8, &sum, 8);
  return bytes;
}

}  // namespace

TEST_CASE("an artefact comes back from its bytes as it was") {
  const Artefact artefact = small_artefact();
  REQUIRE(verify(artefact).ok());
  const Result<Artefact> back = decode(encode(artefact));
  REQUIRE(back.ok());
  CHECK(back.value() == artefact);
  CHECK(decode(encode(Artefact{})).ok());
}

TEST_CASE("every cut and every changed byte is refused") {
  const std::string bytes = encode(small_artefact());
  for (size_t i = 0; i < bytes.size(); ++i) {
    CHECK_FALSE(decode(std::string_view(bytes).substr(0, i)).ok());
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(decode(changed).ok());
  }
  CHECK_FALSE(decode(bytes + "x").ok());
}

TEST_CASE("an error says what is wrong with the bytes") {
  std::string bytes = encode(small_artefact());
  CHECK(decode("ELF").error().what.starts_with("not an artefact"));
  std::string other = bytes;
  other[8] = 9;
  CHECK(decode(other).error().what.find("version 9") != std::string::npos);
  other = bytes;
  other[12] = static_cast<char>(other[12] ^ 1);
  CHECK(decode(with_checksum(other)).error().what.find("another catalogue") != std::string::npos);
}

TEST_CASE("a body that was forged under a right checksum is refused or verified, never followed") {
  const std::string bytes = encode(small_artefact());
  size_t refused = 0;
  for (size_t i = 28; i + 8 < bytes.size(); ++i) {
    for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      std::string forged = bytes;
      forged[i] = static_cast<char>(value);
      const Result<Artefact> back = decode(with_checksum(forged));
      if (!back.ok()) {
        ++refused;
      } else {
        CHECK(verify(back.value()).ok());
        CHECK_FALSE(dump(back.value()).empty());
      }
    }
  }
  CHECK(refused > 100);
}

TEST_CASE("verify refuses a clause without a slot, and a walk that would leave its program") {
  Artefact artefact = small_artefact();
  artefact.filter.blocks.clear();
  CHECK(verify(artefact).error().what.find("no slot") != std::string::npos);
  artefact = small_artefact();
  artefact.triggers[0].program.nodes[0].end = 2;
  CHECK_FALSE(verify(artefact).ok());
  artefact = small_artefact();
  artefact.triggers[0].program.nodes[0].test = 1;
  CHECK_FALSE(verify(artefact).ok());
  artefact = small_artefact();
  artefact.triggers[0].program.tests[0].subject.variable = 1;
  CHECK_FALSE(verify(artefact).ok());
  artefact = small_artefact();
  artefact.recipes.push_back(artefact.recipes[0]);
  CHECK_FALSE(verify(artefact).ok());
}

TEST_CASE("tests and texts are spelled as the language writes them") {
  Test test;
  test.subject.field = FieldId::process_name;
  test.literals = {std::string("perl")};
  CHECK(spell(test, false) == "process.name == perl");
  CHECK(spell(test, true) == "process.name != perl");
  test.literals.emplace_back("two words");
  CHECK(spell(test, false) == "process.name in [perl, \"two words\"]");
  CHECK(spell(test, true) == "process.name not in [perl, \"two words\"]");
  Test argv;
  argv.subject.field = FieldId::argv;
  argv.over = Over::kAnyElement;
  argv.literals = {std::string("-e")};
  CHECK(spell(argv, false) == "argv contains \"-e\"");
  argv.literals.emplace_back("-E");
  argv.nocase = true;
  CHECK(spell(argv, true) == "argv not contains nocase any [\"-e\", \"-E\"]");
  argv.nocase = false;
  argv.op = Operator::kLike;
  argv.literals = {std::string("--eval=*")};
  CHECK(spell(argv, true) == "not any argv like \"--eval=*\"");
  CHECK(quote("a\"\\\n\xff\xc3\xa9") == "\"a\\\"\\\\\\n\\xff\xc3\xa9\"");
}
