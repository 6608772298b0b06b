// SPDX-License-Identifier: Apache-2.0
#include "runtime/feed/json.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "runtime/feed/time.h"

using namespace recipe;

namespace {

std::vector<uint64_t> record_of(std::string_view line) {
  JsonEvents events;
  const auto values = events.parse(line);
  INFO(line);
  if (!values.ok()) FAIL(values.error().message());
  const auto record = encode_record(*values);
  if (!record.ok()) FAIL(record.error().message());
  return *record;
}

std::string written(const std::vector<uint64_t>& record) {
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
  return write_json(event);
}

std::string error_of(std::string_view line) {
  JsonEvents events;
  const auto values = events.parse(line);
  return values.ok() ? "" : values.error().message();
}

std::string literal(std::string_view text, bool escaped = false) {
  std::string out;
  append_json_string(out, text, escaped);
  return out;
}

}  // namespace

TEST_CASE("an event is written in the shape of the reference and read back to the same record") {
  const std::string line =
      R"({"event":"exec","time":"2026-11-23T10:00:00.000000001Z","process":{"pid":4242,"uid":1000,"name":"perl","exe":"/usr/bin/perl",)"
      R"("parent":{"pid":4241,"name":"bash"},"ancestors":[{"pid":4241,"name":"bash"},{"pid":812,"uid":0,"name":"sshd","comm":"sshd",)"
      R"("cmdline":"sshd -D","start_time":7}]},"argv":["perl","-e","print \"1\"\n"],"truncated":["argv"]})";
  const auto record = record_of(line);
  CHECK(written(record) == line);
  CHECK(record_of(written(record)) == record);
}

TEST_CASE("what stands in the catalogue as an example is read and written") {
  for (const FieldInfo& field : all_fields()) {
    if (field.list != FieldId::kNone || field.origin == Origin::kDerived || field.origin == Origin::kState) continue;
    CAPTURE(field.name);
    const auto event = std::find_if(all_events().begin(), all_events().end(),
                                    [&](const EventInfo& each) { return has_field(each.id, field.id); });
    REQUIRE(event != all_events().end());
    const auto record = record_of("{\"event\":\"" + std::string(event->name) + "\",\"" + std::string(field.name) +
                                  "\":" + std::string(field.example) + "}");
    const std::string line = written(record);
    CHECK(record_of(line) == record);
    std::string pointer = "/" + std::string(field.name);
    for (char& c : pointer) c = c == '.' ? '/' : c;
    auto back = nlohmann::json::parse(line).at(nlohmann::json::json_pointer(pointer));
    auto example = nlohmann::json::parse(field.example);
    if (field.type == Type::kFlags) {  // flags have no order
      std::sort(back.begin(), back.end());
      std::sort(example.begin(), example.end());
    }
    CHECK(back == example);
  }
}

TEST_CASE("an environment is an object of strings, and of a variable that was set twice the first is written") {
  const std::string line = R"({"event":"exec","time":"1970-01-01T00:00:00.000000000Z","env":{"X":"a=b","Y":""}})";
  CHECK(written(record_of(line)) == line);
  EventValues values;
  values.event = EventId::exec;
  values.lists = {{FieldId::env, {"X=1", "X=2"}}};
  const auto record = encode_record(values);
  REQUIRE(record.ok());
  CHECK(nlohmann::json::parse(written(*record))["env"] == nlohmann::json({{"X", "1"}}));
  CHECK_THAT(error_of(R"({"event":"exec","env":["X=1"]})"), Catch::Contains("an object of strings"));
  CHECK_THAT(error_of(R"({"event":"exec","env":{"X":1}})"), Catch::Contains("`env.X`"));
  CHECK_THAT(error_of(R"({"event":"exec","env":{"":"1"}})"), Catch::Contains("not empty"));
  CHECK_THAT(error_of(R"({"event":"exec","env":{"A=B":"1"}})"), Catch::Contains("no `=`"));
}

