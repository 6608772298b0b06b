// SPDX-License-Identifier: Apache-2.0
// What recipes remember, tunes, and tests that are more than one event: what is read, and what is refused.
#include <catch2/catch.hpp>

#include "compiler/check/check.h"
#include "tests/support/checked.h"

namespace recipe {
namespace {

using namespace recipe::test;

}  // namespace

TEST_CASE("what is remembered has a time, and what belongs together is clear") {
  const std::pair<const char*, const char*> wrong[] = {
      {"on connect when dst.port == 1 and count < 3 within 1s", "E0209"},
      {"on connect when dst.port == 1 and count > 200000 within 1s", "E0209"},
      {"on connect when dst.port == 1 and count > 3 within 4", "E0209"},
      {"on connect when dst.port == 1 and count > 3 within 1s by process.tree", "E0209"},
      {"on connect when dst.port == 1 and count > 3 within 1s by process, process.parent", "E0209"},
      {"on connect when dst.port == 1 and count > 3 within 1s by file.path", "E0122"},
      {"on connect when dst.port == 1 and count > 3 within 1s by dst.ip, dst.ip", "E0209"},
      {"on connect when count > 3 within 1s and dst.port == 1", "E0209"},
      {"on connect when dst.port == 1 or count > 3 within 1s", "E0209"},
      {"on exec when count > 3 within 1s\ncount > 4 within 1s", "E0202"},
      {"on exec when true\nunless seen [] in 5d", "E0209"},
      {"on exec when true\nunless seen [process.ancestors] in 5d", "E0209"},
      {"on exec when true\nunless seen [process.exe] in 5d\nunless seen [argv] in 5d", "E0202"},
      {"sequence within 1s { a: exec when true }", "E0209"},
      {"sequence within 1s { not a: exec when true b: exec when true }", "E0209"},
      {"sequence within 1s { a: exec when true a: exec when true }", "E0104"},
      {"sequence by dst.ip within 1s { a: exec when true b: connect when true }", "E0122"},
      {"sequence within 1s { a: exec when true b: exec when true }\non exec when true", "E0209"},
      {"sequence within 1s { a: exec when true b: exec when true }\ncount > 3 within 1s", "E0209"},
      {"sequence within 1s { a: exec when true b: connect when true }\nmessage \"{file.path}\"", "E0122"},
      {"on exec when true\nexcept \"x\" until tomorrow when true", "E0209"},
      {"on exec when true\nexcept \"x\" until 2027-02-30 when true", "E0209"},
      {"on exec when true\nexcept nobody", "E0105"},
  };
  for (const auto& [members, code] : wrong) {
    INFO(members);
    const Checked checked("recipe r {\n" + std::string(members) + "\n}");
    CHECK(checked.codes() == Codes{code});
    CHECK(checked.set.recipes.empty());
  }
}

TEST_CASE("a tune changes what it names, and says where it cannot") {
  const std::string recipe = "recipe r {\n  importance low category execution\n  on exec when process.name == nc\n}\n";
  const auto tuned = [&](const std::string& tune) {
    const Checked checked(recipe + tune);
    INFO(tune);
    REQUIRE(checked.codes().empty());
    return checked.set.recipes.at(0);
  };
  CHECK(tuned("tune r { importance high }").ons[0].importance == Importance::kHigh);
  CHECK(tuned("tune r { enabled false }").info.enabled == false);
  CHECK(tuned("tune where category == execution { status stable }").info.status == RecipeStatus::kStable);
  CHECK(tuned("tune where importance >= high { enabled false }").info.enabled);
  CHECK(tuned("tune r { except \"us\" until 2027-03-01 when process.uid == 0 }").exceptions.size() == 1);
  CHECK(tuned("tune r { also when process.name == ncat }").ons[0].when.tests.size() == 2);
  CHECK(tuned("tune r { tags [ours] }\ntune r { importance none }").tunes.size() == 2);
  CHECK(Checked(recipe + "tune rr { importance high }").codes() == Codes{"E0210"});
  CHECK(Checked(recipe + "tune r { }").codes() == Codes{"E0210"});
  CHECK(Checked(recipe + "tune where size > 3 { importance high }").codes() == Codes{"E0210"});
  CHECK(Checked(recipe + "tune r { title \"x\" }").codes() == Codes{"E0201"});
  CHECK(Checked(recipe + "tune r { also when file.path == \"/x\" }").codes() == Codes{"E0122"});
}

TEST_CASE("a test may be a table, be under other programs, and expect a clause") {
  const std::string head = "recipe r {\n  importance low\n  on exec when process.name in [a, b]\n";
  const auto tests_of = [&](const std::string& test) {
    const Checked checked(head + test + "\n}");
    INFO(test);
    REQUIRE(checked.codes().empty());
    return checked.set.recipes.at(0).tests;
  };
  const auto table =
      tests_of("test \"t\" match each name in [a, b] each uid in [0, 1, 2] exec { process.name: name, process.uid: uid }");
  REQUIRE(table.size() == 6);
  CHECK(table[1].title == "t [b, 0]");
  CHECK(table[5].steps[0].numbers[0].second == 2);
  const auto under = tests_of("test \"t\" match exec under [sh, sshd] importance low clause 1 { process.name: a }");
  REQUIRE(under[0].steps[0].ancestors);
  CHECK(under[0].steps[0].ancestors->at(1).name == "sshd");
  CHECK(under[0].importance == Importance::kLow);
  CHECK(under[0].clause == 1);
  CHECK(tests_of("test \"t\" todo match exec { process.name: c }")[0].todo);
  CHECK(tests_of("test \"t\" nothing in \"x.jsonl\"")[0].events.ends_with("x.jsonl"));
  CHECK(tests_of("test \"t\" match exec times 3 every 2s { process.name: a }")[0].steps[2].time_unix_ns == 4'000'000'000);
  for (const char* wrong :
       {"test \"t\" nothing exec importance low { process.name: c }",
        "test \"t\" match exec importance big { process.name: a }",
        "test \"t\" match exec under [sh] { process.name: a, process.ancestors: [{ name: x }] }",
        "test \"t\" match exec times 0 { process.name: a }", "test \"t\" match wait 3s then exec { process.name: a }"}) {
    INFO(wrong);
    CHECK(Checked(head + wrong + "\n}").codes() == Codes{"E0304"});
  }
}

}  // namespace recipe
