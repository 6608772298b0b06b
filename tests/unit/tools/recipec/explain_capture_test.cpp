// SPDX-License-Identifier: Apache-2.0
// recipec explain --capture: figures that the test knows beforehand, and the same detections as `reciped replay` makes.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>

#include "bpf/abi/records.h"
#include "compiler/compile.h"
#include "runtime/feed/capture.h"
#include "runtime/feed/json.h"
#include "tests/unit/tools/recipec/recipec.h"

namespace recipe {
namespace {

using Json = nlohmann::json;

// An exec, so many seconds after ten o'clock.
std::string exec(int second, const std::string& name, const std::string& argument, int uid = 1000) {
  return fmt::format(
      R"({{"event":"exec","time":"2026-11-23T{:02}:{:02}:{:02}Z","process":{{"pid":7,"name":"{}","uid":{},"start_time":5}},"argv":["{}","{}"]}})"
      "\n",
      10 + second / 3600, second / 60 % 60, second % 60, name, uid, name, argument);
}

// The figures, and each recipe's by its name.
struct Explained {
  CommandResult result;
  Json all;
  std::map<std::string, Json> recipes{};
};

Explained explained(const std::string& what, std::vector<std::string> captures, const std::string& input = {}) {
  captures.insert(captures.begin(), {"explain", what, "--format", "json", "--capture"});
  Explained out{recipec(captures, input), {}};
  INFO(out.result.err);
  REQUIRE(out.result.code <= 1);
  out.all = Json::parse(out.result.out);
  for (const Json& each : out.all["recipes"]) out.recipes[each["recipe"]] = each;
  return out;
}

const std::string kThree = R"(recipe code {
  on exec when process.name == perl and argv contains "-e"
  except "of root" when process.uid == 0
  except "of mail" when process.uid == 8
}
recipe any_perl {
  on exec when
       process.name == perl and count(argv) > 5
    or process.name == perl and process.cmdline matches "x.z"
}
recipe off {
  enabled false
  on exec when process.name == perl
}
)";

}  // namespace

TEST_CASE("explain --capture says what passes the kernel for the set and each recipe, what matches and what is held back") {
  const ScratchFolder folder;
  const std::string recipes = folder.write("a.recipe", kThree);
  std::string events = exec(0, "perl", "-e") + exec(1, "perl", "-e", 0) + exec(2, "perl", "-e", 0) + exec(3, "perl", "-e", 8);
  for (int i = 4; i < 10; ++i) events += exec(i, "perl", "a.pl");
  for (int i = 10; i < 40; ++i) events += exec(i, "true", "-e");
  const Explained is = explained(recipes, {folder.write("events.jsonl", events)});
  CHECK(is.result.code == 0);
  CHECK(is.all["events"] == 40);
  CHECK(is.all["passed"] == 10);
  CHECK(is.all["passed_share"] == 0.25);
  const Json& code = is.recipes.at("code");
  CHECK(code["passed"] == 4);
  CHECK(code["passed_share"] == 0.1);
  CHECK(code["alone"] == 0);
  CHECK(code["in_vain"] == 0);
  CHECK(code["matched"] == 4);
  CHECK(code["excepted"] == 3);
  CHECK(code["detections"] == 1);
  REQUIRE(code["exceptions"].size() == 2);
  CHECK(code["exceptions"][0]["title"] == "of root");
  CHECK(code["exceptions"][0]["held_back"] == 2);
  CHECK(code["exceptions"][0]["line"] == 3);
  CHECK(code["exceptions"][1]["held_back"] == 1);
  REQUIRE(code["clauses"].size() == 1);
  CHECK(code["clauses"][0]["matched"] == 4);
  const Json& perl = is.recipes.at("any_perl");
  CHECK(perl["passed"] == 10);
  CHECK(perl["alone"] == 6);
  CHECK(perl["in_vain"] == 10);
  CHECK(perl["failing"][0]["events"] == 10);
  CHECK(perl["failing"][0]["kernel"] == false);
  CHECK(perl["failing"].size() == 2);
  CHECK(is.recipes.at("off")["enabled"] == false);
  CHECK(is.recipes.at("off")["passed"] == 0);
  CHECK(code["cost_share"].get<double>() + perl["cost_share"].get<double>() == Approx(1));
  CHECK(is.all["ns"]["least"].get<double>() <= is.all["ns"]["mean"].get<double>());
  CHECK(is.all["ns"]["mean"].get<double>() <= is.all["ns"]["most"].get<double>());
  CHECK(is.all["ns"]["mean"].get<double>() > 0);

  const CommandResult text = recipec({"explain", recipes, "--capture", folder.path("events.jsonl")});
  CHECK_THAT(text.out, Contains("40 events of 1 capture\n") && Contains("passes 10 of them, 25 %") &&
                           Contains("held back       2 by the exception \"of root\" at " + recipes + ":3") &&
                           Contains("matched most    4 of 4: clause 1 of `on exec` at " + recipes + ":2") &&
                           Contains("1 recipe is switched off: off\n"));
  CHECK_THAT(text.out, Contains("passed in vain  10; a term that userspace alone decides is false in 10, at "));
}

