// SPDX-License-Identifier: Apache-2.0
// What a recipe's tests are worth: mutants, evasions, who else tells of an event; and the tune for a harmless detection.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/tools/recipec/recipec.h"

namespace recipe {
namespace {

// Both terms are shown to matter by the tests, and both of the exception's.
constexpr const char* kTight = R"(recipe tight {
  on exec when process.name == perl and argv contains "-e"
  except "packages" when process.parent.name == dpkg
  test "code" match exec { process.name: perl, argv: [perl, "-e", "1"] }
  test "a script" nothing exec { process.name: perl, argv: [perl, "x.pl"] }
  test "a longer word" nothing exec { process.name: perl, argv: [perl, "-e1"] }
  test "another program" nothing exec { process.name: perldoc, argv: [perldoc, "-e"] }
  test "a package" nothing exec { process.name: perl, argv: [perl, "-e", "1"], process.parent.name: dpkg }
  test "a package's builder" match exec { process.name: perl, argv: [perl, "-e", "1"], process.parent.name: dpkg-deb }
}
)";

}  // namespace

TEST_CASE("test --mutate is content where every fault fails some test") {
  const ScratchFolder folder;
  const CommandResult ran = recipec({"test", folder.write("a.recipe", kTight), "--mutate"});
  INFO(ran.out);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, Contains("mutants 6, noticed 6"));
}

TEST_CASE("test --mutate shows the faults that no test notices, with their line") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe", R"(recipe loose {
  on exec when process.name == perl
    and argv contains "-e"
  test "code" match exec { process.name: perl, argv: [perl, "-e", "1"] }
}
)");
  const CommandResult ran = recipec({"test", path, "--mutate"});
  CHECK(ran.code == 1);
  CHECK_THAT(ran.out, Contains(path + ":3: without `argv contains \"-e\"`"));
  CHECK_THAT(ran.out, Contains(":2: without `process.name == perl`"));
  CHECK_THAT(recipec({"test", path, "--mutate", "--format", "junit"}).out,
             Contains("<testsuites tests=\"3\" failures=\"2\"") && Contains("classname=\"loose\" name=\"no test notices: "));
  const auto json = nlohmann::json::parse(recipec({"test", path, "--mutate", "--format", "json"}).out);
  CHECK(json["mutations"][0]["recipe"] == "loose");
  CHECK(json["mutations"][0]["survivors"].size() == 2);
}

TEST_CASE("test --mutate widens what an author may have tied too loosely: ends of a pattern, folders, prefixes, bounds") {
  const ScratchFolder folder;
  const CommandResult ran = recipec({"test", folder.write("a.recipe", R"x(recipe a {
  on open when
        file.path under "/etc/cron.d"
    and process.cmdline matches r"^sh .*\$$"
    and process.exe startswith "/usr/"
    and process.uid > 10
  test "it" match open { file.path: "/etc/cron.d/x", argv: [sh, "x$"], process: { exe: "/usr/bin/sh", uid: 12 } }
}
)x"),
                                     "--mutate"});
  CHECK(ran.code == 1);
  for (const char* change : {"the folder above", "no `^` at the beginning", "`contains` for `startswith`", "`>=` for `>`"})
    CHECK_THAT(ran.out, Contains(std::string("with ") + change + " in"));
  CHECK_THAT(ran.out, Contains("no `$` at the end"));
}

TEST_CASE("test --mutate changes a macro once, in all of its places, and asks the tests of all recipes that use it") {
  const ScratchFolder folder;
  folder.write("lib.recipe", "macro is_perl = process.name == perl\n  or process.name == perl5\n");
  const std::string one = folder.write("one.recipe", R"(import "lib.recipe"
recipe one {
  on exec when is_perl and process.uid == 0 or is_perl and argv contains "-e"
  test "root" match exec { process: { name: perl, uid: 0 } }
  test "code" match exec { process: { name: perl, uid: 7 }, argv: [perl, "-e"] }
  test "neither" nothing exec { process: { name: perl, uid: 7 }, argv: [perl, "-x"] }
  test "another" nothing exec { process: { name: sh, uid: 0 }, argv: [sh, "-e"] }
}
)");
  folder.write("two.recipe", R"(import "lib.recipe"
recipe two {
  on exec when is_perl
  test "five" match exec { process.name: perl5 }
}
)");
  const CommandResult both = recipec({"test", folder.path(), "--mutate"});
  INFO(both.out);
  CHECK(both.code == 0);
  CHECK_THAT(both.out, !Contains("lib.recipe:"));
  // Alone, a recipe is not asked for what its imports hold.
  CHECK_THAT(recipec({"test", one, "--mutate"}).out, !Contains("lib.recipe:"));
  folder.write("two.recipe",
               "import \"lib.recipe\"\nrecipe two { on exec when is_perl test \"x\" nothing exec { process.name: sh } }\n");
  const CommandResult less = recipec({"test", folder.path(), "--mutate"});
  CHECK(less.code == 1);
  CHECK_THAT(less.out, Contains("lib.recipe: 1 of 5 mutants pass all tests") &&
                           Contains("lib.recipe:2: without `process.name == perl5`"));
}

