// SPDX-License-Identifier: Apache-2.0
// What an author asks recipec of a recipe, as its users run it: fmt, test --coverage, why, attack.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/tools/recipec/recipec.h"

namespace recipe {

TEST_CASE("fmt lays files out, and with --check or --diff only says what would change") {
  const ScratchFolder folder;
  const std::string ugly = "recipe a{\non exec when process.name==perl\n\n\n}\n",
                    neat = "recipe a {\n  on exec when process.name == perl\n}\n";
  const std::string path = folder.write("a.recipe", ugly);
  folder.write("b.recipe", neat);
  const CommandResult check = recipec({"fmt", folder.path(), "--check"});
  CHECK(check.code == 1);
  CHECK(check.out == path + "\n");
  CHECK_THAT(check.err, Contains("1 of 2 files would change"));
  const CommandResult diff = recipec({"fmt", folder.path(), "--diff"});
  CHECK(diff.code == 1);
  CHECK(diff.out == "--- " + path + "\n+++ " + path +
                        "\n@@ -1,5 +1,3 @@\n-recipe a{\n-on exec when process.name==perl\n+recipe a {\n"
                        "+  on exec when process.name == perl\n-\n-\n }\n");
  CHECK(folder.read("a.recipe") == ugly);
  CHECK(recipec({"fmt", "-"}, ugly).out == neat);
  CHECK(recipec({"fmt", "-", "--check"}, ugly).code == 1);
  CHECK(recipec({"fmt", folder.path()}).code == 0);
  CHECK(folder.read("a.recipe") == neat);
  CHECK(recipec({"fmt", folder.path(), "--check"}).code == 0);
  CHECK(recipec({"fmt", folder.path(), "--check", "--diff"}).code == 3);
}

TEST_CASE("a new recipe stands as the formatter leaves it") {
  const std::string text = fresh("other");
  CHECK(recipec({"fmt", "-"}, text).out == text);
}

TEST_CASE("fmt leaves a file with an error of syntax alone, and says where it is") {
  const ScratchFolder folder;
  folder.write("a.recipe", "recipe a {\non exec when process.name = perl\n}\n");
  folder.write("b.recipe", "recipe b{\n}\n");
  const CommandResult result = recipec({"fmt", folder.path()});
  CHECK(result.code == 2);
  CHECK_THAT(result.err, Contains("a.recipe:2:"));
  CHECK(folder.read("a.recipe") == "recipe a {\non exec when process.name = perl\n}\n");
  CHECK(folder.read("b.recipe") == "recipe b {\n}\n");
  CHECK(recipec({"fmt", folder.path("none")}).code == 3);
}

TEST_CASE("test --coverage shows what no test has shown of a term or an exception") {
  const ScratchFolder folder;
  const std::string head =
      "recipe a {\n  on exec when process.name == perl and argv contains \"-e\"\n  except \"of root\" when process.uid == 0\n";
  folder.write("a.recipe", head +
                               "  test \"code\" match exec { process.name: perl, argv: [perl, \"-e\"] }\n"
                               "  test \"neither\" nothing exec { process.name: sh, argv: [sh] }\n}\n");
  const CommandResult some = recipec({"test", folder.path(), "--coverage"});
  CHECK(some.code == 0);
  CHECK_THAT(some.out, Contains("a 2 of 2 terms, 0 of 1 exception\n") &&
                           Contains("except \"of root\"\n      holds no test's event back") && Contains("coverage 66 %"));
  CHECK(recipec({"test", folder.path(), "--threshold", "67"}).code == 1);
  CHECK(recipec({"test", folder.path(), "--threshold", "66"}).code == 0);
  CHECK(recipec({"test", folder.path(), "--threshold", "101"}).code == 3);

  folder.write("a.recipe",
               head +
                   "  test \"script\" nothing exec { process.name: perl, argv: [perl, a] }\n"
                   "  test \"root\" nothing exec { process.name: perl, argv: [perl, \"-e\"], process.uid: 0 }\n}\n");
  const CommandResult other = recipec({"test", folder.path(), "--coverage"});
  CHECK_THAT(other.out,
             Contains("process.name == perl\n      never false") && !Contains("argv contains") && !Contains("of root"));
  const auto json = nlohmann::json::parse(recipec({"test", folder.path(), "--coverage", "--format", "json"}).out);
  CHECK(json["coverage"][0]["terms"][0]["false"] == false);
  CHECK(json["coverage"][0]["terms"][2]["decides"] == true);
}

TEST_CASE("test --coverage counts a macro's terms once, under their file, by the tests of all recipes") {
  const ScratchFolder folder;
  folder.write("lib.recipe", "macro is_perl = process.name == perl\n  or process.comm == perl\n");
  const std::string one = folder.write("one.recipe", R"(import "lib.recipe"
recipe one { on exec when is_perl
  test "perl" match exec { process: { name: perl, comm: x } }
  test "another" nothing exec { process: { name: sh, comm: sh } } }
)");
  CHECK_THAT(recipec({"test", folder.path(), "--coverage"}).out,
             Contains("lib.recipe 1 of 2 terms, 0 of 0 exceptions\n") && Contains("coverage 50 %"));
  CHECK_THAT(recipec({"test", one, "--coverage"}).out, Contains("coverage 100 %: 0 of 0 terms"));
  folder.write("two.recipe", R"(import "lib.recipe"
recipe two { on exec when is_perl test "comm" match exec { process: { name: perl5, comm: perl } } }
)");
  CHECK_THAT(recipec({"test", folder.path(), "--coverage"}).out, Contains("coverage 100 %: 2 of 2 terms"));
  const auto json = nlohmann::json::parse(recipec({"test", folder.path(), "--coverage", "--format", "json"}).out);
  CHECK(json["coverage"][0]["terms"].size() == 2);
}

TEST_CASE("why shows each term of the clause that holds, with the event's value") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe", kGood);
  const std::string event = R"({"event":"exec","process":{"name":"perl"},"argv":["perl","-e","1"]})";
  const CommandResult result = recipec({"why", path, event});
  CHECK(result.code == 0);
  CHECK_THAT(result.out, Contains("✓ process.name == perl  (kernel)\n        process.name is \"perl\"") &&
                             Contains("✓ argv contains \"-e\"") && Contains("→ a detection\n") && Contains("lets it through"));
}