TEST_CASE("explain --capture names the clause that matched most, as explain counts, and each term that failed by its events") {
  const ScratchFolder folder;
  const std::string recipes = folder.write("a.recipe", R"(recipe a {
  on exec when
       process.name == perl and process.uid == 0
    or process.name == perl and process.cmdline matches "x$"
}
)");
  const std::string events = exec(0, "perl", "x") + exec(1, "perl", "x") + exec(2, "perl", "a", 0) + exec(3, "perl", "b");
  const Json a = explained(recipes, {folder.write("events.jsonl", events)}).recipes.at("a");
  REQUIRE(a["clauses"].size() == 2);
  CHECK(a["clauses"][0]["clause"] == 2);
  CHECK(a["clauses"][0]["matched"] == 2);
  CHECK(a["clauses"][0]["line"] == 4);
  CHECK(a["clauses"][1]["matched"] == 1);
  CHECK(a["in_vain"] == 1);
  REQUIRE(a["failing"].size() >= 1);
  bool regex = false;
  for (const Json& each : a["failing"])
    regex = regex || (each["term"] == "process.cmdline matches \"x$\"" && each["events"] == 1);
  CHECK(regex);
}

TEST_CASE("detections a day follow from the time between the first event and the last") {
  const ScratchFolder folder;
  const std::string recipes = folder.write("a.recipe", kGood);
  // Half an hour, three detections: 144 a day. An event that comes late changes nothing.
  const std::string half = exec(600, "perl", "-e") + exec(2400, "perl", "-e") + exec(700, "perl", "-e");
  const Explained one = explained(recipes, {folder.write("half.jsonl", half)});
  CHECK(one.all["seconds"] == 1800);
  CHECK(one.all["detections_a_day"].get<double>() == Approx(144));
  CHECK(one.recipes.at("perl_code")["detections_a_day"].get<double>() == Approx(144));
  CHECK_FALSE(one.all.contains("no_day"));
  // The times of several captures add up, whatever lies between them.
  const std::string later = exec(20000, "true", "x") + exec(21800, "true", "x");
  const Explained two = explained(recipes, {folder.path("half.jsonl"), folder.write("later.jsonl", later)});
  CHECK(two.all["captures"] == 2);
  CHECK(two.all["seconds"] == 3600);
  CHECK(two.all["detections_a_day"].get<double>() == Approx(72));
  CHECK_THAT(recipec({"explain", recipes, "--capture", folder.path("half.jsonl"), folder.path("later.jsonl")}).out,
             Contains("5 events of 2 captures, over 1h 0m\n") && Contains("3 detections, about 72 a day\n"));
}

