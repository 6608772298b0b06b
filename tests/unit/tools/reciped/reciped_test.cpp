// SPDX-License-Identifier: Apache-2.0
// The program reciped without a kernel: replay, schema, wrong usage, exit codes, outputs that fail.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/run_command.h"

namespace recipe {
namespace {

const std::string kReciped = RECIPE_BIN_DIR "/reciped";
const std::string kRecipec = RECIPE_BIN_DIR "/recipec";

std::string recipe_text(const std::string& name, const std::string& importance, const std::string& program) {
  return "recipe " + name +
         " {\n  title \"T\"\n  category execution\n  method command_and_scripting_interpreter\n  importance " + importance +
         "\n  attack [T1059]\n  tags [cicd]\n  version 1\n  status stable\n  on exec when process.name == " + program +
         " and argv contains \"-e\"\n  message \"{process.cmdline}\"\n}\n";
}

const std::string kPerl =
    R"({"event":"exec","process":{"pid":5,"name":"perl","exe":"/usr/bin/perl"},"argv":["perl","-e","1"]})";
const std::string kRuby = R"({"event":"exec","process":{"name":"ruby"},"argv":["ruby","-e","1"]})";

struct Rules {
  ScratchFolder folder;
  std::string perl = folder.write("perl_code.recipe", recipe_text("perl_code", "high", "perl"));
  std::string ruby = folder.write("ruby_code.recipe", recipe_text("ruby_code", "low", "ruby"));
};

CommandResult reciped(std::vector<std::string> arguments, const std::string& input = {}, const std::string& out_file = {}) {
  arguments.insert(arguments.begin(), kReciped);
  return run_command(arguments, input, {}, out_file);
}

// Lines that are detections; the last one of a whole stream is the coverage.
size_t lines(const std::string& text) {
  const size_t all = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  return all > 0 && text.find("\n{\"coverage\":", 0) != std::string::npos ? all - 1
         : text.starts_with("{\"coverage\":")                             ? 0
                                                                          : all;
}

nlohmann::json first(const std::string& text) {
  return nlohmann::json::parse(text.substr(0, text.find('\n')));
}

}  // namespace

TEST_CASE("replay judges JSON events, and each line of its output fits the schema") {
  const Rules rules;
  const std::string bytes = R"({"event":"exec","encoding":"escaped","process":{"name":"perl"},"argv":["perl","-e","\\xff"]})";
  const auto ran = reciped({"replay", "--recipes", rules.folder.path(), "-"}, kPerl + "\n" + bytes + "\n\n" + kRuby + "\n");
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK(lines(ran.out) == 3);
  CHECK(first(ran.out)["recipe"] == "perl_code");
  CHECK(ran.err.find("3 events, 3 detections") != std::string::npos);
  const std::string schema = rules.folder.write("schema.json", reciped({"schema"}).out);
  const auto valid = run_command({"/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/validate_json.py", schema}, ran.out);
  INFO(valid.out + valid.err);
  CHECK(valid.code == 0);
  CHECK(valid.out == "4 lines\n");
}

TEST_CASE("a line that is no event is said with its number, the rest goes on, and the exit code is 1") {
  const Rules rules;
  const auto ran =
      reciped({"replay", "--recipes", rules.perl, "-"}, kPerl + "\nnonsense\n{\"event\":\"exec\",\"proces\":1}\n" + kPerl);
  CHECK(ran.code == 1);
  CHECK(lines(ran.out) == 2);
  CHECK(ran.err.find("line 2:") != std::string::npos);
  CHECK(ran.err.find("line 3:") != std::string::npos);
  CHECK(ran.err.find("2 lines or records that are no events") != std::string::npos);
}

TEST_CASE("sources and artefacts together judge as one set") {
  const Rules rules;
  const std::string artefact = rules.folder.path("perl.bin");
  REQUIRE(run_command({kRecipec, "compile", rules.perl, "-o", artefact}).code == 0);
  const std::string other = rules.folder.write("perl_too.recipe", recipe_text("perl_too", "low", "perl"));
  const auto ran = reciped({"replay", "--recipes", artefact, rules.ruby, other, "-"}, kPerl + "\n" + kRuby + "\n");
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK(lines(ran.out) == 3);
  const auto twice = reciped({"replay", "--recipes", artefact, rules.perl, "-"}, kPerl);
  CHECK(twice.code == 2);
  CHECK(twice.err.find("`perl_code` is given twice") != std::string::npos);
  std::string bytes = rules.folder.read("perl.bin");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  const auto changed = reciped({"replay", "--recipes", rules.folder.write("changed.bin", bytes), "-"}, kPerl);
  CHECK(changed.code == 2);
}

TEST_CASE("--only chooses recipes by their metadata and refuses what it does not know") {
  const Rules rules;
  const auto with = [&](const std::string& only) {
    return reciped({"replay", "--recipes", rules.folder.path(), "--only", only, "-"}, kPerl + "\n" + kRuby + "\n");
  };
  const auto high = with("importance >= high");
  INFO(high.err);
  CHECK(high.code == 0);
  CHECK(lines(high.out) == 1);
  CHECK(high.out.find("perl_code") != std::string::npos);
  CHECK(lines(with("tags contains cicd and name != perl_code").out) == 1);
  CHECK(lines(with("name in [perl_code, \"ruby_code\"]").out) == 2);
  CHECK(lines(with("importance == low or importance == high").out) == 2);
  for (const char* wrong : {"colour == red", "importance >= urgent", "name >= a", "tags == cicd", "importance", "name in perl",
                            "importance >= high high", "name == \"open", "a;b", "status == old"}) {
    INFO(wrong);
    const auto refused = with(wrong);
    CHECK(refused.code == 3);
    CHECK(refused.err.find("--only") != std::string::npos);
    CHECK(refused.out.empty());
  }
  CHECK(with("importance == none").code == 3);  // nothing is left
}

TEST_CASE("--only keeps who sets the marks that a chosen recipe asks for, in silence") {
  const ScratchFolder folder;
  folder.write("a.recipe",
               "recipe opened {\n  importance low\n  on exec when process.name == cat\n  mark process first for 1h\n}\n"
               "recipe next {\n  importance low\n  on exec when process.name == dog and process.marked first\n"
               "  mark process.tree second for 1h\n}\n"
               "recipe chosen {\n  importance high\n  on exec when process.name == perl and process.marked second\n}\n"
               "recipe other {\n  importance low\n  on exec when process.name == perl\n}\n");
  const auto event = [](const char* name, int second) {
    return fmt::format(
        "{{\"event\":\"exec\",\"time\":\"2026-01-01T00:00:0{}Z\",\"process\":{{\"pid\":5,\"start_time\":1,\"name\":\"{}\"}}}}"
        "\n",
        second, name);
  };
  const auto ran = reciped({"replay", "--recipes", folder.path(), "--only", "importance >= high", "-"},
                           event("cat", 1) + event("dog", 2) + event("perl", 3));
  INFO(ran.err);
  CHECK(lines(ran.out) == 1);
  CHECK(first(ran.out)["recipe"] == "chosen");
  CHECK(
      reciped({"replay", "--recipes", folder.path(), "--only", "name == other", "-"}, event("perl", 1)).err.find("1 recipe") !=
      std::string::npos);
}

TEST_CASE("exit codes tell a faulty recipe, a path that is not there and --fail-on apart") {
  const Rules rules;
  const std::string faulty = rules.folder.write("faulty.txt", "recipe x { on exec when proces.name == a }");
  CHECK(reciped({"replay", "--recipes", faulty, "-"}, kPerl).code == 2);
  CHECK(reciped({"replay", "--recipes", rules.folder.path("gone"), "-"}, kPerl).code == 3);
  CHECK(reciped({"replay", "--recipes", rules.perl, rules.folder.path("gone.jsonl")}).code == 3);
  CHECK(reciped({"replay", "-"}).code == 3);
  CHECK(reciped({"nonsense"}).code == 3);
  CHECK(reciped({}).code == 3);
  CHECK(reciped({"replay", "--recipes", rules.perl, "--fail-on", "high", "-"}, kPerl).code == 1);
  CHECK(reciped({"replay", "--recipes", rules.perl, "--fail-on", "critical", "-"}, kPerl).code == 0);
  CHECK(reciped({"watch", "--recipes", rules.perl}).code == 3);
  CHECK(reciped({"replay", "--recipes", rules.perl, "-", "--", "true"}, kPerl).code == 3);
}

TEST_CASE("a full disk ends in exit code 4 with a message") {
  const Rules rules;
  const auto full = reciped({"replay", "--recipes", rules.perl, "-"}, kPerl, "/dev/full");
  CHECK(full.code == 4);
  CHECK(full.err.find("No space left") != std::string::npos);
  CHECK(full.err.find("1 refused by the output") != std::string::npos);
  CHECK(reciped({"schema"}, "", "/dev/full").code == 4);
}

TEST_CASE("--output holds the detections and stdout stays empty") {
  const Rules rules;
  const auto ran = reciped({"replay", "--recipes", rules.perl, "--output", rules.folder.path("out.jsonl"), "-"}, kPerl);
  CHECK(ran.code == 0);
  CHECK(ran.out.empty());
  CHECK(lines(rules.folder.read("out.jsonl")) == 1);
  CHECK(reciped({"replay", "--recipes", rules.perl, "--output", rules.folder.path("no/out"), "-"}, kPerl).code == 3);
}

TEST_CASE("several outputs at once, each in its format, each ending with the coverage") {
  const Rules rules;
  const auto at = [&](const char* name) { return rules.folder.path(name); };
  const auto ran =
      reciped({"replay", "--recipes", rules.folder.path(), "--format", "text", "--output", "sarif:" + at("out.sarif"),
               "--output", at("plain"), "--output", "json:-", "--output", "junit:" + at("out.xml"), "-"},
              kPerl + "\n" + kRuby + "\n");
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK(lines(ran.out) == 2);
  CHECK(ran.out.find("{\"coverage\":{\"verdict\":\"complete\"") != std::string::npos);
  CHECK(nlohmann::json::parse(rules.folder.read("out.sarif"))["runs"][0]["results"].size() == 2);
  CHECK(rules.folder.read("plain").starts_with("high  perl_code"));  // a file without a format has that of --format
  CHECK(rules.folder.read("plain").find("verdict   complete") != std::string::npos);
  CHECK(rules.folder.read("out.xml").find("failures=\"2\"") != std::string::npos);
}

TEST_CASE("events that are none make the verdict partial, and nothing detected does not look like nothing read") {
  const Rules rules;
  const auto broken = reciped({"replay", "--recipes", rules.ruby, "-"}, kPerl + "\nnonsense\n");
  const auto coverage = first(broken.out)["coverage"];
  CHECK(coverage["verdict"] == "partial");
  CHECK(coverage["lost"]["no_events"] == 1);
  CHECK(coverage["events"] == 1);
  CHECK(coverage["recipes"]["watched"] == nlohmann::json({"ruby_code"}));
  const auto narrowed = reciped({"replay", "--recipes", rules.folder.path(), "--only", "name == perl_code", "-"}, kRuby);
  CHECK(first(narrowed.out)["coverage"]["recipes"]["skipped"] == nlohmann::json({"ruby_code"}));
}

TEST_CASE("a file of detections is replayed as the events that they tell") {
  const Rules rules;
  const std::string event =
      R"({"event":"exec","time":"2026-01-01T00:00:00Z","process":{"pid":9,"name":"perl","exe":"/usr/bin/perl","cwd":"/tmp/\\xff",)"
      R"("ancestors":[{"pid":3,"name":"sh","exe":"/bin/sh","cmdline":"sh x"}]},"argv":["perl","-e","1"],"encoding":"escaped"})";
  const auto ran = reciped({"replay", "--recipes", rules.perl, "-"}, event);
  const auto again = reciped({"replay", "--recipes", rules.perl, "-"}, ran.out);
  CHECK(again.code == 0);
  auto before = first(ran.out), after = first(again.out);
  REQUIRE(before["recipe"] == "perl_code");
  for (const char* own : {"id", "sequence"}) before.erase(own), after.erase(own);
  CHECK(before == after);
}

TEST_CASE("an output that cannot be is refused before anything is read") {
  const Rules rules;
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"replay", "--recipes", rules.perl};
    words.insert(words.end(), more.begin(), more.end());
    words.emplace_back("-");
    return reciped(words, kPerl);
  };
  CHECK(with({"--format", "xml"}).code == 3);
  CHECK(with({"--output", "sarif:"}).code == 3);
  CHECK(with({"--output", "in-toto:" + rules.folder.path("x"), "--subject", "a=sha256:xyz"}).code == 3);
  CHECK(with({"--output", "in-toto:" + rules.folder.path("x"), "--subject", "nothing"}).code == 3);
  CHECK(with({"--output", "in-toto:" + rules.folder.path("x"), "--subject", "a=sha256:0a"}).code == 0);
}

