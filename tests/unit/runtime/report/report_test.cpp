// SPDX-License-Identifier: Apache-2.0
// Printed forms of a detection: what is escaped, what is left out, that the schema holds what the catalogue has.
#include "runtime/report/report.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/artefact/names.h"
#include "runtime/report/process_members.h"
#include "runtime/report/value.h"

namespace recipe {
namespace {

Detection sample() {
  Detection detection;
  detection.id = uuid_v7(1'700'000'000'000'000'000);
  detection.time_unix_ns = 1;
  detection.sequence = 1;
  detection.recipe = "code_on_the_fly";
  detection.message = "perl ran code";
  detection.importance = Importance::kCritical;
  detection.attack = {{"T1059.004", "Unix Shell", "execution"}};
  detection.why = {"process.name == perl", "a.recipe", 3, {{"process.name == perl", "perl", "a.recipe", 3, true, false}}, {}};
  detection.event = "exec";
  detection.argv = {"perl", "-e", "1"};
  detection.process.pid = 42;
  detection.process.name = "perl";
  return detection;
}

}  // namespace

TEST_CASE("control characters and bytes that are no UTF-8 are shown, never sent to the terminal") {
  CHECK(printable("plain ü €") == "plain ü €");
  CHECK(printable("a\x1b[31mb\n\r\t\x7f") == "a\\x1b[31mb\\x0a\\x0d\\x09\\x7f");
  CHECK(printable(std::string("\0", 1)) == "\\x00");
  CHECK(printable("\xff\xc3") == "\\xff\\xc3");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");           // C1: a terminal takes it for ESC [
  CHECK(printable("\xe2\x80\xae") == "\\xe2\\x80\\xae");  // right-to-left override
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");           // an overlong slash
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("times are RFC 3339 with nanoseconds, before 1970 too") {
  CHECK(rfc3339(0) == "1970-01-01T00:00:00.000000000Z");
  CHECK(rfc3339(1'795'428'000'000'000'001) == "2026-11-23T10:00:00.000000001Z");
  CHECK(rfc3339(-1) == "1969-12-31T23:59:59.999999999Z");
}

TEST_CASE("ids are version 7, ordered by time and never the same") {
  const std::string one = uuid_v7(1'700'000'000'000'000'000), other = uuid_v7(1'700'000'000'001'000'000);
  CHECK(one.size() == 36);
  CHECK(one[14] == '7');
  CHECK(std::string("89ab").find(one[19]) != std::string::npos);
  CHECK(one < other);
  CHECK(uuid_v7(5) != uuid_v7(5));
}

TEST_CASE("JSON leaves empty parts out and keeps the rest in its shape") {
  const auto json = nlohmann::json::parse(to_json(sample()));
  CHECK(json["attack"][0]["url"] == "https://attack.mitre.org/techniques/T1059/004/");
  CHECK(json["why"]["terms"][0]["decided"] == "kernel");
  CHECK(json["process"]["pid"] == 42);
  CHECK(json["event"]["argv"] == nlohmann::json({"perl", "-e", "1"}));
  for (const char* absent : {"title", "tags", "host", "doc", "lost", "replayed", "encoding", "category"}) {
    INFO(absent);
    CHECK_FALSE(json.contains(absent));
  }
  CHECK_FALSE(json["process"].contains("parent"));
}

TEST_CASE("what only some events have is printed in its groups, that of the process in the process") {
  EventValues values;
  values.event = EventId::open;
  values.numbers = {{FieldId::file_access, 3}, {FieldId::file_uid, 0}};
  values.texts = {{FieldId::file_path, "/etc/shadow"}};
  const auto record = encode_record(values);
  REQUIRE(record.ok());
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(record.value()))).ok());
  Detection detection = sample();
  detection.values = event_values(event, *make_record_context(), {});
  detection.values.push_back({FieldId::process_traits, std::vector<std::string>{"memory"}});
  detection.values.push_back({FieldId::process_stdin_writers, std::vector<std::string>{"curl"}});
  const auto json = nlohmann::json::parse(to_json(detection));
  CHECK(json["event"]["file"] ==
        nlohmann::json({{"path", "/etc/shadow"}, {"name", "shadow"}, {"access", {"read", "write"}}, {"uid", 0}}));
  CHECK(json["process"]["traits"] == nlohmann::json({"memory"}));
  CHECK(json["process"]["stdin"]["writers"] == nlohmann::json({"curl"}));
}