TEST_CASE("each kind of event is read and written with its own fields") {
  for (
      const char* line :
      {R"({"event":"chown","time":"2026-11-23T10:00:00.000000001Z","file":{"path":"/etc/a","name":"a","mode":["other_execute"],"uid":1,"gid":2}})",
       R"({"event":"mount","time":"2026-11-23T10:00:00.000000001Z","file":{"path":"/mnt","name":"mnt","source":"/dev/sda"},"mount":{"type":"ext4","flags":["read_only","bind"]}})",
       R"({"event":"connect","time":"2026-11-23T10:00:00.000000001Z","dst":{"ip":"fd00::1","port":443},"src":{"ip":"10.0.0.1","port":50000},"net":{"protocol":"tcp"}})",
       R"({"event":"dns_answer","time":"2026-11-23T10:00:00.000000001Z","dns":{"question":"example.com","type":"A","answers":["192.0.2.1"],"code":3}})",
       R"({"event":"signal","time":"2026-11-23T10:00:00.000000001Z","target":{"pid":812,"name":"sshd","exe":"/usr/sbin/sshd"},"signal":{"number":9}})",
       R"({"event":"setuid","time":"2026-11-23T10:00:00.000000001Z","setuid":{"uid":0,"euid":0}})",
       R"({"event":"capset","time":"2026-11-23T10:00:00.000000001Z","capset":{"effective":2199023255551}})"}) {
    CHECK(written(record_of(line)) == line);
  }
  // setuid.uid, setuid.euid, capset.effective, src.port, dns.code, file.gid, mount.type, mount.flags, target.exe: of their
  // events only.
  for (const char* line :
       {R"({"event":"exec","setuid.uid":0})", R"({"event":"setuid","capset.effective":1})", R"({"event":"dns","src.port":1})",
        R"({"event":"open","dns.code":0})", R"({"event":"exec","file.gid":1})", R"({"event":"open","mount.type":"ext4"})",
        R"({"event":"open","mount.flags":["bind"]})", R"({"event":"exec","target.exe":"/a"})",
        R"({"event":"exec","setuid.euid":0})"}) {
    JsonEvents events;
    const auto values = events.parse(line);
    INFO(line);
    REQUIRE(values.ok());
    CHECK_FALSE(encode_record(*values).ok());
  }
}

TEST_CASE("the order of members, white space and dotted names make no difference") {
  const auto record = record_of(R"({"event":"exec","process":{"pid":1,"parent":{"pid":2}},"argv":["a"]})");
  CHECK(record_of(R"( { "argv" : [ "a" ] , "process.parent.pid": 2, "process.pid":1, "event":"exec" } )") == record);
  CHECK(record_of(R"({"process":{"parent.pid":2,"pid":1},"argv":["a"],"event":"exec","process.parent":{}})") == record);
}

TEST_CASE("bytes that are not UTF-8 survive in the encoding that says so") {
  EventValues values;
  values.event = EventId::exec;
  values.texts = {{FieldId::process_cwd, "C:\\x41 \xc3\xa9"}, {FieldId::process_script, "\xff\xc3"}};
  values.argv = {{"\xed\xa0\x80", "\xc0\xaf", "\x01\x7f", "\xf4\x90\x80\x80", "\xf0\x9f\x98\x80"}};
  const auto record = encode_record(values);
  REQUIRE(record.ok());
  const std::string line = written(*record);
  CHECK_THAT(line, Catch::Contains(R"("encoding":"escaped")"));
  CHECK_THAT(line, Catch::Contains(R"("cwd":"C:\\\\x41 é")"));
  CHECK_THAT(line, Catch::Contains(R"("script":"\\xff\\xc3")"));
  CHECK(nlohmann::json::accept(line));
  CHECK(record_of(line) == *record);

  // Without such bytes a backslash is a backslash.
  values.texts.pop_back();
  values.argv.reset();
  const auto plain = encode_record(values);
  REQUIRE(plain.ok());
  CHECK_THAT(written(*plain), Catch::Contains(R"("cwd":"C:\\x41 é")") && !Catch::Contains("encoding"));
  CHECK(record_of(written(*plain)) == *plain);
}