TEST_CASE("test --mutate makes no mutant of a term whose absence is proved to change nothing") {
  const ScratchFolder folder;
  const CommandResult ran = recipec({"test", folder.write("a.recipe", R"(recipe a {
  on exec when process.name == perl
    or process.name == perl and process.uid == 0
  test "it" match exec { process.name: perl }
  test "another" nothing exec { process: { name: sh, uid: 0 } }
}
)"),
                                     "--mutate"});
  INFO(ran.out);
  CHECK_THAT(ran.out,
             !Contains(":3: without `process.name == perl and process.uid == 0`") && !Contains("without `process.uid == 0`"));
}

TEST_CASE("test --mutate sees a fault that changes nothing but the importance") {
  const ScratchFolder folder;
  const auto with = [&](const std::string& importance) {
    return recipec({"test",
                    folder.write("a.recipe",
                                 "recipe a {\n  on exec when process.name == perl and process.uid == 0 { importance high }\n"
                                 "  on exec when process.name == perl { importance low }\n"
                                 "  test \"it\" match exec " +
                                     importance +
                                     "{ process: { name: perl, uid: 1 } }\n"
                                     "  test \"another\" nothing exec { process: { name: sh, uid: 0 } }\n}\n"),
                    "--mutate"});
  };
  const CommandResult loose = with("");
  INFO(loose.out);
  CHECK_THAT(loose.out, Contains(":2: without `process.uid == 0`"));
  CHECK(with("importance low ").code == 0);
}

TEST_CASE("an allow with its reason explains a term that no test decides, and one that explains nothing is found") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe", R"(recipe a {
  on exec when
        process.name == perl
    # allow(untested_term): the kernel's index
    and argv contains "-e"
  test "it" match exec { process.name: perl, argv: [perl, "-e"] }
  test "another" nothing exec { process.name: sh, argv: [sh, "-e"] }
}
)");
  const CommandResult ran = recipec({"test", path, "--mutate", "--coverage"});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, Contains("mutants 4, noticed 3, explained 1") && Contains("coverage 100 %") && Contains("1 explained"));
  CHECK_THAT(recipec({"lint", path}).out, !Contains("untested_term"));
  std::string text = folder.read("a.recipe");
  text.insert(text.find("  test \"another\""), "  test \"a script\" nothing exec { process.name: perl, argv: [perl, x] }\n");
  folder.write("a.recipe", text);
  const CommandResult stale = recipec({"test", path, "--mutate", "--coverage"});
  CHECK(stale.code == 1);
  CHECK_THAT(stale.err, Contains(path + ":4: `allow(untested_term)` explains nothing"));
  // One of the two alone cannot know.
  CHECK(recipec({"test", path, "--mutate"}).code == 0);
}

TEST_CASE("test --mutate writes the tests that a recipe lacks: with them, every fault is noticed") {
  const ScratchFolder folder;
  const std::string head = R"x(
program perl { getopt "e:nI:" posix }
recipe a {
  on exec when process.name == perl and argv has flag e and not argv contains "-n"
    or process.name in [wget, curl] and any argv matches r"^https?://[0-9]" and process.parent.name in [sh, bash]
  on open when file.path under "/etc/cron.d" and process.uid > 10 and process.exe startswith "/usr/"
  except "a package" when any p in process.ancestors: p.name == dpkg
  test "code" match exec { process.name: perl, argv: [perl, "-e", "1"] }
)x";
  std::string tests;
  const auto run = [&] {
    return nlohmann::json::parse(
        recipec({"test", folder.write("a.recipe", head + tests + "}\n"), "--mutate", "--format", "json"}).out);
  };
  const auto first = run()["mutations"][0];
  CHECK(first["survivors"].size() > 15);
  size_t number = 0;
  for (const auto& survivor : first["survivors"])
    tests += "  test \"" + std::to_string(number++) + "\" " + survivor.at("test").get<std::string>() + "\n";
  const auto second = run();
  INFO(tests);
  CHECK(second["failed"] == 0);
  CHECK(second["mutations"][0]["survivors"].empty());
}