TEST_CASE("of the environment a detection shows the variables that the recipe reads, and no other") {
  EventValues values;
  values.event = EventId::exec;
  values.lists = {{FieldId::env, {"AWS_SECRET_ACCESS_KEY=s3cr3t", "LD_PRELOAD=/tmp/x.so", "LD_PRELOAD=/lib/y.so"}}};
  const auto record = encode_record(values);
  REQUIRE(record.ok());
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(record.value()))).ok());
  Detection detection = sample();
  const std::vector<std::string> names = {"LD_PRELOAD", "LD_AUDIT"};
  detection.values = event_values(event, *make_record_context(), names);
  const std::string line = to_json(detection);
  CHECK(nlohmann::json::parse(line)["event"]["env"] == nlohmann::json({{"LD_PRELOAD", "/tmp/x.so"}}));
  CHECK(line.find("s3cr3t") == std::string::npos);
  detection.values = event_values(event, *make_record_context(), {});
  CHECK_FALSE(nlohmann::json::parse(to_json(detection))["event"].contains("env"));
}

TEST_CASE("bytes that are no UTF-8 survive JSON, and then every backslash of the line is escaped") {
  Detection detection = sample();
  detection.title = "back\\slash";  // written before the first byte that needs the encoding
  detection.argv = {"perl", "\xff", "\\xff"};
  const auto json = nlohmann::json::parse(to_json(detection));
  CHECK(json["encoding"] == "escaped");
  CHECK(json["title"] == "back\\\\slash");
  CHECK(json["event"]["argv"][1] == "\\xff");
  CHECK(json["event"]["argv"][2] == "\\\\xff");
}

TEST_CASE("text shows no control character of an event, and colour only when asked") {
  Detection detection = sample();
  detection.process.cmdline = "perl -e \x1b[2J";
  detection.process.name = "p\nerl";
  detection.ancestors.emplace_back().cmdline = "bash \x1b]0;x\x07";
  const std::string text = to_text(detection, false);
  for (const char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
  CHECK(text.starts_with("critical  code_on_the_fly  perl ran code\n"));
  CHECK(text.find("a.recipe:3") != std::string::npos);
  CHECK(to_text(detection, true).find("\x1b[") != std::string::npos);
}

TEST_CASE("a long command line is cut between characters in text") {
  Detection detection = sample();
  std::string line;
  for (int i = 0; i < 400; ++i) line += "€";
  detection.process.cmdline = line;
  const std::string text = to_text(detection, false);
  CHECK(text.find("…") != std::string::npos);
  CHECK(text.find("\\x") == std::string::npos);
}

TEST_CASE("every member of a process that the catalogue names is printed, and the schema has its words") {
  const auto schema = nlohmann::json::parse(detection_schema())["$defs"]["detection"];
  const auto& process = schema["properties"]["process"]["properties"];
  for (const FieldInfo& field : all_fields()) {
    INFO(field.name);
    if (field.origin == Origin::kState) continue;  // stands in why, where a recipe asked for it
    std::string_view name = field.name;
    if (field.list == FieldId::process_ancestors) {
      CHECK(process["ancestors"]["items"]["properties"].contains(std::string(name)));
    } else if (name.starts_with("process.parent.")) {
      CHECK(process["parent"]["properties"].contains(std::string(name.substr(15))));
    } else {
      const ValuePart part = part_of(name);
      const nlohmann::json* at = &schema["properties"][std::string(part.part)]["properties"];
      name = part.name;
      if (const size_t dot = name.find('.'); dot != std::string_view::npos) {
        at = &(*at)[std::string(name.substr(0, dot))]["properties"];
        name.remove_prefix(dot + 1);
      }
      CHECK(at->contains(std::string(name)));
    }
  }
}

TEST_CASE("the shipped schema is the generated one") {
  std::ifstream in(RECIPE_SOURCE_DIR "/runtime/report/detection.schema.json");
  std::ostringstream shipped;
  shipped << in.rdbuf();
  CHECK(shipped.str() == detection_schema());
}

}  // namespace recipe