TEST_CASE("the help names every format") {
  const std::string help = reciped({"watch", "--help"}).out;
  for (const char* name :
       {"text", "json", "ocsf", "ecs", "falco", "cef", "sarif", "github", "summary", "gitlab", "junit", "in-toto"}) {
    INFO(name);
    CHECK(help.find("\n  " + std::string(name) + " ") != std::string::npos);
  }
}

TEST_CASE("secrets are masked and counted in every detection, and --no-redact shows them") {
  const Rules rules;
  const std::string event = R"({"event":"exec","process":{"name":"perl"},"argv":["perl","-e","1","--password","hunter22"]})";
  const auto masked = reciped({"replay", "--recipes", rules.perl, "-"}, event);
  const auto json = first(masked.out);
  CHECK(json["redacted"] == 3);  // the argument, the command line, the message
  CHECK(json["message"] == "perl -e 1 --password ***");
  CHECK((masked.out + masked.err).find("hunter22") == std::string::npos);
  CHECK(reciped({"replay", "--recipes", rules.perl, "--format", "text", "-"}, event).out.find("hunter22") == std::string::npos);
  const auto shown = first(reciped({"replay", "--recipes", rules.perl, "--no-redact", "-"}, event).out);
  CHECK(shown["event"]["argv"][4] == "hunter22");
  CHECK_FALSE(shown.contains("redacted"));
}

