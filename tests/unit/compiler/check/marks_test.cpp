// SPDX-License-Identifier: Apache-2.0
// Marks and the steps of tests, from their text: what is set, what may be asked for, what is refused.
#include <catch2/catch.hpp>

#include "tests/support/checked.h"

namespace recipe {

using namespace recipe::test;

TEST_CASE("a mark is asked for where some recipe of the set sets it, with its kind") {
  const std::string set =
      "recipe a { on exec when process.name == x { mark process.tree seen for 10m mark file got for 5s } }\n";
  const auto codes = [&](const std::string& condition) {
    return Checked(set + "recipe b { on unlink when " + condition + " }").codes();
  };
  CHECK(codes("process.marked seen and not file.marked got").empty());
  CHECK(codes("process.marked sene") == Codes{"E0128"});
  CHECK(codes("file.marked seen") == Codes{"E0128"});
  CHECK(codes("process.marked got") == Codes{"E0128"});
  CHECK(Checked("macro was(x) = process.marked x\n" + set + "recipe b { on exec when was(seen) }").codes().empty());
  CHECK(Checked("macro was(x) = process.marked x\n" + set + "recipe b { on exec when was(other) }").codes() == Codes{"E0128"});
}

TEST_CASE("a mark names what the event has, once, and for some time") {
  const auto codes = [](const std::string& inside) { return Checked("recipe a { " + inside + " }").codes(); };
  CHECK(codes("on exec when process.name == x { report false mark process a for 1s }").empty());
  CHECK(codes("on exec when process.name == x { mark process.parent a for 1s }") == Codes{"E0208"});
  CHECK(codes("on exec when process.name == x { mark process a for 10 }") == Codes{"E0208"});
  CHECK(codes("on exec when process.name == x { mark process a for 0s }") == Codes{"E0208"});
  CHECK(codes("on connect when process.name == x { mark file a for 1s }") == Codes{"E0208"});
  CHECK(codes("on exec when process.name == x { mark process a for 1s } mark process a for 2s") == Codes{"E0208"});
  CHECK(codes("on exec when process.name == x { report false }") == Codes{"E0208"});
  CHECK(codes("on exec when process.name == x { mark process a until 1s }") == Codes{"E0001"});
}

TEST_CASE("the steps of a test have times, and none says what only recipes set") {
  const std::string head = "recipe a { on exec when process.name == x ";
  const Checked steps(head + "test \"t\" nothing exec after 2s { process.name: x } then exec {} then unlink after 1m {} }");
  REQUIRE(steps.codes().empty());
  const std::vector<EventValues>& events = steps.set.recipes[0].tests[0].steps;
  REQUIRE(events.size() == 3);
  CHECK(events[0].time_unix_ns == 2'000'000'000);
  CHECK(events[1].time_unix_ns == 2'001'000'000);
  CHECK(events[2].time_unix_ns == 62'001'000'000);
  CHECK(events[2].event == EventId::unlink);
  CHECK(Checked(head + "test \"t\" nothing exec { \"process.marked\": [b] } }").codes() == Codes{"E0304"});
  CHECK(Checked(head + "test \"t\" nothing exec {} then exec after 5 {} }").codes() == Codes{"E0304"});
  CHECK(Checked(head + "test \"t\" nothing exec {} then exec in 5s {} }").codes() == Codes{"E0001"});
}

}  // namespace recipe
