// SPDX-License-Identifier: Apache-2.0
// What a sink does when the other end is gone, full, or takes part of a line only.
#include "runtime/sink/sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/sink/write_all.h"
#include "tests/support/skip.h"

namespace recipe {
namespace {

struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/recipe_sink_test.XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Detection sample() {
  Detection detection;
  detection.recipe = "r";
  detection.sequence = 1;
  detection.event = "exec";
  return detection;
}

}  // namespace

TEST_CASE("a file appears whole at close and not before") {
  const Folder folder;
  const std::string path = folder.path + "/out.jsonl";
  auto sink = make_file_sink(path, Format::kJson);
  REQUIRE(sink.ok());
  REQUIRE((*sink)->write(sample()).ok());
  REQUIRE((*sink)->flush().ok());
  CHECK_FALSE(std::filesystem::exists(path));
  REQUIRE((*sink)->close({}).ok());
  const std::string text = text_of(path);
  CHECK(nlohmann::json::parse(text.substr(0, text.find('\n')))["recipe"] == "r");
  CHECK_FALSE(std::filesystem::exists(path + ".partial"));
}

TEST_CASE("a new file has the rights that the umask leaves, for who uploads it after root has watched") {
  const Folder folder;
  const mode_t mask = GENERATE(mode_t{022}, mode_t{077}, mode_t{027});
  const mode_t before = umask(mask);
  auto sink = make_file_sink(folder.path + "/report.html", Format::kJson);
  umask(before);
  REQUIRE(sink.ok());
  REQUIRE((*sink)->close({}).ok());
  struct stat rights {};
  REQUIRE(stat((folder.path + "/report.html").c_str(), &rights) == 0);
  CHECK((rights.st_mode & 0777) == (0666 & ~mask));
}

TEST_CASE("a sink that is not closed leaves the old file and no partial one") {
  const Folder folder;
  const std::string path = folder.path + "/out.jsonl";
  std::ofstream(path) << "old";
  chmod(path.c_str(), 0640);
  {
    auto sink = make_file_sink(path, Format::kJson);
    REQUIRE(sink.ok());
    REQUIRE((*sink)->write(sample()).ok());
  }
  CHECK(text_of(path) == "old");
  CHECK_FALSE(std::filesystem::exists(path + ".partial"));
  auto sink = make_file_sink(path, Format::kJson);
  REQUIRE(sink.ok());
  REQUIRE((*sink)->close({}).ok());
  struct stat rights {};
  REQUIRE(stat(path.c_str(), &rights) == 0);
  CHECK((rights.st_mode & 0777) == 0640);
}

TEST_CASE("a file of somebody else's stays his") {
  if (geteuid() != 0) SKIP_TEST("only root can give a file away");
  const Folder folder;
  const std::string path = folder.path + "/summary.md";
  std::ofstream(path) << "before";
  REQUIRE(chown(path.c_str(), 4711, 4712) == 0);
  auto sink = make_file_sink(path, Format::kJson);
  REQUIRE(sink.ok());
  REQUIRE((*sink)->close({}).ok());
  struct stat rights {};
  REQUIRE(stat(path.c_str(), &rights) == 0);
  CHECK(rights.st_uid == 4711);
  CHECK(rights.st_gid == 4712);
}

TEST_CASE("a link beside the output is not followed, and a link as the output keeps pointing") {
  const Folder folder;
  std::ofstream(folder.path + "/victim") << "precious";
  std::filesystem::create_symlink(folder.path + "/victim", folder.path + "/out.partial");
  auto sink = make_file_sink(folder.path + "/out", Format::kJson);
  REQUIRE(sink.ok());
  REQUIRE((*sink)->write(sample()).ok());
  REQUIRE((*sink)->close({}).ok());
  CHECK(text_of(folder.path + "/victim") == "precious");
  std::ofstream(folder.path + "/target") << "x";
  std::filesystem::create_symlink(folder.path + "/target", folder.path + "/link");
  auto linked = make_file_sink(folder.path + "/link", Format::kJson);
  REQUIRE(linked.ok());
  REQUIRE((*linked)->write(sample()).ok());
  REQUIRE((*linked)->close({}).ok());
  CHECK(std::filesystem::is_symlink(folder.path + "/link"));
  CHECK(text_of(folder.path + "/target").starts_with("{"));
}

TEST_CASE("a full disk is an error that names the output, and counts what was refused") {
  auto sink = make_file_sink("/dev/full", Format::kJson);
  REQUIRE(sink.ok());
  REQUIRE((*sink)->write(sample()).ok());
  REQUIRE((*sink)->write(sample()).ok());
  const Status status = (*sink)->flush();
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().code == ENOSPC);
  CHECK(status.error().message().find("/dev/full") != std::string::npos);
  CHECK((*sink)->refused() == 2);
  CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("a closed pipe is an error and no signal, and the signals of the process are as they were") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  close(ends[0]);
  struct sigaction before {};
  signal(SIGPIPE, SIG_DFL);  // a signal would end this test
  const auto sink = make_descriptor_sink(ends[1], Format::kText);
  REQUIRE(sink->write(sample()).ok());
  const Status status = sink->flush();
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().code == EPIPE);
  CHECK(sink->refused() == 1);
  sigaction(SIGPIPE, nullptr, &before);
  CHECK(before.sa_handler == SIG_DFL);
  sigset_t pending;
  sigpending(&pending);
  CHECK(sigismember(&pending, SIGPIPE) == 0);
  close(ends[1]);
}

TEST_CASE("a pipe that takes a part of the line gets the rest when it is read") {
  int ends[2];
  REQUIRE(pipe2(ends, O_NONBLOCK) == 0);
  std::string big(300'000, 'x');
  const pid_t reader = fork();
  if (reader == 0) {
    close(ends[1]);
    fcntl(ends[0], F_SETFL, 0);
    size_t total = 0;
    char piece[4096];
    for (ssize_t got = 1; got > 0;) {
      got = read(ends[0], piece, sizeof piece);
      total += got > 0 ? static_cast<size_t>(got) : 0;
    }
    _exit(total == 300'000 ? 0 : 1);
  }
  close(ends[0]);
  size_t written = 0;
  CHECK(write_all(ends[1], big, &written).ok());
  CHECK(written == big.size());
  close(ends[1]);
  int status = 0;
  REQUIRE(waitpid(reader, &status, 0) == reader);
  CHECK(status == 0);
}

TEST_CASE("a summary is written behind what its file holds") {
  const Folder folder;
  const std::string path = folder.path + "/summary.md";
  std::ofstream(path) << "before\n";
  auto sink = make_file_sink(path, Format::kSummary);
  REQUIRE(sink.ok());
  REQUIRE((*sink)->write(sample()).ok());
  CHECK(text_of(path) == "before\n");
  REQUIRE((*sink)->close({}).ok());
  CHECK(text_of(path).starts_with("before\n## Runtime detections"));
}

TEST_CASE("detections of a document that could not be written are all refused") {
  auto sink = make_file_sink("/dev/full", Format::kSarif);
  REQUIRE(sink.ok());
  for (int i = 0; i < 3; ++i) REQUIRE((*sink)->write(sample()).ok());
  REQUIRE((*sink)->flush().ok());
  CHECK_FALSE((*sink)->close({}).ok());
  CHECK((*sink)->refused() == 3);
}

TEST_CASE("a folder is no output") {
  const auto sink = make_file_sink("/tmp", Format::kJson);
  REQUIRE_FALSE(sink.ok());
  CHECK(sink.error().code == EISDIR);
}

}  // namespace recipe