TEST_CASE("why shows what an event lacks, and says so in its exit code") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe", kGood);
  const std::string events =
      folder.write("events.jsonl",
                   "{\"event\":\"exec\",\"process\":{\"name\":\"perl\"},\"argv\":[\"perl\",\"a.pl\"]}\n\n"
                   "{\"event\":\"open\",\"file\":{\"path\":\"/a\"}}\n");
  const CommandResult result = recipec({"why", path, events});
  CHECK(result.code == 1);
  CHECK_THAT(result.out, Contains("event 1: exec by `perl a.pl`") && Contains("1 of 2 terms is false") &&
                             Contains("✗ argv contains \"-e\"") && Contains("argv is [\"perl\", \"a.pl\"]") &&
                             Contains("event 3: open") && Contains("no `on` of this event"));
  const CommandResult json = recipec({"why", path, "-", "--format", "json"}, folder.read("events.jsonl"));
  CHECK(json.code == 1);
  const auto first = nlohmann::json::parse(json.out.substr(0, json.out.find('\n')));
  CHECK(first["recipe"] == "perl_code");
  CHECK(first["detected"] == false);
  CHECK(first["clauses"][0]["false"] == 1);
}

namespace {

std::string exec_of(const std::string& name, int second = 0) {
  return "{\"event\":\"exec\",\"time\":\"2026-11-23T10:00:0" + std::to_string(second) +
         "Z\",\"process\":{\"pid\":7,\"start_time\":5,\"name\":\"" + name + "\"}}\n";
}

// The verdicts of `why`, an event each; and the exit code before them.
std::vector<std::string> verdicts(const std::string& recipe, const std::string& events) {
  const CommandResult result = recipec({"why", recipe, "-", "--format", "json"}, events);
  INFO(result.err);
  std::vector<std::string> out = {std::to_string(result.code)};
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) out.push_back(nlohmann::json::parse(line)["verdict"]);
  return out;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("why says that a recipe is switched off, and by whom, though its conditions hold") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe",
                                        "recipe off {\n  enabled false\n  on exec when process.name == perl\n}\n"
                                        "recipe tuned {\n  on exec when process.name == perl\n}\n"
                                        "recipe back {\n  enabled false\n  on exec when process.name == perl\n}\n");
  const std::string tunes = folder.write("tunes.recipe", "tune tuned {\n  enabled false\n}\ntune back {\n  enabled true\n}\n");
  const std::string all = folder.path();
  CHECK(verdicts(all + ":off", exec_of("perl") + exec_of("sh")) ==
        Words{"1", "no detection: the conditions hold, and the recipe is switched off by itself at " + path + ":2",
              "no detection: the recipe is switched off by itself at " + path + ":2"});
  CHECK(verdicts(all + ":tuned", exec_of("perl")) ==
        Words{"1", "no detection: the conditions hold, and the recipe is switched off by a tune at " + tunes + ":2"});
  CHECK(verdicts(all + ":back", exec_of("perl")) == Words{"0", "a detection"});
  const CommandResult text = recipec({"why", all + ":off", exec_of("perl")});
  CHECK_THAT(text.out, Contains("would let it through to this recipe, were it on") && Contains("✓ process.name == perl") &&
                           Contains("→ no detection: the conditions hold"));
  const auto json = nlohmann::json::parse(recipec({"why", all + ":off", exec_of("perl"), "--format", "json"}).out);
  CHECK(json["enabled"] == false);
  CHECK(json["kernel"] == false);
  CHECK(json["detected"] == false);
  CHECK_THAT(recipec({"explain", all + ":tuned"}).out, Contains("it is not enabled (" + tunes + ":2): "));
}