TEST_CASE("what several events say together fits the schema, and the end of a replay ends all times") {
  const ScratchFolder folder;
  folder.write("a.recipe", R"(
recipe steps { importance high sequence within 1m { one: exec when process.name == curl two: exec when process.name == sh } }
recipe absent { sequence within 1h { one: exec when process.name == curl not two: exec when process.name == gpg } }
recipe many { on exec when process.name == nc and count > 1 within 1m }
recipe held { on exec when process.name == nc throttle 1 per 1h }
tune many { importance low }
)");
  const auto event = [](int second, const std::string& name) {
    return fmt::format(
               R"({{"event":"exec","time":"2026-11-30T10:00:{:02}Z","process":{{"name":"{}"}},"argv":["{}","--password","hunter22"]}})",
               second, name, name) +
           "\n";
  };
  const auto ran = reciped({"replay", "--recipes", folder.path(), "-"},
                           event(1, "curl") + event(2, "sh") + event(3, "nc") + event(4, "nc") + event(5, "nc"));
  INFO(ran.err << ran.out);
  CHECK(ran.code == 0);
  CHECK(lines(ran.out) == 5);  // steps, many, held, held's end, absent's end
  CHECK(ran.out.find("hunter22") == std::string::npos);
  const std::string schema = folder.write("schema.json", reciped({"schema"}).out);
  const auto valid = run_command({"/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/validate_json.py", schema}, ran.out);
  INFO(valid.out + valid.err);
  CHECK(valid.code == 0);
}

