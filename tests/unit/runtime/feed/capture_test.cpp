// SPDX-License-Identifier: Apache-2.0
#include "runtime/feed/capture.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "bpf/abi/limits.h"
#include "runtime/event.h"

using namespace recipe;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "recipe-capture-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] std::string file() const { return (path / "events.cap").string(); }
};

std::vector<uint64_t> record(const char* name) {
  EventValues values;
  values.event = EventId::exec;
  values.texts = {{FieldId::process_name, name}};
  const auto encoded = encode_record(values);
  REQUIRE(encoded.ok());
  return *encoded;
}

std::span<const std::byte> bytes_of(const std::vector<uint64_t>& words) {
  return std::as_bytes(std::span(words));
}

std::string capture_of(const std::vector<const char*>& names) {
  const Folder folder;
  auto writer = CaptureWriter::create(folder.file(), 77);
  REQUIRE(writer.ok());
  for (const char* name : names) REQUIRE(writer->write(bytes_of(record(name))).ok());
  REQUIRE(writer->close().ok());
  std::ifstream in(folder.file(), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string open_error(const std::string& bytes) {
  const auto reader = CaptureReader::over(std::as_bytes(std::span(bytes)));
  return reader.ok() ? "" : reader.error().message();
}

// Names of the events, then the error that ended the capture.
std::string read_all(CaptureReader& reader) {
  std::string text;
  while (true) {
    const auto next = reader.next();
    if (!next.ok()) {
      const auto again = reader.next();
      CHECK((again.ok() && !again->has_value()));
      return text + next.error().message();
    }
    if (!next->has_value()) return text;
    Event event;
    REQUIRE(event.decode(**next).ok());
    text += std::string(event.text(FieldId::process_name).value_or("?")) + " ";
  }
}

std::string read_all(const std::string& bytes) {
  auto reader = CaptureReader::over(std::as_bytes(std::span(bytes)));
  REQUIRE(reader.ok());
  return read_all(*reader);
}

}  // namespace

TEST_CASE("a capture gives back the records that were written, in their order") {
  const Folder folder;
  auto writer = CaptureWriter::create(folder.file(), 77);
  REQUIRE(writer.ok());
  const auto first = record("perl"), second = record("ruby");
  REQUIRE(writer->write(bytes_of(first)).ok());
  REQUIRE(writer->write(bytes_of(second)).ok());
  CHECK_FALSE(fs::exists(folder.file()));
  REQUIRE(writer->close().ok());
  CHECK_FALSE(fs::exists(folder.file() + ".partial"));
  struct stat status {};
  REQUIRE(::stat(folder.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  auto reader = CaptureReader::open(folder.file());
  REQUIRE(reader.ok());
  CHECK(reader->boot_wall_ns() == 77);
  for (const auto& expected : {first, second}) {
    const auto next = reader->next();
    REQUIRE((next.ok() && next->has_value()));
    CHECK(std::equal((*next)->begin(), (*next)->end(), bytes_of(expected).begin(), bytes_of(expected).end()));
  }
  const auto end = reader->next();
  CHECK((end.ok() && !end->has_value()));
}

TEST_CASE("a live record becomes a replayed one that knows its boot") {
  auto live = record("perl");
  record_header header{};
  std::memcpy(&header, live.data(), sizeof header);
  header.flags = RECORD_ALL_CANDIDATES;
  header.time_boot_ns = 5;
  std::memcpy(live.data(), &header, sizeof header);
  const Folder folder;
  auto writer = CaptureWriter::create(folder.file(), 77);
  REQUIRE(writer.ok());
  REQUIRE(writer->write(bytes_of(live)).ok());
  REQUIRE(writer->close().ok());
  auto reader = CaptureReader::open(folder.file());
  REQUIRE(reader.ok());
  const auto next = reader->next();
  REQUIRE((next.ok() && next->has_value()));
  Event event;
  REQUIRE(event.decode(**next).ok());
  CHECK(event.header().flags == (RECORD_ALL_CANDIDATES | RECORD_REPLAYED));
  CHECK(event.time_unix_ns() == 82);
}

TEST_CASE("a capture that was not closed leaves nothing behind") {
  const Folder folder;
  {
    auto writer = CaptureWriter::create(folder.file(), 0);
    REQUIRE(writer.ok());
    REQUIRE(writer->write(bytes_of(record("perl"))).ok());
    CHECK(fs::exists(folder.file() + ".partial"));
  }
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("what is no record does not go in, and nothing goes in after the end") {
  const Folder folder;
  auto writer = CaptureWriter::create(folder.file(), 0);
  REQUIRE(writer.ok());
  const std::vector<std::byte> odd(41), small(8), large(RECIPE_RECORD_BYTES + 8);
  CHECK_FALSE(writer->write(odd).ok());
  CHECK_FALSE(writer->write(small).ok());
  CHECK_FALSE(writer->write(large).ok());
  REQUIRE(writer->close().ok());
  CHECK_FALSE(writer->write(bytes_of(record("perl"))).ok());
  CHECK_FALSE(writer->close().ok());
}

TEST_CASE("a file that cannot be made, read or mapped is an error with its name") {
  CHECK_THAT(CaptureWriter::create("/nowhere/x.cap", 0).error().message(),
             Catch::Contains("cannot create `/nowhere/x.cap.partial`: No such file"));
  CHECK_THAT(CaptureReader::open("/nowhere/x.cap").error().message(), Catch::Contains("cannot open `/nowhere/x.cap`"));
  CHECK_THAT(CaptureReader::open("/").error().message(), Catch::Contains("`/`"));
}

TEST_CASE("a header that is not this program's is refused with the reason") {
  const std::string good = capture_of({});
  CHECK(open_error(good).empty());
  CHECK(looks_like_capture(good));
  CHECK_FALSE(looks_like_capture("{\"event\":\"exec\"}"));
  CHECK_FALSE(looks_like_capture(""));
  CHECK_THAT(open_error(""), Catch::Contains("is no capture"));
  CHECK_THAT(open_error(good.substr(0, 7)), Catch::Contains("is no capture"));
  CHECK_THAT(open_error(good.substr(0, 31)), Catch::Contains("cut within its header"));
  std::string other = good;
  other[8] = 9;
  CHECK_THAT(open_error(other), Catch::Contains("version 9, this program reads 1"));
  other = good;
  other[16] = static_cast<char>(other[16] ^ 1);
  CHECK_THAT(open_error(other), Catch::Contains("another catalogue"));
}

TEST_CASE("a capture that was cut or damaged gives what is whole, then the place of the fault, then its end") {
  const std::string good = capture_of({"perl", "ruby"});
  CHECK(read_all(good) == "perl ruby ");
  const size_t second = sizeof(capture_header) + record("perl").size() * 8;
  const std::string place = " at byte " + std::to_string(second);
  CHECK(read_all(good.substr(0, second)) == "perl ");
  CHECK_THAT(read_all(good.substr(0, second + 4)),
             Catch::StartsWith("perl ") && Catch::Contains("cut within the header of a record" + place));
  CHECK_THAT(read_all(good.substr(0, good.size() - 1)), Catch::Contains("cut within a record" + place));
  for (const uint32_t size : {0u, 8u, 41u, 0x7ffffff8u, 0xffffffffu}) {
    std::string bad = good;
    std::memcpy(bad.data() + second, &size, sizeof size);
    CHECK_THAT(read_all(bad), Catch::StartsWith("perl ") && Catch::Contains(place));
  }
}

TEST_CASE("a capture that comes in pieces is read as one that is there whole, with the same faults at the same bytes") {
  const std::string whole = capture_of({"perl", "sh", "curl"});
  std::string damaged = whole;
  damaged[sizeof(capture_header) + record("perl").size() * 8] = 1;  // no record has such a length
  for (const std::string& bytes :
       {whole, whole.substr(0, whole.size() - 5), whole.substr(0, sizeof(capture_header) + 3), damaged}) {
    for (const size_t piece : {size_t{1}, size_t{7}, size_t{4096}}) {
      size_t given = sizeof(capture_header) / 2;
      const auto more = [&](std::string& held) -> Result<bool> {
        const size_t now = std::min(piece, bytes.size() - given);
        held += bytes.substr(given, now);
        given += now;
        return now > 0;
      };
      auto reader = CaptureReader::stream(bytes.substr(0, given), more);
      REQUIRE(reader.ok());
      CHECK(reader->boot_wall_ns() == 77);
      CHECK(read_all(*reader) == read_all(bytes));
    }
  }
  const auto no_more = [](std::string&) -> Result<bool> { return false; };
  CHECK(CaptureReader::stream(whole.substr(0, 20), no_more).error().message() == open_error(whole.substr(0, 20)));
  const auto broken = [](std::string&) -> Result<bool> { return Error{"cannot read", EIO}; };
  auto reader = CaptureReader::stream(whole.substr(0, sizeof(capture_header)), broken);
  REQUIRE(reader.ok());
  CHECK_THAT(reader->next().error().message(), Catch::Contains("cannot read"));
  CHECK_FALSE(reader->next()->has_value());
}