TEST_CASE("why says which step of a sequence an event is, and that the others have to come too") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe", R"(recipe a {
  sequence by process within 30s {
    fetch: exec when process.name == curl
    not stop: exec when process.name == kill
    run: exec when process.name == sh
  }
}
)");
  const std::string words = "` of `sequence by process within 30s: fetch, not stop, run`";
  const std::string order = ", whose steps have to come in this order";
  const std::string fetch = "no detection yet: it is the step `fetch" + words + order,
                    run = "no detection yet: it is the step `run" + words + order,
                    stop = "no detection: it is `stop" + words + ", which must not come";
  CHECK(verdicts(path, exec_of("sh")) == Words{"1", run});
  CHECK(verdicts(path, exec_of("curl") + exec_of("sh", 1)) == Words{"1", fetch, "a detection: it completes the sequence"});
  CHECK(verdicts(path, exec_of("curl") + exec_of("kill", 1) + exec_of("sh", 2)) == Words{"1", fetch, stop, run});
  CHECK(verdicts(path, exec_of("perl")) == Words{"1", "no detection"});
  const std::string last = folder.write("b.recipe", R"(recipe b {
  sequence by process within 30s {
    fetch: exec when process.name == curl
    not stop: exec when process.name == kill
  }
}
)");
  CHECK(verdicts(last, exec_of("curl")) ==
        Words{"1", "no detection yet: it is the step `fetch` of `sequence by process within 30s: fetch, not stop`" + order +
                       ", and then the time has to be over"});
}

TEST_CASE("why says of a count, a memory and a silent recipe what keeps an event from being a detection") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe", R"(recipe many {
  on exec when process.name == ls count > 1 within 1m
}
recipe once {
  on exec when process.name == id
  unless seen [process.name] in 1d
}
recipe silent {
  on exec when process.name == wget
  mark process.tree fetched for 1m
  report false
}
recipe marked {
  on exec when process.name == sh and process.marked fetched
}
)");
  CHECK(verdicts(path + ":many", exec_of("ls") + exec_of("ls", 1)) ==
        Words{"1", "no detection yet: its conditions hold, and `count >= 2 within 1m` is not reached",
              "a detection: it completes the count"});
  CHECK(verdicts(path + ":once", exec_of("id") + exec_of("id", 1)) ==
        Words{"1", "a detection", "no detection: the like was seen before, and it says `unless seen [process.name] in 1d`"});
  CHECK(verdicts(path + ":silent", exec_of("wget")) ==
        Words{"1", "no detection: its conditions hold, and `report false` keeps it silent"});
  // What the recipes of the set mark is remembered from event to event.
  CHECK(verdicts(path + ":marked", exec_of("sh")) == Words{"1", "no detection"});
  CHECK(verdicts(path + ":marked", exec_of("wget") + exec_of("sh", 1)) == Words{"1", "no detection", "a detection"});
}