TEST_CASE("explain --capture says of no day where the time is too short or an event has none") {
  const ScratchFolder folder;
  const std::string recipes = folder.write("a.recipe", kGood);
  const Explained brief = explained(recipes, {"-"}, exec(0, "perl", "-e") + exec(59, "perl", "-e"));
  CHECK(brief.all["detections"] == 2);
  CHECK(brief.all["detections_a_day"].is_null());
  CHECK(brief.all["no_day"] == "the events span 59s, which is too short: a minute is the least");
  CHECK(explained(recipes, {"-"}, exec(0, "perl", "-e") + exec(60, "perl", "-e")).all["detections_a_day"] == 2880);
  const std::string timeless = R"({"event":"exec","process":{"name":"perl"},"argv":["perl","-e","1"]})";
  const CommandResult none = recipec({"explain", recipes, "--capture", "-"}, timeless);
  CHECK(none.code == 0);
  CHECK_THAT(none.out, Contains("1 detection; nothing is said of a day: 1 event has no time\n"));
  CHECK(explained(recipes, {"-"}, exec(0, "perl", "-e") + timeless + "\n" + exec(3600, "perl", "-e")).all["untimed"] == 1);
}

TEST_CASE("explain --capture follows sequences, counts, memories and throttles as replay does, capture by capture") {
  const ScratchFolder folder;
  const std::string recipes = folder.write("a.recipe", R"(recipe fetched_and_run {
  sequence by process within 30s {
    fetch: exec when process.name == curl
    run: exec when process.name == sh
  }
}
recipe many {
  on exec when process.name == ls count > 2 within 1m
}
recipe once {
  on exec when process.name == id
  unless seen [process.uid] in 1d
}
recipe seldom {
  on exec when process.name == ps
  throttle 1 per 10m by process.uid
}
)");
  std::string events = exec(0, "curl", "x") + exec(5, "sh", "x") + exec(100, "curl", "x") + exec(200, "sh", "x");
  for (int i = 300; i < 304; ++i) events += exec(i, "ls", "x");
  for (int i = 400; i < 404; ++i) events += exec(i, "id", "x") + exec(i, "ps", "x");
  const std::string path = folder.write("events.jsonl", events);
  const Explained is = explained(recipes, {path});
  CHECK(is.recipes.at("fetched_and_run")["matched"] == 4);
  CHECK(is.recipes.at("fetched_and_run")["detections"] == 1);
  CHECK(is.recipes.at("many")["matched"] == 4);
  CHECK(is.recipes.at("many")["detections"] == 1);
  CHECK(is.recipes.at("once")["known"] == 3);
  CHECK(is.recipes.at("once")["detections"] == 1);
  CHECK(is.recipes.at("seldom")["throttled"] == 3);
  CHECK(is.recipes.at("seldom")["detections"] == 2);  // the second is the summary of what was held back
  CHECK_THAT(recipec({"explain", recipes, "--capture", path}).out,
             Contains("held back       3 by the throttle") && Contains("held back       3 by `unless seen`") &&
                 Contains("told by         sequence by process within 30s") &&
                 Contains("told by         count >= 3 within 1m") && Contains("clause 1 of `step fetch` at "));
  // Nothing is remembered from one capture to the next.
  const std::string head = folder.write("head.jsonl", exec(0, "curl", "x") + exec(1, "ls", "x") + exec(1, "ls", "x"));
  const std::string tail = folder.write("tail.jsonl", exec(2, "sh", "x") + exec(2, "ls", "x"));
  CHECK(explained(recipes, {head, tail}).all["detections"] == 0);
  CHECK(explained(recipes, {folder.write("both.jsonl", folder.read("head.jsonl") + folder.read("tail.jsonl"))})
            .all["detections"] == 2);
}

TEST_CASE("PATH:RECIPE shows the one recipe, judged among all of its set") {
  const ScratchFolder folder;
  const std::string recipes = folder.write("a.recipe", kThree);
  const std::string path = folder.write("events.jsonl", exec(0, "perl", "-e") + exec(1, "perl", "b"));
  const Explained one = explained(recipes + ":any_perl", {path});
  CHECK(one.recipes.size() == 1);
  CHECK(one.recipes.at("any_perl")["alone"] == 1);
  CHECK(one.all["detections"] == 1);
  CHECK_THAT(recipec({"explain", folder.path() + ":off", "--capture", path}).out, Contains("\nthe recipe is switched off\n"));
  const CommandResult none = recipec({"explain", recipes + ":nothing", "--capture", path});
  CHECK(none.code == 3);
  CHECK_THAT(none.err, Contains("no recipe `nothing`") && Contains("`any_perl`"));
}