TEST_CASE("any bytes in any string come back") {
  std::mt19937 random(3);
  const auto bytes = [&] {
    std::string text;
    const char alphabet[] = "\\x41\"/\n\t\x80\xbf\xc2\xc3\xe0\xed\xf0\xf4\xff\x7f a";
    for (size_t n = random() % 12; n > 0; --n)
      text += random() % 2 ? alphabet[random() % (sizeof alphabet - 1)] : static_cast<char>(1 + random() % 255);
    return text;
  };
  for (int round = 0; round < 3000; ++round) {
    EventValues values;
    values.event = EventId::exec;
    values.time_unix_ns = static_cast<int64_t>((uint64_t{random()} << 32) | random());
    values.texts = {{FieldId::process_cwd, bytes()}, {FieldId::process_name, bytes()}, {FieldId::process_user, bytes()}};
    values.argv = {{bytes(), bytes()}};
    values.ancestors = {{{1, {}, {}, bytes(), bytes(), {}, bytes()}}};
    const auto record = encode_record(values);
    REQUIRE(record.ok());
    const std::string line = written(*record);
    if (!nlohmann::json::accept(line)) FAIL(line);
    if (record_of(line) != *record) FAIL(line);
  }
}

TEST_CASE("a fault names its member or its column, and what would be right") {
  const auto expect = [](std::string_view line, std::string_view words) {
    INFO(line);
    CHECK_THAT(error_of(line), Catch::Contains(std::string(words)));
  };
  expect(R"({"event":"exec","proces":{"pid":1}})", "unknown member `proces`");
  expect(R"({"event":"exec","process":{"nam":"x"}})", "unknown member `process.nam`; did you mean `process.name`?");
  expect(R"({"event":"exec","evnt":1})", "did you mean `event`?");
  expect(R"({"event":"exec","recipe":"code_on_the_fly"})", "unknown member `recipe`");
  expect(R"({"event":"exek"})", "unknown event `exek`; did you mean `exec`?");
  expect(R"({"process":{"pid":1}})", "no `event`");
  expect(R"({"event":"exec","process":3})", "`process` wants an object, this is a whole number");
  expect(R"({"event":"exec","process":{"pid":"1"}})", "`process.pid` wants a whole number, this is a string");
  expect(R"({"event":"exec","process":{"pid":1.5}})", "this is a number with a fraction");
  expect(R"({"event":"exec","process":{"pid":18446744073709551615}})", "`process.pid` is above 9223372036854775807");
  expect(R"({"event":"exec","process":{"pid":99999999999999999999}})", "out of range");
  expect(R"({"event":"exec","process":{"name":null}})", "leave out what is absent");
  expect(R"({"event":"exec","process":{"pid":1,"pid":1}})", "`process.pid` is given twice");
  expect(R"({"event":"exec","process":{"pid":1},"process.pid":1})", "`process.pid` is given twice");
  expect(R"({"event":"exec","event":"exec"})", "`event` is given twice");
  expect(R"({"event":"exec","argv":"perl -e"})", "`argv` wants a list of strings, this is a string");
  expect(R"({"event":"exec","argv":["a",7]})", "`argv[1]` wants a string, this is a whole number");
  expect(R"({"event":"exec","process":{"ancestors":[{"nmae":"x"}]}})",
         "unknown member `process.ancestors[0].nmae`; did you mean `name`?");
  expect(R"({"event":"exec","process":{"ancestors":[{},{"pid":"x"}]}})", "`process.ancestors[1].pid` wants a whole number");
  expect(R"({"event":"exec","process":{"ancestors":[{"pid":1,"pid":1}]}})", "given twice");
  expect(R"({"event":"exec","truncated":["arvg"]})", "`truncated` names `arvg`, which is no field; did you mean `argv`?");
  expect(R"({"event":"exec","truncated":"argv"})", "`truncated` wants a list");
  expect(R"({"event":"exec","time":"yesterday"})", "no time of RFC 3339");
  expect(R"({"event":"exec","encoding":"base64"})", "unknown encoding `base64`");
  expect(R"({"event":"exec","encoding":"escaped","argv":["\\q"]})", "`argv[0]` is not in the encoding `escaped`");
  expect(R"({"event":"exec","encoding":"escaped","argv":["\\x4"]})", "is not in the encoding");
  expect(R"(["exec"])", "an event is an object, this is a list");
  expect(R"({"event":"exec",})", "column 17");
  expect(R"({"event":"exec")", "no JSON");
  expect(R"({"event":"exec"} {})", "no JSON");
  expect("", "empty");
  expect(" \t", "empty");
  expect("{\"event\":\"\xff\"}", "not UTF-8");
  expect(std::string(5000, '['), "");
  expect("{\"event\":\"exec\",\"argv\":" + std::string(5000, '[') + std::string(5000, ']') + "}", "nested too deeply");
  expect(std::string((1u << 20) + 1, ' '), "longer than");
}

