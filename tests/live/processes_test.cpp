// SPDX-License-Identifier: Apache-2.0
// What processes do to each other and to their own rights, made by a script and seen by the real daemon.
#include <catch2/catch.hpp>

#include "tests/live/acts.h"

namespace recipe::test {

TEST_CASE("who reaches into another process is seen, with that process's name") {
  Acts acts;
  acts.watch("processes.py", "trace seize read_memory take_descriptor", {"ptrace", "vm_read", "getfd"});
  INFO(acts.ran.err);
  CHECK(acts.ran.err.find("lost      nothing") != std::string::npos);
  REQUIRE(acts.seen.size() == 4);
  for (const auto& event : acts.seen) {
    INFO(event.dump());
    CHECK(event["target"]["name"] == "cat");
  }
  CHECK(acts.seen[0]["ptrace"]["request"] == 16);
  CHECK(acts.seen[1]["ptrace"]["request"] == 0x4206);
  CHECK(acts.of("vm_read").size() == 1);
  CHECK(acts.of("getfd").size() == 1);
}

TEST_CASE("a write to the memory of another process is one, and the other's program can be asked for") {
  Acts acts;
  acts.watch("processes.py", "write_memory", {"vm_write"}, "", "target.exe == \"/usr/bin/cat\"");
  INFO(acts.ran.err);
  REQUIRE(acts.seen.size() == 1);
  CHECK(acts.seen[0]["target"]["exe"] == "/usr/bin/cat");
}

TEST_CASE("a process that looks at itself does nothing to another") {
  Acts acts;
  acts.watch("processes.py", "read_own_memory", {"vm_read"});
  CHECK(acts.ran.code == 0);
  CHECK(acts.seen.empty());
}

TEST_CASE("a number of a pid namespace leads to the same process as outside") {
  Acts acts;
  acts.watch("processes.py", "read_memory take_descriptor send_signals", {"vm_read", "getfd", "signal"},
             "unshare -p -f --mount-proc");
  INFO(acts.ran.err);
  REQUIRE(acts.seen.size() == 4);
  for (const auto& event : acts.seen) {
    INFO(event.dump());
    CHECK(event["target"]["name"] == "cat");
    CHECK(event["target"]["pid"].get<int>() > 20);  // inside the namespace it is one of the first
  }
}

TEST_CASE("a signal to another process is seen, one to oneself not") {
  Acts acts;
  acts.watch("processes.py", "send_signals", {"signal"});
  INFO(acts.ran.err);
  REQUIRE(acts.seen.size() == 2);  // also one with a code of the sender's own making
  for (const auto& event : acts.seen) {
    CHECK(event["signal"]["number"] == 18);
    CHECK(event["target"]["name"] == "cat");
  }
}

TEST_CASE("a title written over the arguments loses no event") {
  Acts acts;
  acts.watch("processes.py", "write_title send_signals", {"signal"});
  INFO(acts.ran.err);
  CHECK(acts.ran.err.find("lost      nothing") != std::string::npos);
  CHECK(acts.detections.size() == 2);
}

TEST_CASE("new user ids come with those from before") {
  Acts acts;
  acts.watch("processes.py", "change_ids", {"setuid"}, "", "process.uid == 0 and setuid.euid != 0");
  INFO(acts.ran.err);
  REQUIRE(acts.seen.size() == 2);
  CHECK(acts.seen[0]["setuid"] == nlohmann::json({{"uid", 7}, {"euid", 8}}));
  CHECK(acts.seen[1]["setuid"] == nlohmann::json({{"uid", 0}, {"euid", 9}}));
}

TEST_CASE("capabilities and BPF programs are seen as they are afterwards") {
  Acts acts;
  acts.watch("processes.py", "set_capabilities load_bpf", {"capset", "bpf"});
  INFO(acts.ran.err);
  REQUIRE(acts.seen.size() == 2);
  CHECK(acts.seen[0]["capset"]["effective"] == 1);
  CHECK(acts.seen[1]["bpf"] == nlohmann::json({{"type", 1}, {"name", "tiny"}}));
}

}  // namespace recipe::test