TEST_CASE("lines that are no events are said with their place and counted, and the exit code is 1") {
  const ScratchFolder folder;
  const std::string recipes = folder.write("a.recipe", kGood);
  const std::string path = folder.write(
      "events.jsonl", exec(0, "perl", "-e") + "nonsense\n\n{\"event\":\"exec\",\"proces\":1}\n" + exec(1, "perl", "-e"));
  const Explained is = explained(recipes, {path});
  CHECK(is.result.code == 1);
  CHECK(is.all["no_events"] == 2);
  CHECK(is.all["events"] == 2);
  CHECK_THAT(is.result.err, Contains("`" + path + "`: line 2: ") && Contains("`" + path + "`: line 4: "));
  CHECK_THAT(recipec({"explain", recipes, "--capture", path}).out, Contains("2 lines or records are no events\n"));
}

TEST_CASE("explain --capture refuses what it cannot measure, and says why") {
  const ScratchFolder folder;
  const std::string recipes = folder.write("a.recipe", kGood);
  const std::string path = folder.write("events.jsonl", exec(0, "perl", "-e"));
  const auto refused = [&](std::vector<std::string> arguments, const std::string& words) {
    const CommandResult result = recipec(std::move(arguments));
    INFO(words << "\n" << result.err);
    CHECK(result.code == 3);
    CHECK(result.out.empty());
    CHECK(result.err.find(words) != std::string::npos);
  };
  refused({"explain", recipes, "--capture", folder.write("empty.jsonl", "\n\n")},
          "holds no event: there is nothing to measure");
  refused({"explain", recipes, "--capture", folder.path("none.jsonl")}, "none.jsonl");
  refused({"explain", recipes, "--capture", folder.path()}, folder.path());
  refused({"explain", recipes, "--capture", folder.write("cut.capture", CAPTURE_MAGIC "1234")}, "is a capture cut");
  refused({"explain", recipes, "--capture", "-", "-"}, "stands once");
  refused({"explain", "E0107", "--capture", path}, "`E0107` is no path of recipes");
  refused({"explain", "lints", "--capture", path}, "`lints` is no path of recipes");
  refused({"explain", recipes, "--format", "json"}, "--format requires --capture");
  folder.write("lib/list.recipe", "list a = [b]\n");
  refused({"explain", folder.path("lib"), "--capture", path}, "holds no recipe");
  folder.write("wrong/a.recipe", kWrong);
  CHECK(recipec({"explain", folder.path("wrong"), "--capture", path}).code == 2);
  // One capture without events beside another is no fault.
  CHECK(recipec({"explain", recipes, "--capture", folder.path("empty.jsonl"), path}).code == 0);
  std::string other = "recipe-c" + std::string(100, 'x');
  CHECK(recipec({"explain", recipes, "--capture", folder.write("a.capture", other)}).code != 0);
}

namespace {

// The events of all tests of our own rules, one test a moment after the other: as JSON, and as a capture.
struct Library {
  ScratchFolder folder;
  std::string json = folder.path("events.jsonl"), capture = folder.path("events.capture");

