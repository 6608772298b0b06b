// SPDX-License-Identifier: Apache-2.0
// What was recorded live and is replayed gives the same detections.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <ctime>
#include <set>
#include <sstream>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

// Now, UTC, as far as seconds: what times of detections begin with.
std::string second() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 20> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return text.data();
}

}  // namespace

TEST_CASE("a recording of a command replays to the detections that watch gives") {
  const Scene scene;
  const std::string script = "perl -e 1 " + scene.marker + "; true; exit 5";
  const std::string capture = scene.folder.path("events.cap");
  const std::string before = second();
  const auto recorded = run_command({kReciped, "record", "-o", capture, "--", "/bin/sh", "-c", script});
  const std::string after = second();
  INFO(recorded.err);
  CHECK(recorded.code == 5);
  const auto replayed = run_command({kReciped, "replay", "--recipes", scene.recipe, capture});
  INFO(replayed.err);
  CHECK(replayed.code == 0);
  const auto again = first_of(replayed.out);
  (void)scene.watch(script);
  const auto live = scene.marked();
  REQUIRE(live.size() == 1);
  CHECK(again["event"] == live[0]["event"]);
  CHECK(again["why"]["clause"] == live[0]["why"]["clause"]);
  CHECK(again["process"]["exe"] == live[0]["process"]["exe"]);
  CHECK(again["process"]["ancestors"][0]["name"] == live[0]["process"]["ancestors"][0]["name"]);
  CHECK(again["replayed"] == true);
  // Of the recording, not of the replay.
  const std::string time = again["time"].get<std::string>().substr(0, before.size());
  CHECK((before <= time && time <= after));
  CHECK_FALSE(again.contains("host"));
}

TEST_CASE("with recipes only what passes their filter is recorded, and a capture on stdin replays too") {
  const Scene scene;
  const std::string capture = scene.folder.path("events.cap");
  const auto recorded = run_command(
      {kReciped, "record", "--recipes", scene.recipe, "-o", capture, "--", "/bin/sh", "-c", "/bin/true; perl -e 1; /bin/echo"});
  INFO(recorded.err);
  CHECK(recorded.err.find("1 events in") != std::string::npos);
  const auto replayed = run_command({kReciped, "replay", "--recipes", scene.recipe, "-"}, scene.folder.read("events.cap"));
  INFO(replayed.err);
  CHECK(replayed.code == 0);
  CHECK(first_of(replayed.out)["recipe"] == "perl_code");
}

namespace {

constexpr const char* kFileRecipe =
    "recipe secret_read {\n  title \"t\"\n  category execution\n  method m\n  importance high\n  attack [T1059]\n"
    "  on open when file.name == marked_file and file.access has read\n  message \"{file.path}\"\n}\n"
    "recipe preloaded {\n  title \"t\"\n  category execution\n  method m\n  importance high\n  attack [T1059]\n"
    "  on exec when process.name == cat and env[\"MARK\"] == \"1\"\n}\n";

}  // namespace

TEST_CASE("every event that a probe sees is recorded, files too, and the chosen variables of the environment") {
  const Scene scene;
  const std::string recipes = scene.folder.write("files.recipe", kFileRecipe);
  const std::string file = scene.folder.write("marked_file", "x\n");
  const std::string capture = scene.folder.path("events.cap");
  const auto recorded = run_command({kReciped, "record", "--env", "MARK", "-o", capture, "--", "/bin/sh", "-c",
                                     "MARK=1 SECRET=$(printf s3; printf cr3t) cat " + file});
  INFO(recorded.err);
  CHECK(recorded.code == 0);
  const auto replayed = run_command({kReciped, "replay", "--recipes", recipes, capture});
  INFO(replayed.err);
  std::multiset<std::string> seen;
  for (const auto& detection : detections_in(replayed.out)) seen.insert(detection["recipe"]);
  CHECK(seen == std::multiset<std::string>{"preloaded", "secret_read"});
  CHECK(scene.folder.read("events.cap").find("s3cr3t") == std::string::npos);
}

TEST_CASE("only the chosen events are recorded, and one that nothing sees is refused") {
  const Scene scene;
  const std::string recipes = scene.folder.write("files.recipe", kFileRecipe);
  const std::string file = scene.folder.write("marked_file", "x\n");
  const std::string capture = scene.folder.path("events.cap");
  const auto recorded =
      run_command({kReciped, "record", "--events", "exec", "-o", capture, "--", "/bin/sh", "-c", "MARK=1 cat " + file});
  INFO(recorded.err);
  CHECK(recorded.code == 0);
  CHECK(detections_in(run_command({kReciped, "replay", "--recipes", recipes, capture}).out).empty());
  const auto unknown = run_command({kReciped, "record", "--events", "exec,opn", "-o", capture, "--", "/bin/true"});
  CHECK(unknown.code == 3);
  CHECK(unknown.err.find("`opn`") != std::string::npos);
  CHECK(run_command({kReciped, "record", "--env", "A=B", "-o", capture, "--", "/bin/true"}).code == 3);
}

TEST_CASE("a recording knows who fed a standard input, for the replay cannot ask") {
  const Scene scene;
  const std::string recipe = scene.folder.write(
      "fed.recipe",
      "recipe fed {\n  title \"t\"\n  category execution\n  method m\n  importance high\n  attack [T1059]\n"
      "  on exec when process.name == dash and argv contains \"-s\" and process.stdin.writers contains base64\n}\n");
  const std::string capture = scene.folder.path("events.cap");
  const auto recorded = run_command({kReciped, "record", "--events", "exec", "-o", capture, "--", "/bin/bash", "-c",
                                     "for i in 1 2 3 4 5; do printf 'ZXhpdA==' | base64 -d | dash -s; done"});
  INFO(recorded.err);
  const auto replayed = run_command({kReciped, "replay", "--recipes", recipe, capture});
  INFO(replayed.out);
  CHECK(detections_in(replayed.out).size() == 5);
}

}  // namespace recipe::test
