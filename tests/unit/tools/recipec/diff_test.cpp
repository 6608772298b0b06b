// SPDX-License-Identifier: Apache-2.0
// recipec diff: every event that it shows is asked of both versions again, by `recipec why`; what it calls equal is.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/tools/recipec/recipec.h"

namespace recipe {
namespace {

using Json = nlohmann::json;

std::string sample(const std::string& condition, const std::string& more = "") {
  return "recipe sample {\n  on exec when " + condition + "\n" + more + "}\n";
}

struct Compared {
  CommandResult result;
  Json recipe;  // the entry of `sample`
};

// Both directions' events are judged anew: detected by the one side and not by the other.
Compared compare(const std::string& old, const std::string& fresh) {
  const ScratchFolder folder;
  const std::string before = folder.write("old.recipe", old), after = folder.write("new.recipe", fresh);
  Compared out{recipec({"diff", before, after, "--format", "json"}), {}};
  INFO(out.result.err);
  REQUIRE(out.result.code <= 1);
  const Json all = Json::parse(out.result.out);
  for (const Json& each : all["recipes"]) {
    if (each["recipe"] == "sample") out.recipe = each;
  }
  const auto detects = [&](const std::string& path, const std::string& text, const Json& event) {
    // One that is off detects nothing; `why` is about its conditions.
    if (text.find("recipe sample") == std::string::npos || text.find("enabled false") != std::string::npos) return false;
    return recipec({"why", path + ":sample", event.dump()}).code == 0;
  };
  for (const auto& [direction, yes, yes_text, no, no_text] :
       {std::tuple{"now", after, fresh, before, old}, std::tuple{"gone", before, old, after, fresh}}) {
    if (!out.recipe[direction].contains("event")) continue;
    const Json& event = out.recipe[direction]["event"];
    INFO(event.dump());
    CHECK(detects(yes, yes_text, event));
    CHECK_FALSE(detects(no, no_text, event));
  }
  return out;
}

bool shows(const Compared& compared, const char* direction) {
  return compared.recipe[direction].contains("event");
}

}  // namespace

TEST_CASE("diff proves that other words say the same") {
  const std::string pairs[][2] = {
      {"process.name in [perl, ruby] and argv contains \"-e\"", "argv contains \"-e\" and process.name in [ruby, perl]"},
      {"process.name in [perl, ruby]", "process.name == perl or process.name == ruby"},
      {"process.name matches \"^perl$\"", "process.name == perl"},
      {"process.name == perl and process.exe under \"/usr\"",
       "process.name == perl and (process.exe == \"/usr\" or process.exe startswith \"/usr/\")"},
      {"process.name == perl and not (process.uid == 0 or process.gid == 0)",
       "process.name == perl and process.uid != 0 and process.gid != 0"},
  };
  for (const auto& [one, two] : pairs) {
    INFO(one << " | " << two);
    const Compared compared = compare(sample(one), sample(two));
    CHECK(compared.recipe["change"] != "changed");
    CHECK(compared.result.code == 0);
  }
  CHECK(compare(sample(pairs[0][0]), sample(pairs[0][1])).recipe["change"] == "equal");
  CHECK(compare(sample(pairs[1][0]), sample(pairs[1][1])).recipe["change"] == "equal");
}

TEST_CASE("diff shows an event for what a wider or narrower condition changes") {
  const std::string perl = "process.name == perl and argv contains \"-e\"";
  const std::string wider[] = {
      "process.name in [perl, ruby] and argv contains \"-e\"",
      "process.name == perl and argv contains any [\"-e\", \"-E\"]",
      "process.name == perl",
      perl + " or process.name == ruby and process.uid == 0",
      perl + " or process.name == perl and process.cmdline matches r\"eval\\(\\d+\"",
      perl + " or process.exe under \"/opt\" and process.name == tool",
      perl + " or process.name == sh and any p in process.ancestors: p.name == nginx",
      perl + " or process.name == sh and argv has flag c and argv operand 0 startswith \"/tmp/\"",
      perl + " or process.name == sh and env[\"LD_PRELOAD\"] under \"/tmp\"",
  };
  for (const std::string& wide : wider) {
    INFO(wide);
    const Compared now = compare(sample(perl), sample(wide));
    CHECK(now.result.code == 1);
    CHECK(now.recipe["change"] == "changed");
    CHECK(shows(now, "now"));
    CHECK(now.recipe["gone"]["none"] == true);
    const Compared gone = compare(sample(wide), sample(perl));
    CHECK(shows(gone, "gone"));
    CHECK(gone.recipe["now"]["none"] == true);
  }
  const Compared both = compare(sample("process.name in [perl, ruby]"), sample("process.name in [perl, node]"));
  CHECK(shows(both, "now"));
  CHECK(shows(both, "gone"));
}

TEST_CASE("diff sees what an exception holds back, on other events too") {
  const std::string perl = "process.name == perl and argv contains \"-e\"";
  const std::string except = "  except \"make\" when process.parent.name == make and process.uid == 0\n";
  const Compared added = compare(sample(perl), sample(perl, except));
  CHECK(shows(added, "gone"));
  CHECK(added.recipe["now"]["none"] == true);
  CHECK(shows(compare(sample(perl, except), sample(perl)), "now"));
  CHECK(compare(sample(perl, except), sample(perl, except)).recipe["change"] == "equal");

  const std::string network = "recipe sample {\n  on connect when dst.port == 4444 and dst.ip in [10.0.0.0/8]\n}\n";
  const std::string wider = "recipe sample {\n  on connect when dst.port in [4444, 4445] and dst.ip in [10.0.0.0/8]\n}\n";
  CHECK(shows(compare(network, wider), "now"));
  const std::string files = "recipe sample {\n  on open when file.path under \"/etc/ssh\" and file.access has write\n}\n";
  const std::string more =
      "recipe sample {\n  on open when file.path under \"/etc\" and file.access has any [write, create]\n}\n";
  CHECK(shows(compare(files, more), "now"));
}

TEST_CASE("diff says what was added and removed, in text, and counts") {
  const ScratchFolder folder;
  const std::string before = folder.write(
      "old.recipe", "recipe a { on exec when process.name == perl }\nrecipe b { on exec when process.name == sh }\n");
  const std::string after = folder.write(
      "new.recipe", "recipe b { on exec when process.name == sh }\nrecipe c { on exec when process.name == ruby }\n");
  const CommandResult result = recipec({"diff", before, after});
  CHECK(result.code == 1);
  CHECK_THAT(result.out, Contains("removed a (") && Contains("added c (") && Contains("\"name\":\"ruby\"") &&
                             Contains("3 recipes: 1 added, 1 removed, 1 equal\n"));
  const CommandResult same = recipec({"diff", before, before});
  CHECK(same.code == 0);
  CHECK(same.out == "2 recipes: 2 equal\n");
  CHECK(recipec({"diff", before}).code == 3);
  CHECK(recipec({"diff", before, folder.path("none")}).code == 3);
  CHECK(recipec({"diff", before, folder.write("w.recipe", kWrong)}).code == 2);
}

TEST_CASE("diff sees that an exception ends, or is of other events") {
  const std::string perl = "process.name == perl and argv contains \"-e\"";
  const auto except = [](const std::string& until) {
    return "  except \"make\"" + until + " when process.parent.name == make\n";
  };
  const Compared ends = compare(sample(perl, except("")), sample(perl, except(" until 2020-01-01")));
  CHECK(ends.recipe["now"]["none"] == false);
  CHECK(shows(ends, "now"));
  CHECK(ends.recipe["gone"]["none"] == true);
}

TEST_CASE("diff does not call equal what counts, remembers, orders or marks otherwise") {
  const std::string nc = "process.name == nc";
  const std::string group = "  mark process.tree seen for 1m\n";
  const auto counted = [&](const std::string& count) { return sample(nc + " and count > " + count + " by process.parent"); };
  const auto ordered = [](const std::string& one, const std::string& two) {
    return "recipe sample {\n  sequence within 10s { a: exec when process.name == " + one +
           " b: exec when process.name == " + two + " }\n}\n";
  };
  const std::pair<std::string, std::string> pairs[] = {
      {counted("20 within 10s"), counted("5 within 10s")},
      {counted("20 within 10s"), counted("20 within 1h")},
      {sample(nc), counted("20 within 10s")},
      {sample(nc), sample(nc, "  unless seen [process.exe] in 5d\n")},
      {sample(nc), sample(nc, group)},
      {sample(nc), sample(nc, "  enabled false\n")},
  };
  for (const auto& [one, two] : pairs) {
    INFO(one << two);
    const Compared compared = compare(one, two);
    CHECK(compared.recipe["change"] == "changed");
    CHECK(compared.result.code == 1);
    CHECK(compare(one, one).recipe["change"] == "equal");
    CHECK(compare(two, two).recipe["change"] == "equal");
  }
  const ScratchFolder folder;
  const CommandResult text =
      recipec({"diff", folder.write("old.recipe", pairs[0].first), folder.write("new.recipe", pairs[0].second)});
  CHECK_THAT(text.out, Contains("~ another sequence, count, memory, mark or `enabled`") && !Contains("not proved"));
  CHECK(compare(ordered("curl", "sh"), ordered("sh", "curl")).recipe["change"] == "changed");
  CHECK(compare(ordered("curl", "sh"), ordered("curl", "sh")).recipe["change"] == "equal");
}

TEST_CASE("diff of other option tables proves nothing of recipes that read options") {
  const std::string recipe = sample("process.name == tool and argv has flag e");
  const Compared compared =
      compare("program tool { getopt \"e\" posix }\n" + recipe, "program tool { getopt \"e:I:\" posix }\n" + recipe);
  CHECK(compared.recipe["now"]["none"] == false);
}

}  // namespace recipe
