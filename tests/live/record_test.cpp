// SPDX-License-Identifier: Apache-2.0
// What was recorded live and is replayed gives the same detections.
#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {

TEST_CASE("a recording of a command replays to the detections that watch gives") {
  const Scene scene;
  const std::string script = "perl -e 1 " + scene.marker + "; true; exit 5";
  const std::string capture = scene.folder.path("events.cap");
  const auto recorded = run_command({kReciped, "record", "-o", capture, "--", "/bin/sh", "-c", script});
  INFO(recorded.err);
  CHECK(recorded.code == 5);
  const auto replayed = run_command({kReciped, "replay", "--recipes", scene.recipe, capture});
  INFO(replayed.err);
  CHECK(replayed.code == 0);
  const auto again = nlohmann::json::parse(replayed.out);
  (void)scene.watch(script);
  const auto live = scene.marked();
  REQUIRE(live.size() == 1);
  CHECK(again["event"] == live[0]["event"]);
  CHECK(again["why"]["clause"] == live[0]["why"]["clause"]);
  CHECK(again["process"]["exe"] == live[0]["process"]["exe"]);
  CHECK(again["process"]["ancestors"][0]["name"] == live[0]["process"]["ancestors"][0]["name"]);
  CHECK(again["replayed"] == true);
  CHECK(again["time"].get<std::string>().substr(0, 13) == live[0]["time"].get<std::string>().substr(0, 13));
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
  CHECK(nlohmann::json::parse(replayed.out)["recipe"] == "perl_code");
}

}  // namespace recipe::test
