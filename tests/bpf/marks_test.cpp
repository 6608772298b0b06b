// SPDX-License-Identifier: Apache-2.0
// Marks in the kernel: set by a candidate before its record is sent, there for the process's next event, handed to children
// that are forked afterwards, and the same under another filter.
#include <fcntl.h>

#include <filesystem>

#include "tests/bpf/live.h"
#include "tests/support/run_command.h"

namespace fs = std::filesystem;
using namespace recipe;
using namespace recipe::test;

namespace {

// A shell under the name that marks, in a directory of its own.
struct Marker {
  Marker() { fs::copy_file(fs::canonical("/bin/sh"), path); }
  void exec(const std::string& script) const { recipe::test::exec(path, {"marking_shell", "-c", script}); }
  ScratchFolder folder;
  fs::path path = folder.path("marking_shell");
};

// Executing the marker marks with the bit; an exec of a marked process is a candidate of the first clause.
Filter filter_with_mark_at(uint32_t bit) {
  Filter filter;
  for (uint32_t i = 0; i < bit; ++i) filter.tags.push_back({{"ancestor" + std::to_string(i)}, {}});
  filter.tags.push_back({{}, "marked_by_test"});
  FilterSlot asks;
  FilterTerm& term = asks.terms.emplace_back();
  term.lane = LANE_MARKS;
  term.keys.push_back({KeyKind::kBit, false, bit, {}, 0});
  asks.clauses = {ClauseId{0}};
  FilterSlot marks;
  marks.clauses = {ClauseId{1}};
  marks.marks = 1u << bit;
  filter.blocks.push_back({EventId::exec, {}, {asks}});
  filter.blocks.push_back({EventId::exec, {"marking_shell"}, {marks}});
  return filter;
}

// Names of the executed files, in the order of the ring.
std::vector<std::string> seen(Live& live) {
  std::vector<std::string> names;
  for (const Record& record : live.records()) names.emplace_back(record.event.text(FieldId::process_name).value_or("(absent)"));
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the very next event of a marked process passes, and one of another process does not") {
  const Marker marker;
  Live live;
  live.install(filter_with_mark_at(0));
  run("/bin/true", {"true"});
  in_child([&] { marker.exec("exec /bin/true"); });
  run("/bin/true", {"true"});
  CHECK(seen(live) == Names{"marking_shell", "true"});
}

TEST_CASE("children forked after the mark have it, at any depth, and the mark outlives the marking program") {
  const Marker marker;
  Live live;
  live.install(filter_with_mark_at(0));
  in_child([&] { marker.exec("/bin/true; (/bin/false); exec /bin/true"); });
  CHECK(seen(live) == Names{"marking_shell", "true", "false", "true"});
}

TEST_CASE("a child forked before the mark does not have it") {
  const Marker marker;
  Live live;
  live.install(filter_with_mark_at(0));
  in_child([&] {
    int gate[2];
    if (pipe(gate) != 0) _exit(1);
    const pid_t child = fork();
    if (child == 0) {
      // Waits until its parent is the marking shell, which holds the other end until it ends.
      char byte = 0;
      close(gate[1]);
      (void)!read(gate[0], &byte, 1);
      exec("/bin/true", {"true"});
      _exit(127);
    }
    close(gate[0]);
    marker.exec("/bin/false; exit 0");
  });
  usleep(200'000);  // the child goes on when its parent has gone
  CHECK(seen(live) == Names{"marking_shell", "false"});
}

TEST_CASE("marks stay what they are when another filter gives them another bit") {
  const Marker marker;
  Live live;
  live.install(filter_with_mark_at(0));
  int gate[2];
  REQUIRE(pipe2(gate, O_CLOEXEC) == 0);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(gate[0], 0);
    marker.exec("read line; /bin/true; exec /bin/false");
    _exit(127);
  }
  close(gate[0]);
  Names before;
  for (int i = 0; i < 500 && before.empty(); ++i) {
    usleep(20'000);
    before = seen(live);
  }
  REQUIRE(before == Names{"marking_shell"});
  live.install(filter_with_mark_at(3));
  run("/bin/true", {"true"});  // was never marked
  REQUIRE(write(gate[1], "go\n", 3) == 3);
  close(gate[1]);
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  CHECK(seen(live) == Names{"true", "false"});
}