TEST_CASE("a line of detections is read as the event that it tells") {
  JsonEvents events;
  const auto told = events.parse(
      R"({"id":"x","time":"2026-01-01T00:00:00Z","recipe":"r","attack":[{"id":"T1059"}],"why":{"clause":"c","truncated":["argv"]},)"
      R"("event":{"type":"open","file":{"path":"/etc/shadow","access":["read"]},"argv":["cat"]},)"
      R"("process":{"pid":7,"name":"cat","cmdline":"cat","login":"root","parent":{"pid":3,"name":"sh"},)"
      R"("ancestors":[{"pid":3,"name":"sh"}]},"host":{"name":"h"},"doc":{"actions":[]}})");
  REQUIRE(told.ok());
  const auto event = events.parse(
      R"({"event":"open","time":"2026-01-01T00:00:00Z","file":{"path":"/etc/shadow","access":["read"]},"argv":["cat"],)"
      R"("process":{"pid":7,"name":"cat","ancestors":[{"pid":3,"name":"sh"}]},"truncated":["argv"]})");
  REQUIRE(event.ok());
  const auto a = encode_record(*told), b = encode_record(*event);
  REQUIRE(a.ok());
  REQUIRE(b.ok());
  CHECK(*a == *b);
  CHECK_THAT(events.parse(R"({"event":{"argv":["cat"]}})").error().message(), Catch::Matchers::Contains("without `type`"));
  CHECK_FALSE(events.parse(R"({"event":{"type":"nothing"}})").ok());
  CHECK_FALSE(events.parse(R"({"event":{"type":"exec","argv":[1]}})").ok());
}

TEST_CASE("a parser is good for the next line after a bad one") {
  JsonEvents events;
  CHECK_FALSE(events.parse("{").ok());
  CHECK(events.parse(R"({"event":"exec"})").ok());
  CHECK_FALSE(events.parse(std::string(3000, '[')).ok());
  CHECK(events.parse(R"({"event":"exec"})").ok());
}

TEST_CASE("strings are quoted so that every reader of JSON agrees") {
  CHECK(literal("a\"b\\c\n\t\x01\x7f") == R"("a\"b\\c\n\t\u0001\u007f")");
  CHECK(literal("\xff\\") == R"("\\xff\\\\")");
  CHECK(literal("\\", true) == R"("\\\\")");
  CHECK(literal("\xe2\x82\xac") == "\"\xe2\x82\xac\"");
}

TEST_CASE("times are read with any offset and fraction, and written with nanoseconds") {
  CHECK(parse_time("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_time("1970-01-01T02:00:00+02:00") == 0);
  CHECK(parse_time("1969-12-31T23:30:00.5-00:30") == 500'000'000);
  CHECK(parse_time("1969-12-31T23:59:59.999999999Z") == -1);
  CHECK(parse_time("2024-02-29t12:00:00z").has_value());
  CHECK(parse_time("2016-12-31T23:59:60Z") == parse_time("2017-01-01T00:00:00Z"));
  for (const char* wrong :
       {"", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00Zx",
        "2026-01-01T00:00:00+0100", "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_time(wrong).has_value());
  }
  for (const int64_t time : {int64_t{0}, int64_t{-1}, int64_t{1'700'000'000'000'000'001}, INT64_MAX, INT64_MIN})
    CHECK(parse_time(format_time(time)) == time);
  CHECK(format_time(-1) == "1969-12-31T23:59:59.999999999Z");
}