TEST_CASE("test --mutate does not count a test that fails as one that notices") {
  const ScratchFolder folder;
  const CommandResult ran = recipec({"test", folder.write("a.recipe", R"(recipe a {
  on exec when process.name == perl
    and argv contains "-e"
  test "code" match exec { process.name: perl, argv: [perl, "-e", "1"] }
  test "wrong" match exec { process.name: ruby, argv: [ruby] }
}
)"),
                                     "--mutate"});
  CHECK(ran.code == 1);
  CHECK_THAT(ran.out, Contains("2 of 4 mutants pass its tests"));
}

TEST_CASE("test --mutate keeps what a mark of another recipe says") {
  const ScratchFolder folder;
  const CommandResult ran = recipec({"test", folder.write("a.recipe", R"(
recipe setter { report false on exec when process.name == curl { mark process.tree fetched for 1m } }
recipe asker {
  on exec when process.marked fetched
  test "afterwards" match exec { process: { pid: 7, name: curl } } then exec { process: { pid: 7, name: sh } }
  test "without" nothing exec { process: { pid: 7, name: sh } }
}
)"),
                                     "--mutate"});
  INFO(ran.out);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, Contains("mutants 1, noticed 1"));
}

TEST_CASE("test --evade says which forms of an event get away") {
  const ScratchFolder folder;
  const CommandResult ran = recipec({"test", folder.write("a.recipe", kTight), "--evade"});
  CHECK(ran.code == 1);
  CHECK_THAT(ran.out, Contains("versioned name: 0 of 2 match; gets away: \"code\""));
  CHECK_THAT(ran.out, Contains("glued value: 0 of 2 match"));
  CHECK_THAT(ran.out, Contains("a wrapper: 2 of 2 match"));
  const auto json =
      nlohmann::json::parse(recipec({"test", folder.write("a.recipe", kTight), "--evade", "--format", "json"}).out);
  CHECK(json["evasions"][0]["tricks"][0]["trick"] == "versioned name");
}

TEST_CASE("test --evade asks a recipe to name what gets away, and no more than that") {
  const ScratchFolder folder;
  const auto with = [&](const std::string& evasions) {
    return recipec({"test", folder.write("a.recipe", R"(recipe a {
  evasions [)" + evasions + R"(]
  on exec when process.name == perl
  test "it" match exec { process.name: perl, argv: [perl, "-e", "1"] }
}
)"),
                    "--evade"});
  };
  const CommandResult some = with("\"renamed program: a copy has another name\", \"code on stdin: is for another recipe\"");
  INFO(some.out);
  CHECK(some.code == 1);
  CHECK_THAT(some.out, Contains("renamed program: 0 of 1 match; gets away, as the recipe says: \"it\"") &&
                           Contains("versioned name: 0 of 1 match; gets away: \"it\"") &&
                           Contains("name the rest: evasions [\"versioned name: why\"]"));
  CHECK(with("\"renamed program, versioned name: a copy has another name\"").code == 0);
  const CommandResult more = with("\"renamed program, versioned name, glued value: all of it\"");
  CHECK(more.code == 1);
  CHECK_THAT(with("\"renamed programm, versioned name: a copy has another name\"").out,
             Contains("`renamed programm` is no trick: did you mean `renamed program`?"));
  CHECK_THAT(more.out, Contains("evasions: `glued value` is named, and every form matches: leave it out"));
}

