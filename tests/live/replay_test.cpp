// SPDX-License-Identifier: Apache-2.0
// A capture of this machine that is cut or changed: what is whole is judged, the rest is said.
#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {

TEST_CASE("a capture that ends in the middle of a record gives what stands before, and exit code 1") {
  const Scene scene;
  const std::string capture = scene.folder.path("events.cap");
  REQUIRE(
      run_command({kReciped, "record", "--recipes", scene.recipe, "-o", capture, "--", "/bin/sh", "-c", "perl -e 1; perl -e 2"})
          .code == 0);
  std::string bytes = scene.folder.read("events.cap");
  bytes.resize(bytes.size() - 16);
  const auto cut = run_command({kReciped, "replay", "--recipes", scene.recipe, scene.folder.write("cut.cap", bytes)});
  CHECK(cut.code == 1);
  CHECK(detections_in(cut.out).size() == 1);
  CHECK(cut.err.find("cut.cap") != std::string::npos);
}

}  // namespace recipe::test