TEST_CASE("why and a failed test show a term that looks into a list from a file") {
  const ScratchFolder folder;
  folder.write("bad.txt", "example.com\nexample.net\n");
  const std::string path =
      folder.write("a.recipe",
                   "list bad: domain = file \"bad.txt\"\nrecipe a {\n  on dns when dns.question under any bad\n"
                   "  test \"another\" match dns { dns.question: \"example.org\" }\n}\n");
  CHECK(recipec({"why", path, R"({"event":"dns","dns":{"question":"a.example.net"}})"}).code == 0);
  const CommandResult failed = recipec({"test", path});
  CHECK(failed.code == 1);
  CHECK_THAT(failed.out, Contains("✗ dns.question under any bad\n          dns.question is \"example.org\""));
}

TEST_CASE("why names the exception that holds an event back") {
  const ScratchFolder folder;
  const std::string path = folder.write(
      "a.recipe", "recipe a {\n  on exec when process.name == perl\n  except \"of root\" when process.uid == 0\n}\n");
  const CommandResult result = recipec({"why", path, R"({"event":"exec","process":{"name":"perl","uid":0}})"});
  CHECK(result.code == 1);
  CHECK_THAT(result.out, Contains("the exception `of root` holds it back"));
}

TEST_CASE("attack prints a layer of the Navigator: a technique is named once, with the recipes that cover it") {
  const ScratchFolder folder;
  folder.write("a.recipe",
               "recipe a {\n  importance high\n  attack [T1059.004, T1105]\n  on exec when process.name == a\n}\n"
               "recipe b {\n  importance low\n  attack [T1105]\n  on exec when process.name == b\n}\n"
               "recipe c {\n  enabled false\n  attack [T1003]\n  on exec when process.name == c\n}\n");
  const CommandResult result = recipec({"attack", folder.path()});
  REQUIRE(result.code == 0);
  const auto layer = nlohmann::json::parse(result.out);
  CHECK(layer["domain"] == "enterprise-attack");
  REQUIRE(layer["techniques"].size() == 2);
  CHECK(layer["techniques"][0]["techniqueID"] == "T1059.004");
  const auto& shared = layer["techniques"][1];
  CHECK(shared["techniqueID"] == "T1105");
  CHECK(shared["score"] == 2);
  CHECK(shared["comment"] == "2 recipes, importance up to high: a, b");
  CHECK(shared["metadata"][1] == nlohmann::json({{"name", "b"}, {"value", "low"}}));
  CHECK(layer["gradient"]["maxValue"] == 2);
  CHECK(recipec({"attack", folder.path(), "-o", folder.path("layer.json")}).code == 0);
  CHECK(folder.read("layer.json") == result.out);
  CHECK(recipec({"attack", folder.path(), "-o", folder.path("no/layer.json")}).code == 4);
}

TEST_CASE("why says what is wrong with its arguments") {
  const ScratchFolder folder;
  folder.write("a.recipe", kGood);
  folder.write("b.recipe", fresh("other"));
  const std::string event = R"({"event":"exec"})";
  const auto err = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "why");
    const CommandResult result = recipec(arguments);
    CHECK(result.code == 3);
    return result.err;
  };
  CHECK_THAT(err({folder.path(), event}), Contains("holds 2 recipes: say which one"));
  CHECK_THAT(err({folder.path() + ":nobody", event}), Contains("no recipe `nobody`") && Contains("`perl_code`"));
  CHECK_THAT(err({folder.path("a.recipe"), R"({"event":"exce"})"}),
             Contains("line 1: unknown event `exce`; did you mean `exec`?"));
  CHECK_THAT(err({folder.path("a.recipe"), folder.path("none.jsonl")}), Contains("cannot open"));
  CHECK_THAT(err({folder.path("a.recipe"), folder.path()}), Contains("cannot read"));
  CHECK_THAT(err({folder.path("a.recipe"), folder.write("empty.jsonl", "\n")}), Contains("holds no event"));
}

}  // namespace recipe