TEST_CASE("test --evade changes options as the program's table allows") {
  const ScratchFolder folder;
  const CommandResult ran = recipec({"test", folder.write("a.recipe", R"(
program tool { getopt "ab:" long ["name=", "all", "colour=?"] }
recipe a {
  on exec when process.name == tool
  test "nothing to glue" match exec { process.name: tool, argv: [tool, "-a", x, "--all", y] }
  test "a value" match exec { process.name: tool, argv: [tool, "-b", x, "--name", y, z] }
  test "an optional value" match exec { process.name: tool, argv: [tool, "--colour=x"] }
  test "of the operand" match exec { process.name: tool, argv: [tool, z, "-b", "x"] }
  test "a cluster" match exec { process.name: tool, argv: [tool, "-ab", "x"] }
  test "no cluster" match exec { process.name: tool, argv: [tool, "-bx"] }
}
)"),
                                     "--evade"});
  INFO(ran.out);
  CHECK_THAT(ran.out, Contains("glued value: 1 of 1 match") && Contains("`=` for a space: 1 of 1 match") &&
                          Contains("separated options: 1 of 1 match") && !Contains("a space for `=`") &&
                          !Contains("permuted options"));
}

TEST_CASE("test --evade counts what other recipes tell of") {
  const ScratchFolder folder;
  const CommandResult ran = recipec({"test", folder.write("a.recipe", R"(
recipe by_name { on exec when process.name == nc test "x" match exec { process.exe: "/tmp/nc", process.name: nc } }
recipe by_place { on exec when process.exe under "/tmp" test "x" match exec { process.exe: "/tmp/x" } }
)"),
                                     "--evade"});
  INFO(ran.out);
  CHECK_THAT(ran.out, Contains("renamed program: 0 of 1 match, 1 by by_place\n"));
}

TEST_CASE("test --matrix says who else tells of a recipe's events") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe", R"(
recipe wide { on exec when process.name == perl test "x" match exec { process.name: perl } }
recipe narrow { on exec when process.name == perl and argv contains "-e" test "x" match exec { process.name: perl, argv: [perl, "-e"] } }
)");
  const CommandResult ran = recipec({"test", path, "--matrix"});
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, Contains("narrow, 1 event, of which also\n  1 wide"));
  const auto json = nlohmann::json::parse(recipec({"test", path, "--matrix", "--format", "json"}).out);
  CHECK(json["matrix"][1]["others"]["wide"] == 1);
  CHECK(json["matrix"][0]["others"].empty());
}

TEST_CASE("a test that is to do passes until it holds, a table is as many tests, a file of events is one") {
  const ScratchFolder folder;
  folder.write("quiet.jsonl", "{\"event\":\"exec\",\"process\":{\"name\":\"sh\"}}\n\n");
  folder.write("loud.jsonl",
               "{\"event\":\"exec\",\"process\":{\"name\":\"sh\"}}\n{\"event\":\"exec\",\"process\":{\"name\":\"nc\"}}\n");
  const CommandResult ran = recipec({"test", folder.write("a.recipe", R"(recipe a {
  on exec when process.name in [nc, ncat]
    or process.name == socat and process.uid == 0 { importance high }
  test "table" match each name in [nc, ncat] exec { process.name: name }
  test "clause" match exec importance high clause 2 { process.name: socat, process.uid: 0 }
  test "another clause" match exec clause 1 { process.name: socat, process.uid: 0 }
  test "later" todo match exec { process.name: netcat }
  test "now" todo match exec { process.name: nc }
  test "quiet" nothing in "quiet.jsonl"
  test "loud" nothing in "loud.jsonl"
  test "lost" nothing in "lost.jsonl"
}
)"),
                                     "-v"});
  INFO(ran.out);
  CHECK(ran.code == 1);
  CHECK_THAT(ran.out, Contains("✓ table [nc] (match)") && Contains("✓ table [ncat] (match)") && Contains("✓ clause (match)"));
  CHECK_THAT(ran.out, Contains("must match by clause 1, and matches by clause 2"));
  CHECK_THAT(ran.out, Contains("✓ later (todo match)") && Contains("is marked `todo`, and holds now"));
  CHECK_THAT(ran.out, Contains("✓ quiet (nothing)") && Contains("loud.jsonl:2: must match nothing, and matches"));
  CHECK_THAT(ran.out, Contains("cannot read the events"));
}

TEST_CASE("a test that ends with waiting is judged by what the time brings, marks too") {
  const ScratchFolder folder;
  const std::string recipe = R"(recipe a {
  report false
  sequence within 10s { one: exec when process.name == curl not two: exec when process.name == gpg }
  mark process.tree unchecked for 1h
  test "over" mark exec { process.name: curl } then wait 10s
  test "not yet" nothing exec { process.name: curl } then wait 9s
  test "too early" mark exec { process.name: curl } then wait 9s
}
)";
  const CommandResult ran = recipec({"test", folder.write("a.recipe", recipe), "-v"});
  INFO(ran.out);
  CHECK_THAT(ran.out, Contains("✓ over (mark)") && Contains("✓ not yet (nothing)") && Contains("✗ too early (mark)"));
  CHECK_THAT(ran.out, Contains("must mark, and the time ends without"));
}

