// SPDX-License-Identifier: Apache-2.0
// The file of a baseline: what is read, refused by line, printed again, covered, and put together.
#include "runtime/baseline/baseline.h"

#include <catch2/catch.hpp>

namespace recipe {
namespace {

constexpr std::string_view kFirst = "# recipe baseline 1\n";

std::string error_of(const std::string& text) {
  const Result<Baseline> parsed = Baseline::parse(text);
  return parsed.ok() ? "" : parsed.error().message();
}

Baseline parsed(const std::string& entries) {
  Result<Baseline> baseline = Baseline::parse(std::string(kFirst) + "\n" + entries);
  INFO((baseline.ok() ? "" : baseline.error().message()));
  REQUIRE(baseline.ok());
  return std::move(*baseline);
}

std::vector<std::string> lines(const Baseline& baseline) {
  std::vector<std::string> all;
  for (const Thing& thing : baseline.entries()) all.push_back(std::string(thing_name(thing.kind)) + " " + thing.text);
  return all;
}

std::vector<Thing> writes(const std::string& folder, int from, int to) {
  std::vector<Thing> things;
  for (int i = from; i < to; ++i) things.push_back({ThingKind::kWrite, folder + std::to_string(i)});
  return things;
}

}  // namespace

TEST_CASE("a baseline prints sorted, with its head, and reads as it printed") {
  const Baseline baseline =
      parsed("write {workspace}/b/*\nexec /usr/bin/git\nask example.com\nexec /bin/a\nconnect example.com:443/tcp\n");
  const std::string text = baseline.print();
  CHECK(text.starts_with(kFirst));
  CHECK(
      text.find(
          "\n\nexec /bin/a\nexec /usr/bin/git\n\nwrite {workspace}/b/*\n\nconnect example.com:443/tcp\n\nask example.com\n") !=
      std::string::npos);
  const Result<Baseline> again = Baseline::parse(text);
  REQUIRE(again.ok());
  CHECK(again->print() == text);
}

TEST_CASE("comments of people stay with their entries, the head does not") {
  const Baseline baseline = parsed("# why git\nexec /usr/bin/git   # of the checkout\n\n# the end\n");
  const std::string text = baseline.print();
  CHECK(text.find("\n# why git\nexec /usr/bin/git  # of the checkout\n\n# the end\n") != std::string::npos);
  const Result<Baseline> again = Baseline::parse(text);
  REQUIRE(again.ok());
  CHECK(again->print() == text);
}

TEST_CASE("what is no baseline is refused with its line") {
  CHECK(error_of("") == "line 1: a baseline begins with `# recipe baseline 1`");
  CHECK(error_of("exec /bin/sh\n") == "line 1: a baseline begins with `# recipe baseline 1`");
  CHECK(error_of("# recipe baseline 2\n") == "line 1: version 2 of the format; this program reads version 1");
  CHECK(error_of("# recipe baseline 1x\n") == "line 1: a baseline begins with `# recipe baseline 1`");
  CHECK(error_of("# recipe baseline 99999999999\n") == "line 1: a baseline begins with `# recipe baseline 1`");
  const std::string head = std::string(kFirst) + "\n";
  CHECK(error_of(head + "run /bin/sh\n").starts_with("line 3: an entry begins with exec, write, connect or ask"));
  CHECK(error_of(head + "exec\n") == "line 3: it names nothing");
  CHECK(error_of(head + "exec /bin/a b\n").starts_with("line 3: behind an entry stands a comment"));
  CHECK(error_of(head + "exec /bin/a\nexec /bin/a\n") == "line 4: this entry stands here twice");
  CHECK(error_of(head + "exec /bin/\\q\n").starts_with("line 3: behind a backslash"));
  CHECK(error_of(head + "exec /bin/\\x4\n").starts_with("line 3: behind a backslash"));
  CHECK(error_of(head + "exec /bin/{x\n").starts_with("line 3: a `{` that begins no {placeholder}"));
  CHECK(error_of(head + "exec /bin/**/x\n").starts_with("line 3: `**` stands for the end of a path"));
  CHECK(error_of(head + "ask **\n").starts_with("line 3: `**` stands for the end of a path"));
  CHECK(error_of(head + "exec /bin/\x01\n").starts_with("line 3: it holds a byte that is written as"));
  CHECK(error_of(head + "exec /" + std::string(5'000, 'a')) == "line 3: longer than 4,096 bytes");
  CHECK(error_of(head + std::string(2u << 20, '\n')) == "larger than 1 MiB, the most that a baseline may have");
  std::string many = head;
  for (int i = 0; i < 4'097; ++i) many += "exec /" + std::to_string(i) + "\n";
  CHECK(error_of(many) == "line 4099: more than 4,096 entries");
}

TEST_CASE("a star is a part of one name, two are any depth, a range is its addresses") {
  const auto path = [](std::string_view entry, std::string_view thing) { return covers(ThingKind::kWrite, entry, thing); };
  CHECK(path("/a/*", "/a/b"));
  CHECK_FALSE(path("/a/*", "/a/b/c"));
  CHECK_FALSE(path("/a/*", "/a"));
  CHECK(path("/a/x*.o", "/a/x12.o"));
  CHECK(path("/a/**", "/a/b"));
  CHECK(path("/a/**", "/a/b/c"));
  CHECK(path("/a/**", "/a/b/**"));
  CHECK_FALSE(path("/a/**", "/a"));
  CHECK_FALSE(path("/a/**", "/ab/c"));
  CHECK_FALSE(path("/a/*", "/a/**"));
  CHECK(path("/*/b/**", "/a/b/c"));
  CHECK_FALSE(path("/a/\\*", "/a/b"));
  CHECK(path("/a/*", "/a/\\*"));
  CHECK(path("{workspace}/**", "{workspace}/a/b"));
  const auto peer = [](std::string_view entry, std::string_view thing) { return covers(ThingKind::kConnect, entry, thing); };
  CHECK(peer("10.0.0.0/8:443/tcp", "10.1.2.3:443/tcp"));
  CHECK_FALSE(peer("10.0.0.0/8:443/tcp", "11.1.2.3:443/tcp"));
  CHECK_FALSE(peer("10.0.0.0/8:443/tcp", "10.1.2.3:80/tcp"));
  CHECK(peer("10.0.0.0/8:*/tcp", "10.1.2.3:80/tcp"));
  CHECK(peer("[2001:db8::/32]:443/tcp", "[2001:db8::1]:443/tcp"));
  CHECK(peer("*.example.com:443/tcp", "a.b.example.com:443/tcp"));
  CHECK_FALSE(peer("*.example.com:443/tcp", "example.com:443/tcp"));
  CHECK(covers(ThingKind::kAsk, "*.example.com", "a.example.com"));
  CHECK_FALSE(covers(ThingKind::kAsk, "*.example.com", "a.example.com.evil.net"));
}

TEST_CASE("many files of one folder become one entry, and many folders too, where that may be") {
  Baseline baseline;
  CHECK(baseline.widen(writes("{workspace}/out/", 0, 8)) == 0);
  CHECK(baseline.size() == 8);
  (void)baseline.widen(writes("{workspace}/out/", 8, 9));
  CHECK(lines(baseline) == std::vector<std::string>{"write {workspace}/out/*"});
  std::vector<Thing> folders;
  for (int i = 0; i < 17; ++i) folders.push_back({ThingKind::kWrite, "{workspace}/node_modules/" + std::to_string(i) + "/**"});
  (void)baseline.widen(folders);
  CHECK(lines(baseline) == std::vector<std::string>{"write {workspace}/node_modules/**", "write {workspace}/out/*"});
  // /etc, a home's own files, programs of the system: each stays by its name.
  Baseline system;
  (void)system.widen(writes("/etc/", 0, 40));
  (void)system.widen(writes("{home}/.", 0, 40));
  std::vector<Thing> programs;
  for (int i = 0; i < 40; ++i) programs.push_back({ThingKind::kExec, "/usr/bin/" + std::to_string(i)});
  (void)system.widen(programs);
  CHECK(system.size() == 120);
}

TEST_CASE("an entry with a comment is never taken away by a wider one") {
  Baseline baseline = parsed("write {workspace}/out/1  # the release\n");
  (void)baseline.widen(writes("{workspace}/out/", 0, 30));
  CHECK(lines(baseline) == std::vector<std::string>{"write {workspace}/out/*", "write {workspace}/out/1"});
}

TEST_CASE("what finds no room is counted, and what was known stays known") {
  std::vector<Thing> old, fresh;
  for (int i = 0; i < 4'000; ++i) old.push_back({ThingKind::kExec, "/old/" + std::to_string(i)});
  for (int i = 0; i < 300; ++i) fresh.push_back({ThingKind::kExec, "/a/" + std::to_string(i)});
  Baseline baseline;
  CHECK(baseline.widen(old) == 0);
  CHECK(baseline.widen(fresh) == 204);
  CHECK(baseline.size() == Baseline::kMostEntries);
  for (const Thing& thing : old) CHECK(baseline.knows(thing));
}

TEST_CASE("that it may not hold all is said in the head and read from there") {
  Baseline baseline;
  baseline.set_incomplete("12 ring_full");
  const Result<Baseline> again = Baseline::parse(baseline.print());
  REQUIRE(again.ok());
  CHECK(again->incomplete() == "12 ring_full");
}

}  // namespace recipe
