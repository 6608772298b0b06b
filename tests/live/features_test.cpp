// SPDX-License-Identifier: Apache-2.0
// reciped features, as root and as nobody.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <set>

#include "tests/live/daemon.h"
#include "tests/support/skip.h"

namespace recipe::test {

TEST_CASE("features says what the kernel offers, as a table and as JSON") {
  const auto text = run_command({kReciped, "features"});
  CHECK(text.code == 0);
  CHECK(text.out.find("tp_btf/sched_process_exec") != std::string::npos);
  const auto json = nlohmann::json::parse(run_command({kReciped, "features", "--format", "json"}).out);
  CHECK(json["features"].size() > 3);
  // Each event that is seen has a probe in use; each that is not is named.
  std::set<std::string> used, events;
  for (const auto& probe : json["probes"]) {
    events.insert(probe["event"]);
    if (probe["used"]) used.insert(probe["event"]);
  }
  CHECK(used == events);
  for (const char* event : {"exec", "open", "unlink", "rename", "mount"}) CHECK(used.contains(event));
  for (const auto& unseen : json["unseen"]) CHECK_FALSE(events.contains(unseen));
  CHECK_FALSE(json.contains("obstacle"));
}

TEST_CASE("features without rights says what is missing and ends in 4") {
  if (access("/usr/bin/setpriv", X_OK) != 0) SKIP_TEST("needs /usr/bin/setpriv");
  const auto ran = run_command(
      {"/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--reuid=65534", kReciped, "features"});
  CHECK(ran.code == 4);
  CHECK(ran.out.find("cannot watch here: ") != std::string::npos);
}

}  // namespace recipe::test