TEST_CASE("replay --seen carries what was seen from one run to the next") {
  const ScratchFolder folder;
  const std::string rules = folder.write("a.recipe", "recipe a { on exec when true unless seen [process.name] in 5d }");
  const std::string seen = folder.path("seen.jsonl");
  CHECK(lines(reciped({"replay", "--recipes", rules, "--seen", seen, "-"}, kPerl + "\n" + kPerl + "\n").out) == 1);
  CHECK(lines(reciped({"replay", "--recipes", rules, "--seen", seen, "-"}, kPerl + "\n" + kRuby + "\n").out) == 1);
  const auto without = reciped({"replay", "--recipes", rules, "-"}, kPerl);
  CHECK(lines(without.out) == 1);
  CHECK(without.err.find("`--seen FILE` keeps one") != std::string::npos);
  folder.write("seen.jsonl", "{\"format\":\"recipe-seen\",\"version\":9}\n");
  CHECK(reciped({"replay", "--recipes", rules, "--seen", seen, "-"}, kPerl).code == 3);
  CHECK(reciped({"replay", "--recipes", rules, "--seen", folder.path("no/where"), "-"}, kPerl).code == 4);
}

TEST_CASE("replay --near-miss groups events that were one term short, by the term") {
  const Rules rules;
  const auto near = [](const std::string& code) {
    return R"({"event":"exec","process":{"name":"perl"},"argv":["perl",")" + code + "\"]}\n";
  };
  const auto ran =
      reciped({"replay", "--recipes", rules.folder.path(), "--near-miss", "-"},
              near("a.pl") + near("b.pl") + kPerl + "\n" + R"({"event":"exec","process":{"name":"sh"},"argv":["sh"]})");
  INFO(ran.err);
  CHECK(ran.err.find("2 events  perl_code  ") != std::string::npos);
  CHECK(ran.err.find("argv contains \"-e\"\n      argv is [\"perl\", \"a.pl\"]") != std::string::npos);
  CHECK(ran.err.find("1 event  ruby_code  ") != std::string::npos);  // perl -e
  const auto none = reciped({"replay", "--recipes", rules.perl, "--near-miss", "-"}, kPerl);
  CHECK(none.err.find("near misses: none") != std::string::npos);
}

TEST_CASE("an exception that has expired is said, once") {
  const ScratchFolder folder;
  const std::string rules = folder.write(
      "a.recipe", "recipe a {\n  on exec when process.name == perl\n  except \"for now\" until 2020-01-01 when true\n}\n");
  const auto ran = reciped({"replay", "--recipes", rules, "-"},
                           R"({"event":"exec","time":"2026-11-30T10:00:00Z","process":{"name":"perl"}})");
  CHECK(lines(ran.out) == 1);
  CHECK(ran.err.find("the exception \"for now\" of " + rules + ":3 has expired") != std::string::npos);
}

TEST_CASE("every subcommand has a help with an example, and the version is said") {
  for (const char* command : {"run", "watch", "replay", "record", "features", "schema"}) {
    const auto help = reciped({command, "--help"});
    INFO(command);
    CHECK(help.code == 0);
    CHECK(help.out.find("Example:") != std::string::npos);
    CHECK(help.out.find(std::string("reciped ") + command) != std::string::npos);
  }
  CHECK(reciped({"--version"}).out.starts_with("reciped "));
  CHECK(reciped({"--help"}).out.find("watch") != std::string::npos);
}

}  // namespace recipe
