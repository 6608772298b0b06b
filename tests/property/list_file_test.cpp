// SPDX-License-Identifier: Apache-2.0
// A list of a million domains: compiled, encoded, decoded, made ready, asked. What a list file may hold: check_test.cpp.
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "compiler/compile.h"
#include "runtime/artefact/encode.h"
#include "runtime/artefact/merge.h"
#include "runtime/base/address.h"
#include "runtime/match/matcher.h"

using namespace recipe;

namespace {

namespace fs = std::filesystem;

// One folder a case, removed behind it.
struct Folder {
  Folder() : path(fs::temp_directory_path() / ("recipe_list_" + std::to_string(::getpid()))) { fs::create_directories(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] fs::path write(const char* name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return path / name;
  }
  fs::path path;
};

Artefact compiled(const fs::path& file) {
  Compilation compilation;
  compile(compilation, {file}, {});
  for (const Diagnostic& each : compilation.diagnostics.all()) UNSCOPED_INFO(each.message);
  REQUIRE(compilation.ok);
  auto back = decode(encode(compilation.artefact));
  REQUIRE(back.ok());
  return std::move(back.value());
}

// The verdict on an event, and what `why` would show of its first term.
std::pair<bool, std::string> ask(Matcher& matcher, const EventValues& values) {
  const auto record = encode_record(values);
  REQUIRE(record.ok());
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(*record))).ok());
  const auto context = make_record_context();
  std::vector<Match> matches;
  matcher.match(event, *context, {}, true, matches);
  if (matches.empty()) return {false, ""};
  return {true, matches[0].terms.empty() ? "" : matches[0].terms[0].value};
}

EventValues dns(const std::string& name) {
  EventValues values;
  values.event = EventId::dns;
  values.texts.emplace_back(FieldId::dns_question, name);
  return values;
}

}  // namespace

TEST_CASE("a million domains are loaded within memory, and asked by name and by what stands above a name") {
  const Folder folder;
  std::string text = "# generated\n";
  for (int i = 0; i < 1'000'000; ++i) {
    text += "host" + std::to_string(i) + ".bad" + std::to_string(i % 977) + ".example";
    text += i % 100 == 0 ? "  seen in round " + std::to_string(i) + "\n" : "\n";
  }
  static_cast<void>(folder.write("big.txt", text));
  text = {};
  const Artefact artefact =
      compiled(folder.write("a.recipe",
                            "list big: domain = file \"big.txt\"\nrecipe a { title \"t\" category execution "
                            "importance low on dns when dns.question under any big }"));
  REQUIRE(artefact.tables.size() == 1);
  CHECK(artefact.tables[0].entries.size() == 2'000'000);
  const auto matcher = Matcher::build(artefact);
  REQUIRE(matcher.ok());
  CHECK(ask(**matcher, dns("host77.bad77.example")).first);
  CHECK(ask(**matcher, dns("a.b.host999999.bad528.example")).first);
  CHECK_FALSE(ask(**matcher, dns("bad77.example")).first);
  CHECK_FALSE(ask(**matcher, dns("xhost77.bad77.example")).first);
  CHECK(ask(**matcher, dns("q.host100.bad100.example")).second == "q.host100.bad100.example (seen in round 100)");
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
#ifndef __SANITIZE_ADDRESS__
  CHECK(used.ru_maxrss < 400 * 1024);  // KiB, with the text that this test made
#endif
}

TEST_CASE("ranges and folders of a file are asked by every prefix they have") {
  const Folder folder;
  std::string ranges = "10.0.0.0/8  lab\n192.0.2.128/25\nfd00::/8\n", paths = "/srv/secret  ours\n/etc/\n";
  static_cast<void>(folder.write("ranges.txt", ranges));
  static_cast<void>(folder.write("paths.txt", paths));
  const Artefact artefact = compiled(folder.write(
      "b.recipe",
      "list r: ip = file \"ranges.txt\"\nlist p: path = file \"paths.txt\"\nrecipe b { title \"t\" category execution "
      "importance low on connect when dst.ip in r on open when file.path under any p or file.path in p }"));
  const auto matcher = Matcher::build(artefact);
  REQUIRE(matcher.ok());
  const auto connect = [&](const char* address) {
    EventValues values;
    values.event = EventId::connect;
    values.texts.emplace_back(FieldId::dst_ip, *parse_address(address));
    return ask(**matcher, values).first;
  };
  CHECK((connect("10.255.0.1") && connect("192.0.2.200") && connect("fd00::7") && connect("::ffff:10.0.0.1")));
  CHECK_FALSE((connect("11.0.0.1") || connect("192.0.2.1") || connect("fe80::1")));
  const auto open = [&](const char* path) {
    EventValues values;
    values.event = EventId::open;
    values.texts.emplace_back(FieldId::file_path, path);
    return ask(**matcher, values).first;
  };
  CHECK((open("/srv/secret") && open("/srv/secret/a/b") && open("/etc/passwd") && open("/etc")));
  CHECK_FALSE((open("/srv/secrets") || open("/srv") || open("/etcetera")));
}

TEST_CASE("artefacts with lists are joined, each test keeping its own list") {
  const Folder folder;
  static_cast<void>(folder.write("x.txt", "x.example  one\n"));
  static_cast<void>(folder.write("y.txt", "y.example  two\n"));
  const auto part = [&](const std::string& name) {
    return compiled(folder.write((name + ".recipe").c_str(), "list l_" + name + ": domain = file \"" + name +
                                                                 ".txt\"\nrecipe " + name +
                                                                 " { title \"t\" category execution importance low on dns when "
                                                                 "dns.question in l_" +
                                                                 name + " }"));
  };
  std::vector<Artefact> parts = {part("x"), part("y")};
  const auto whole = merge(std::move(parts));
  REQUIRE(whole.ok());
  REQUIRE(verify(*whole).ok());
  const auto matcher = Matcher::build(*whole);
  REQUIRE(matcher.ok());
  CHECK(ask(**matcher, dns("x.example")).second == "x.example (one)");
  CHECK(ask(**matcher, dns("y.example")).second == "y.example (two)");
}