TEST_CASE("a file of events that cannot be read fails its test, one that is to do as well") {
  const ScratchFolder folder;
  const CommandResult ran = recipec(
      {"test", folder.write("a.recipe", "recipe a {\n  on exec when true\n  test \"x\" todo nothing in \"lost.jsonl\"\n}\n")});
  CHECK(ran.code == 1);
  CHECK_THAT(ran.out, Contains("cannot read the events"));
}

TEST_CASE("except proposes a tune that holds the detection back and no test of the recipe") {
  const ScratchFolder folder;
  const std::string rules = folder.write("a.recipe", kTight);
  const std::string event =
      R"("event":{"type":"exec","argv":["perl","-e","version"]},"process":{"name":"perl","exe":"/opt/build/perl",)"
      R"("ancestors":[{"name":"make"}]})";
  const CommandResult ran = recipec({"except", R"({"recipe":"tight",)" + event + "}", rules, "--until", "2199-01-01"});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, Contains("tune tight {\n  except \"harmless: /opt/build/perl\" until 2199-01-01 when"));
  CHECK_THAT(ran.out, Contains("process.cmdline == \"perl -e version\"") && Contains("process.parent.name == \"make\""));
  CHECK_THAT(ran.out, Contains("2 match tests of the recipe still match."));
  // What it prints compiles with the recipe, and holds the event back.
  const std::string tuned = folder.write("tuned.recipe", std::string(kTight) + ran.out);
  CHECK(recipec({"test", tuned}).code == 0);
  CHECK_THAT(recipec({"why", tuned, "{" + event + "}"}).out,
             Contains("the exception `harmless: /opt/build/perl` holds it back"));
}

TEST_CASE("except takes braces of an event for braces, no masked command for every command, and no day that is none") {
  const ScratchFolder folder;
  const std::string rules = folder.write("a.recipe", "recipe a { on exec when process.exe under \"/tmp\" }\n");
  const auto event = [](const std::string& exe, const std::string& word) {
    return R"({"recipe":"a","event":{"type":"exec","argv":[")" + word + R"("]},"process":{"exe":")" + exe + R"("}})";
  };
  const CommandResult braces = recipec({"except", event("/tmp/{process.name}", "{process.cmdline}"), rules});
  CHECK(braces.code == 0);
  CHECK_THAT(braces.out, Contains(R"(process.exe == "/tmp/\x7bprocess.name}")"));
  const std::string tuned = folder.write("tuned.recipe", folder.read("a.recipe") + braces.out);
  CHECK_THAT(recipec({"why", tuned, event("/tmp/evil", "evil")}).out, Contains("→ a detection"));
  const CommandResult masked = recipec({"except", event("/tmp/x", "-ptoken=***"), rules});
  CHECK(masked.code == 1);
  CHECK_THAT(masked.err, Contains("masked secret"));
  for (const char* day : {"tomorrow", "2027-02-30", "2020-01-01"})
    CHECK(recipec({"except", event("/tmp/x", "x"), rules, "--until", day}).code == 3);
}

TEST_CASE("except proposes nothing where a test has to match, and where nothing is detected") {
  const ScratchFolder folder;
  const std::string rules = folder.write("a.recipe", kTight);
  const CommandResult same = recipec(
      {"except", R"({"recipe":"tight","event":{"type":"exec","argv":["perl","-e","1"]},"process":{"name":"perl"}})", rules});
  CHECK(same.code == 1);
  CHECK_THAT(same.err, Contains("the one of the test \"code\""));
  const CommandResult quiet =
      recipec({"except", R"({"recipe":"tight","event":{"type":"exec","argv":["sh"]},"process":{"name":"sh"}})", rules});
  CHECK(quiet.code == 1);
  CHECK_THAT(quiet.err, Contains("does not detect this event"));
  CHECK(recipec({"except", R"({"event":{"type":"exec"},"process":{"name":"sh"}})", rules}).code == 3);
  CHECK(recipec({"except", R"({"recipe":"other","event":{"type":"exec"},"process":{"name":"sh"}})", rules}).code == 3);
}

}  // namespace recipe
