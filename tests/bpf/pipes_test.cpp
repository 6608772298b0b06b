// SPDX-License-Identifier: Apache-2.0
// What an exec leaves behind of its pipes: who writes into which, for as long as a recipe asks.
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/bpf/live.h"
#include "tests/support/pipe.h"

using namespace recipe;
using namespace recipe::test;

namespace {

// `true` between two pipes; -1: as this process has it.
pid_t run_between(int in, int out, const std::string& path = "/bin/true") {
  return in_child([&] {
    if (in >= 0) dup2(in, 0);
    if (out >= 0) dup2(out, 1);
    exec(path, {"true"});
  });
}

}  // namespace

TEST_CASE("who was executed with a pipe as standard output is noted under it, while a recipe asks for writers") {
  Live live;
  Filter filter = filter_of_names({"true"});
  const Pipe before, after;
  const auto read_pipe = [&] {
    const std::vector<Record> records = live.records();
    REQUIRE(records.size() == 1);
    return static_cast<uint64_t>(records[0].event.number(FieldId::process_stdin_pipe).value_or(0));
  };
  SECTION("not without") {
    live.install(filter);
    run_between(-1, before.ends[1]);
    CHECK(live.records().size() == 1);
    run_between(before.ends[0], -1);
    CHECK(live->writers(read_pipe()).empty());
  }
  SECTION("with") {
    filter.writers = true;
    live.install(filter);
    const pid_t first = run_between(-1, before.ends[1]);
    CHECK(live.records().size() == 1);
    run_between(before.ends[0], after.ends[1]);
    const uint64_t pipe = read_pipe();
    const std::vector<PipeWriter> writers = live->writers(pipe);
    REQUIRE(writers.size() == 1);
    CHECK(writers[0].name == "true");
    CHECK(writers[0].pid == static_cast<uint32_t>(first));
    CHECK(writers[0].stdin_pipe == 0);
    run_between(after.ends[0], -1);
    const uint64_t next = read_pipe();
    CHECK(next != pipe);
    REQUIRE(live->writers(next).size() == 1);
    CHECK(live->writers(next)[0].stdin_pipe == pipe);
    CHECK(live.count(COUNTER_writer_unknown) == 0);
  }
  SECTION("also by a program that nothing else wants, and of a long name the beginning") {
    const std::string folder = "/tmp/recipe_pipes_" + std::to_string(getpid());
    const std::string path = folder + "/" + std::string(100, 'n');
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file("/bin/true", path, std::filesystem::copy_options::overwrite_existing);
    filter.writers = true;
    live.install(filter);
    run_between(-1, before.ends[1], path);
    CHECK(live.records().empty());
    run_between(before.ends[0], -1);
    const std::vector<PipeWriter> writers = live->writers(read_pipe());
    REQUIRE(writers.size() == 1);
    CHECK(writers[0].name == std::string(RECIPE_WRITER_NAME_BYTES, 'n'));
    std::filesystem::remove_all(folder);
  }
  SECTION("a pipe that has a name is a pipe") {
    const std::string name = "/tmp/recipe_fifo_" + std::to_string(getpid());
    REQUIRE(mkfifo(name.c_str(), 0600) == 0);
    const int fifo = open(name.c_str(), O_RDWR | O_CLOEXEC);
    filter.writers = true;
    live.install(filter);
    run_between(-1, fifo);
    CHECK(live.records().size() == 1);
    run_between(fifo, -1);
    CHECK(live->writers(read_pipe()).size() == 1);
    close(fifo);
    unlink(name.c_str());
  }
}
