// SPDX-License-Identifier: Apache-2.0
#include "runtime/event.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "bpf/abi/limits.h"

using namespace recipe;

namespace {

EventValues perl() {
  EventValues values;
  values.event = EventId::exec;
  values.time_unix_ns = 1'700'000'000'000'000'001;
  values.numbers = {{FieldId::process_pid, 4242}, {FieldId::process_uid, 1000}};
  values.texts = {{FieldId::process_exe, "/usr/bin/perl"}, {FieldId::process_comm, "perl"}};
  values.argv = {{"perl", "-e", "", "print 1"}};
  values.ancestors = {{{4241, 1000, 77, "bash", "bash", std::nullopt, "bash ./ci.sh"},
                       {812, std::nullopt, std::nullopt, "sshd", std::nullopt, std::nullopt, std::nullopt}}};
  return values;
}

std::vector<std::byte> bytes_of(const EventValues& values) {
  const auto record = encode_record(values);
  REQUIRE(record.ok());
  std::vector<std::byte> bytes(record->size() * 8);
  std::memcpy(bytes.data(), record->data(), bytes.size());
  return bytes;
}

std::string error_of(const EventValues& values) {
  const auto record = encode_record(values);
  return record.ok() ? "" : record.error().message();
}

template <class T>
void put(std::vector<std::byte>& bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

// Asks everything: what decode let through must be safe to read.
size_t read_all(const Event& event) {
  size_t sum = event.candidates().size();
  for (const FieldInfo& field : all_fields()) {
    sum += event.has(field.id) + event.truncated(field.id) + static_cast<size_t>(event.number(field.id).value_or(0));
    for (const char c : event.text(field.id).value_or("")) sum += static_cast<unsigned char>(c);
  }
  for (const auto element : event.argv()) sum += element.size();
  for (const Ancestor& a : event.ancestors())
    sum += a.name.value_or("").size() + a.cmdline.value_or("").size() + a.comm.value_or("").size();
  return sum;
}

}  // namespace

TEST_CASE("an argv that was cut is completed by its continuation, and by nothing else") {
  EventValues values = perl();
  values.argv = {{"perl", "-I" + std::string(RECIPE_ARGV_BYTES, 'x'), "-e", "1"}};
  const auto bytes = bytes_of(values);
  const std::string whole = std::string("perl\0-I", 7) + std::string(RECIPE_ARGV_BYTES, 'x') +
                            std::string(
                                "\0-e\0"
                                "1\0",
                                6);
  Event event;
  REQUIRE(event.decode(bytes).ok());
  REQUIRE(event.truncated(FieldId::argv));
  const std::string before(*event.text(FieldId::process_cmdline));
  CHECK_FALSE(event.complete_argv(std::string("perl\0-Iy\0", 10)));
  CHECK_FALSE(event.complete_argv("python3" + whole.substr(4)));
  CHECK_FALSE(event.complete_argv(whole.substr(0, whole.size() - 1)));  // the last element has no end
  CHECK_FALSE(event.complete_argv({}));
  CHECK(event.truncated(FieldId::argv));
  CHECK(*event.text(FieldId::process_cmdline) == before);

  CHECK(event.complete_argv(whole));
  CHECK_FALSE(event.truncated(FieldId::argv));
  REQUIRE(event.argv().size() == 4);
  CHECK(event.argv()[2] == "-e");
  CHECK(event.text(FieldId::process_cmdline)->ends_with("xx -e 1"));
  CHECK_FALSE(event.complete_argv(whole));  // whole already
  REQUIRE(event.decode(bytes).ok());
  CHECK(event.truncated(FieldId::argv));
}

TEST_CASE("decode shows what was encoded") {
  const auto bytes = bytes_of(perl());
  Event event;
  REQUIRE(event.decode(bytes).ok());
  CHECK(event.id() == EventId::exec);
  CHECK(event.time_unix_ns() == 1'700'000'000'000'000'001);
  CHECK((event.header().flags & RECORD_REPLAYED) != 0);
  CHECK(event.number(FieldId::process_pid) == 4242);
  CHECK_FALSE(event.number(FieldId::process_gid).has_value());
  CHECK(event.text(FieldId::process_exe) == "/usr/bin/perl");
  CHECK(event.text(FieldId::process_name) == "perl");
  CHECK(event.text(FieldId::process_cmdline) == "perl -e  print 1");
  CHECK_FALSE(event.has(FieldId::process_cwd));
  REQUIRE(event.argv().size() == 4);
  CHECK(event.argv()[2].empty());
  REQUIRE(event.ancestors().size() == 2);
  CHECK(event.ancestors()[1].name == "sshd");
  CHECK_FALSE(event.ancestors()[1].comm.has_value());
  CHECK_FALSE(event.text(FieldId::process_pid).has_value());
  CHECK_FALSE(event.number(FieldId::process_name).has_value());
  CHECK_FALSE(event.has(FieldId::ancestor_name));
  CHECK_FALSE(event.has(FieldId::kNone));
}

TEST_CASE("the parent's fields come from the first ancestor and go into it") {
  EventValues values = perl();
  values.ancestors.reset();
  values.numbers.emplace_back(FieldId::process_parent_pid, 7);
  values.texts.emplace_back(FieldId::process_parent_exe, "/bin/zsh");
  const auto bytes = bytes_of(values);
  Event event;
  REQUIRE(event.decode(bytes).ok());
  REQUIRE(event.ancestors().size() == 1);
  CHECK(event.ancestors()[0].pid == 7);
  CHECK(event.number(FieldId::process_parent_pid) == 7);
  CHECK(event.text(FieldId::process_parent_name) == "zsh");
  CHECK(event.has(FieldId::process_ancestors));
  CHECK_FALSE(event.has(FieldId::process_parent_uid));
  CHECK_FALSE(event.truncated(FieldId::process_parent_name));

  values = perl();
  values.texts.emplace_back(FieldId::process_parent_name, "bash");
  CHECK(error_of(values).empty());
  values.texts.back().second = "zsh";
  CHECK(error_of(values) == "`process.parent.name` contradicts `process.ancestors[0]`: give one of them");
}

TEST_CASE("an event decoded into a used Event shows nothing of the one before") {
  const auto full = bytes_of(perl());
  EventValues bare;
  bare.event = EventId::exec;
  const auto empty = bytes_of(bare);
  Event event;
  REQUIRE(event.decode(full).ok());
  CHECK(event.text(FieldId::process_cmdline).has_value());
  REQUIRE(event.decode(empty).ok());
  for (const FieldInfo& field : all_fields()) {
    CAPTURE(field.name);
    CHECK_FALSE(event.has(field.id));
    CHECK_FALSE(event.truncated(field.id));
    CHECK_FALSE(event.text(field.id).has_value());
  }
  CHECK(event.argv().empty());
  CHECK(event.ancestors().empty());
}

TEST_CASE("an empty argv is there, an absent one is not") {
  EventValues values;
  values.event = EventId::exec;
  values.argv.emplace();
  auto bytes = bytes_of(values);
  Event event;
  REQUIRE(event.decode(bytes).ok());
  CHECK(event.has(FieldId::argv));
  CHECK(event.argv().empty());
  CHECK(event.text(FieldId::process_cmdline) == "");
  values.argv = {{""}};
  bytes = bytes_of(values);
  REQUIRE(event.decode(bytes).ok());
  CHECK(event.argv().size() == 1);
}

TEST_CASE("what the kernel would cut is cut and says so") {
  EventValues values = perl();
  SECTION("argv by bytes") {
    values.argv = {{"perl", std::string(5000, 'x'), "tail"}};
    const auto bytes = bytes_of(values);
    Event event;
    REQUIRE(event.decode(bytes).ok());
    CHECK(event.truncated(FieldId::argv));
    CHECK(event.truncated(FieldId::process_cmdline));
    REQUIRE(event.argv().size() == 2);
    CHECK(event.argv()[1].size() == RECIPE_ARGV_BYTES - 5);
  }
  SECTION("argv that just fits is whole") {
    values.argv = {{"perl", std::string(RECIPE_ARGV_BYTES - 6, 'x')}};
    const auto bytes = bytes_of(values);
    Event event;
    REQUIRE(event.decode(bytes).ok());
    CHECK_FALSE(event.truncated(FieldId::argv));
  }
  SECTION("many small elements are whole") {
    values.argv = std::vector<std::string>(RECIPE_ARGV_BYTES);
    const auto bytes = bytes_of(values);
    Event event;
    REQUIRE(event.decode(bytes).ok());
    CHECK_FALSE(event.truncated(FieldId::argv));
    CHECK(event.argv().size() == RECIPE_ARGV_BYTES);
  }
  SECTION("a path keeps its tail") {
    values.texts[0].second = "/" + std::string(5000, 'd') + "/perl";
    const auto bytes = bytes_of(values);
    Event event;
    REQUIRE(event.decode(bytes).ok());
    CHECK(event.truncated(FieldId::process_exe));
    CHECK(event.text(FieldId::process_exe)->ends_with("/perl"));
    CHECK(event.text(FieldId::process_name) == "perl");
  }
  SECTION("ancestors") {
    values.ancestors->resize(RECIPE_ANCESTORS + 1);
    const auto bytes = bytes_of(values);
    Event event;
    REQUIRE(event.decode(bytes).ok());
    CHECK(event.truncated(FieldId::process_ancestors));
    CHECK(event.ancestors().size() == RECIPE_ANCESTORS);
  }
  SECTION("a field that is only said to be truncated is there and empty") {
    values.texts.clear();
    values.truncated = {FieldId::process_exe};
    const auto bytes = bytes_of(values);
    Event event;
    REQUIRE(event.decode(bytes).ok());
    CHECK(event.has(FieldId::process_exe));
    CHECK(event.truncated(FieldId::process_exe));
    CHECK_FALSE(event.has(FieldId::process_name));
  }
}

TEST_CASE("values that no kernel sends are refused, each with its reason") {
  EventValues values = perl();
  const auto expect = [&](std::string_view words) { CHECK_THAT(error_of(values), Catch::Contains(std::string(words))); };
  SECTION("name against exe") {
    values.texts.emplace_back(FieldId::process_name, "ruby");
    expect("they are one file");
  }
  SECTION("twice") {
    values.numbers.emplace_back(FieldId::process_pid, 1);
    expect("`process.pid` is given twice");
  }
  SECTION("a number for a string") {
    values.numbers.emplace_back(FieldId::process_cwd, 1);
    expect("`process.cwd` is of type path");
  }
  SECTION("a string for a number") {
    values.texts.emplace_back(FieldId::process_tid, "1");
    expect("`process.tid` is of type int");
  }
  SECTION("an element") {
    values.texts.emplace_back(FieldId::ancestor_name, "x");
    expect("is no field of an event");
  }
  SECTION("a NUL in a string") {
    values.texts[1].second = std::string("a\0b", 3);
    expect("holds a NUL byte");
  }
  SECTION("a NUL in argv") {
    values.argv->push_back(std::string("\0", 1));
    expect("`argv[4]` holds a NUL byte");
  }
  SECTION("a long comm") {
    values.texts[1].second = std::string(16, 'c');
    expect("at most 15 bytes");
  }
  SECTION("a pid of an ancestor") {
    (*values.ancestors)[1].pid = -1;
    expect("`process.ancestors[1].pid` is no 32-bit number");
  }
  SECTION("cmdline against argv") {
    values.texts.emplace_back(FieldId::process_cmdline, "perl");
    expect("but `argv` makes");
  }
  SECTION("cmdline without argv") {
    values.argv.reset();
    values.texts.emplace_back(FieldId::process_cmdline, "perl");
    expect("give `argv`");
  }
  SECTION("a truncated number") {
    values.truncated = {FieldId::process_pid};
    expect("is never truncated");
  }
  SECTION("a truncated parent") {
    values.truncated = {FieldId::process_parent_name};
    expect("is never truncated");
  }
  SECTION("no event") {
    values.event = EventId{};
    expect("no event of the catalogue");
  }
  SECTION("too much") {
    for (auto& a : *values.ancestors) a.cmdline = std::string(RECIPE_RECORD_BYTES - 1000, 'x');
    expect("holds at most");
  }
}

TEST_CASE("cmdline that is argv's own is accepted") {
  EventValues values = perl();
  values.texts.emplace_back(FieldId::process_cmdline, "perl -e  print 1");
  CHECK(error_of(values).empty());
}

TEST_CASE("malformed records are refused by name") {
  auto bytes = bytes_of(perl());
  Event event;
  const auto expect = [&](std::string_view words) {
    const Status status = event.decode(bytes);
    REQUIRE_FALSE(status.ok());
    CHECK_THAT(status.error().message(), Catch::Contains(std::string(words)));
  };
  const size_t first = sizeof(record_header);
  SECTION("empty") {
    bytes.clear();
    expect("shorter than a header");
  }
  SECTION("cut") {
    bytes.resize(bytes.size() - 8);
    expect("not the one in its header");
  }
  SECTION("an unknown event") {
    put<uint16_t>(bytes, offsetof(record_header, event), 999);
    expect("event number 999");
  }
  SECTION("unknown flags") {
    put<uint16_t>(bytes, offsetof(record_header, flags), 0x8000);
    expect("unknown flags");
  }
  SECTION("too many candidates") {
    put<uint16_t>(bytes, offsetof(record_header, words), 9999);
    expect("candidates run past");
  }
  SECTION("too many items") {
    put<uint16_t>(bytes, offsetof(record_header, items), 99);
    expect("items run past its end");
  }
  SECTION("too few items") {
    put<uint16_t>(bytes, offsetof(record_header, items), 1);
    expect("bytes behind its last item");
  }
  SECTION("an unknown field") {
    put<uint16_t>(bytes, first, 250);
    expect("field number 250");
  }
  SECTION("a field beyond every table") {
    put<uint16_t>(bytes, first, 65535);
    expect("field number 65535");
  }
  SECTION("an element outside its list") {
    put(bytes, first, FieldId::ancestor_pid);
    expect("stands outside its list");
  }
  SECTION("a derived field") {
    put(bytes, first, FieldId::process_cmdline);
    expect("is never an item");
  }
  SECTION("a field of the parent") {
    put(bytes, first, FieldId::process_parent_pid);
    expect("is never an item");
  }
  SECTION("twice the same") {
    put(bytes, first, FieldId::process_uid);
    expect("`process.uid` stands there twice");
  }
  SECTION("a number of 4 bytes") {
    put<uint32_t>(bytes, first + 4, 4);
    expect("is no number of 8 bytes");
  }
  SECTION("a number that is cut") {
    put<uint16_t>(bytes, first + 2, ITEM_TRUNCATED);
    expect("is a number and cannot be cut");
  }
  SECTION("an item longer than memory") {
    put<uint32_t>(bytes, first + 4, 0xffffffff);
    expect("an item runs past its end");
  }
}

TEST_CASE("an argv without its last NUL is malformed, unless it was cut there") {
  EventValues values;
  values.event = EventId::exec;
  values.argv = {{"ab", "cd"}};
  auto bytes = bytes_of(values);
  put<uint32_t>(bytes, sizeof(record_header) + 4, 5);
  Event event;
  CHECK_FALSE(event.decode(bytes).ok());
  put<uint16_t>(bytes, sizeof(record_header) + 2, ITEM_TRUNCATED);
  REQUIRE(event.decode(bytes).ok());
  REQUIRE(event.argv().size() == 2);
  CHECK(event.argv()[1] == "cd");
  CHECK(event.text(FieldId::process_cmdline) == "ab cd");
}

TEST_CASE("each variable of an environment has a name, but one that was cut") {
  EventValues values;
  values.event = EventId::exec;
  const auto decodes = [&](std::vector<std::string> env) {
    values.lists = {{FieldId::env, std::move(env)}};
    const auto record = encode_record(values);
    REQUIRE(record.ok());
    Event event;
    return event.decode(std::as_bytes(std::span(*record))).ok();
  };
  CHECK(decodes({}));
  CHECK(decodes({"A=1", "B="}));
  CHECK_FALSE(decodes({"A=1", "B"}));
  CHECK_FALSE(decodes({"=1"}));
  values.truncated = {FieldId::env};
  CHECK(decodes({"A=1", "B"}));
  CHECK_FALSE(decodes({"A", "B"}));
}

TEST_CASE("an environment that was cut is completed by one that holds its whole variables, and by no other") {
  EventValues values;
  values.event = EventId::exec;
  values.lists = {{FieldId::env, {"A=1", "B=cu"}}};
  const auto complete = [&](bool cut, const char* elements, size_t bytes) {
    values.truncated = cut ? std::vector<FieldId>{FieldId::env} : std::vector<FieldId>{};
    const auto record = encode_record(values);
    REQUIRE(record.ok());
    Event event;
    REQUIRE(event.decode(std::as_bytes(std::span(*record))).ok());
    const bool done = event.complete_env(std::string(elements, bytes));
    CHECK(event.truncated(FieldId::env) == (cut && !done));
    return done ? std::vector<std::string>(event.texts(FieldId::env).begin(), event.texts(FieldId::env).end())
                : std::vector<std::string>{"refused"};
  };
  using Strings = std::vector<std::string>;
  CHECK(complete(true, "Z=0\0A=1\0B=cut\0C=3\0", 18) == Strings{"Z=0", "A=1", "B=cut", "C=3"});
  CHECK(complete(true, "A=2\0B=cut\0", 10) == Strings{"refused"});
  CHECK(complete(true, "A=1\0B=cut", 9) == Strings{"refused"});
  CHECK(complete(false, "A=1\0B=cu\0", 9) == Strings{"refused"});
}

TEST_CASE("a record takes one more list, and none that would make it too large") {
  EventValues values;
  values.event = EventId::exec;
  values.texts = {{FieldId::process_name, "sh"}};
  const auto record = encode_record(values);
  REQUIRE(record.ok());
  const auto bytes = std::as_bytes(std::span(*record));
  const auto more = with_list(bytes, FieldId::process_stdin_writers, {"base64", "curl"});
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(more))).ok());
  CHECK(event.text(FieldId::process_name) == "sh");
  REQUIRE(event.texts(FieldId::process_stdin_writers).size() == 2);
  CHECK(event.texts(FieldId::process_stdin_writers)[1] == "curl");
  CHECK(with_list(bytes, FieldId::process_stdin_writers, {std::string(RECIPE_RECORD_BYTES, 'x')}).empty());
}

TEST_CASE("random damage to a record is refused or read within its bounds") {
  const auto good = bytes_of(perl());
  std::mt19937 random(7);
  size_t accepted = 0, sum = 0;
  Event event;
  for (int round = 0; round < 20000; ++round) {
    // A fresh allocation of the exact size: under the address sanitizer a byte too far is seen.
    std::vector<std::byte> bytes(good);
    for (int n = 1 + static_cast<int>(random() % 3); n > 0; --n)
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    if (random() % 4 == 0) {
      bytes.resize(random() % (bytes.size() / 8) * 8);
      if (bytes.size() >= 4) put(bytes, 0, static_cast<uint32_t>(bytes.size()));
    }
    if (!event.decode(bytes).ok()) continue;
    ++accepted;
    sum += read_all(event);
  }
  CHECK(accepted > 0);
  CHECK(sum > 0);
}

TEST_CASE("a record that is not aligned in memory is read all the same") {
  const auto good = bytes_of(perl());
  std::vector<std::byte> shifted(good.size() + 1);
  std::copy(good.begin(), good.end(), shifted.begin() + 1);
  Event event;
  REQUIRE(event.decode(std::span(shifted).subspan(1)).ok());
  CHECK(event.text(FieldId::process_name) == "perl");
}
