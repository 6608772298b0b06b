// SPDX-License-Identifier: Apache-2.0
// The program reciped without a kernel: replay, schema, wrong usage, exit codes, outputs that fail.
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

size_t lines(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("replay judges JSON events, and each line of its output fits the schema") {
  const Rules rules;
  const std::string bytes = R"({"event":"exec","encoding":"escaped","process":{"name":"perl"},"argv":["perl","-e","\\xff"]})";
  const auto ran = reciped({"replay", "--recipes", rules.folder.path(), "-"}, kPerl + "\n" + bytes + "\n\n" + kRuby + "\n");
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK(lines(ran.out) == 3);
  CHECK(nlohmann::json::parse(ran.out.substr(0, ran.out.find('\n')))["recipe"] == "perl_code");
  CHECK(ran.err.find("3 events, 3 detections") != std::string::npos);
  const std::string schema = rules.folder.write("schema.json", reciped({"schema"}).out);
  const auto valid = run_command({"/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/validate_json.py", schema}, ran.out);
  INFO(valid.out + valid.err);
  CHECK(valid.code == 0);
  CHECK(valid.out == "3 lines\n");
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

TEST_CASE("secrets are masked and counted in every detection, and --no-redact shows them") {
  const Rules rules;
  const std::string event = R"({"event":"exec","process":{"name":"perl"},"argv":["perl","-e","1","--password","hunter22"]})";
  const auto masked = reciped({"replay", "--recipes", rules.perl, "-"}, event);
  const auto json = nlohmann::json::parse(masked.out);
  CHECK(json["redacted"] == 3);  // the argument, the command line, the message
  CHECK(json["message"] == "perl -e 1 --password ***");
  CHECK((masked.out + masked.err).find("hunter22") == std::string::npos);
  CHECK(reciped({"replay", "--recipes", rules.perl, "--format", "text", "-"}, event).out.find("hunter22") == std::string::npos);
  const auto shown = nlohmann::json::parse(reciped({"replay", "--recipes", rules.perl, "--no-redact", "-"}, event).out);
  CHECK(shown["event"]["argv"][4] == "hunter22");
  CHECK_FALSE(shown.contains("redacted"));
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