  Library() {
    const auto files = find_recipes({RECIPE_SOURCE_DIR "/rules"});
    REQUIRE(files.ok());
    Compilation rules;
    check(rules, *files, {});
    REQUIRE_FALSE(rules.diagnostics.has_errors());
    auto writer = CaptureWriter::create(capture, 0);
    REQUIRE(writer.ok());
    std::string lines;
    int64_t clock = 1'795'600'000'000'000'000;
    for (const Recipe& recipe : rules.set.recipes) {
      for (const RecipeTest& test : recipe.tests) {
        int64_t end = clock;
        for (EventValues step : test.steps) {
          step.time_unix_ns += clock;
          end = std::max(end, step.time_unix_ns);
          const auto record = encode_record(step);
          REQUIRE(record.ok());
          const auto bytes = std::as_bytes(std::span(*record));
          Event event;
          REQUIRE(event.decode(bytes).ok());
          REQUIRE(writer->write(bytes).ok());
          lines += write_json(event) + "\n";
        }
        clock = end + 1'000'000'000;
      }
    }
    REQUIRE(writer->close().ok());
    folder.write("events.jsonl", lines);
  }
};

std::map<std::string, size_t> replayed(const std::string& events, std::string& summary) {
  const CommandResult ran =
      run_command({RECIPE_BIN_DIR "/reciped", "replay", "--format", "json", "--recipes", RECIPE_SOURCE_DIR "/rules", events});
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  summary = ran.err.substr(0, ran.err.find('\n'));
  std::map<std::string, size_t> detections;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    const Json each = Json::parse(line);
    if (each.contains("recipe")) ++detections[each["recipe"]];
  }
  return detections;
}

}  // namespace

TEST_CASE("explain --capture and reciped replay agree on every recipe of the library, over JSON and over a capture") {
  const Library library;
  for (const std::string& events : {library.json, library.capture}) {
    INFO(events);
    std::string summary;
    std::map<std::string, size_t> expected = replayed(events, summary);
    REQUIRE(expected.size() > 100);
    const Explained is = explained(RECIPE_SOURCE_DIR "/rules", {events});
    CHECK(is.result.code == 0);
    for (const auto& [name, figures] : is.recipes) {
      INFO(name);
      CHECK(figures["detections"] == expected[name]);
      const bool told_at_once = figures["matched"] == figures["excepted"].get<size_t>() + figures["known"].get<size_t>() +
                                                          figures["throttled"].get<size_t>() +
                                                          figures["detections"].get<size_t>();
      CHECK((told_at_once || figures["matched"] > 0));
      CHECK(figures["in_vain"] <= figures["passed"]);
      CHECK(figures["alone"] <= figures["passed"]);
    }
    std::string said =
        fmt::format("reciped: {} events, {} detections", is.all["events"].get<size_t>(), is.all["detections"].get<size_t>());
    const auto add = [&](const char* key, const char* words) {
      if (const auto count = is.all[key].get<size_t>(); count > 0) said += fmt::format(", {} {}", count, words);
    };
    add("excepted", "excepted");
    add("throttled", "throttled");
    add("known", "seen before");
    CHECK(said == summary);
  }
}

TEST_CASE("what passes for a recipe of a set passes for it alone, and nothing else does") {
  const Library library;
  const Explained set = explained(RECIPE_SOURCE_DIR "/rules", {library.capture});
  const auto files = find_recipes({RECIPE_SOURCE_DIR "/rules/execution"});
  REQUIRE(files.ok());
  size_t compared = 0;
  for (const auto& file : *files) {
    const std::string name = file.stem().string();
    const auto asks_marks = [&] {  // that other recipes set
      std::ifstream in(file);
      return std::string(std::istreambuf_iterator<char>(in), {}).find(".marked") != std::string::npos;
    };
    if (!set.recipes.contains(name) || asks_marks()) continue;
    INFO(name);
    const Explained alone = explained(file.string(), {library.capture, "-I", RECIPE_SOURCE_DIR "/rules"});
    for (const char* figure : {"passed", "in_vain", "matched", "excepted", "throttled", "detections"})
      CHECK(alone.recipes.at(name)[figure] == set.recipes.at(name)[figure]);
    CHECK(alone.all["passed"] >= alone.recipes.at(name)["passed"]);
    ++compared;
  }
  CHECK(compared > 10);
}

TEST_CASE("a capture from a pipe is measured as one from a file") {
  const Library library;
  const Explained file = explained(RECIPE_SOURCE_DIR "/rules", {library.capture});
  const Explained pipe = explained(RECIPE_SOURCE_DIR "/rules", {"-"}, library.folder.read("events.capture"));
  for (const char* key : {"events", "seconds", "passed", "matched", "excepted", "throttled", "detections"})
    CHECK(file.all[key] == pipe.all[key]);
}

}  // namespace recipe
