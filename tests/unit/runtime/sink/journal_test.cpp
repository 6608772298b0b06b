// SPDX-License-Identifier: Apache-2.0
// Entries of a real systemd-journald, which runs in a mount namespace of its own; its socket is held as systemd holds it.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "runtime/report/report.h"
#include "tests/support/server.h"

namespace recipe {
namespace {

struct Journald {
  ScratchFolder folder;
  std::string program = program_or_skip({"/lib/systemd/systemd-journald", "/usr/lib/systemd/systemd-journald"}, "systemd");
  Running running{{"/usr/bin/unshare", "--mount", "--propagation", "private", "/usr/bin/python3",
                   RECIPE_SOURCE_DIR "/tests/support/journald.py", folder.path()}};
  std::string socket = running.line();

  Journald() {
    if (!socket.empty()) return;
    std::cerr << "skipped: systemd-journald cannot be run here: no mount namespace of one's own (needs root)\n";
    std::_Exit(77);
  }
  ~Journald() { command("end"); }

  void command(const std::string& text) {
    running.say(text + "\n");
    REQUIRE(running.line() == text);
  }
  // Of ours, oldest first, each as journalctl shows it; waits for so many.
  [[nodiscard]] std::vector<nlohmann::json> entries(size_t at_least) const {
    std::vector<nlohmann::json> all;
    for (int i = 0; i < 300; ++i) {
      all.clear();
      std::istringstream text(run_command({"/usr/bin/journalctl", "-D", folder.path("all/log/journal"), "-o", "json", "--all",
                                           "--no-pager", "SYSLOG_IDENTIFIER=reciped"})
                                  .out);
      for (std::string line; std::getline(text, line);) all.push_back(nlohmann::json::parse(line));
      if (all.size() >= at_least) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return all;
  }
  [[nodiscard]] Server server() {
    Server all;
    all.start = [this] { command("start"); };
    // Killed, it would lose the entry that it had taken from the socket and not yet written.
    all.stop = [this] { command("stop"); };
    all.transport = [this] { return make_journal_transport(socket, true); };
    all.lines = [this](size_t at_least) {
      std::vector<std::string> lines;
      for (const auto& entry : entries(at_least)) lines.push_back(entry.value("RECIPE_DETECTION", entry.value("MESSAGE", "")));
      return lines;
    };
    return all;
  }
};

}  // namespace

TEST_CASE("journald: an entry has the message, its level, and the detection in fields of their own") {
  Journald journald;
  check_round_trip(journald.server());
  const auto entries = journald.entries(21);
  const Detection detection = server_detection(0);
  CHECK(entries[0]["MESSAGE"] == detection.message);
  CHECK(entries[0]["PRIORITY"] == "3");
  CHECK(entries[0]["RECIPE_NAME"] == "perl_code");
  CHECK(entries[0]["RECIPE_ID"] == id_of(entries[0]["RECIPE_DETECTION"].get<std::string>()));
  CHECK(entries[1]["PRIORITY"] == "5");
}

TEST_CASE("journald: one that is restarted misses nothing, for its socket stays") {
  Journald journald;
  const ScratchFolder folder;
  check_death(journald.server(), folder);
}

TEST_CASE("journald: lines of other formats, several lines, and what is too long for a datagram arrive whole") {
  Journald journald;
  const auto transport = make_journal_transport(journald.socket, false);
  const std::string several = "one\n  two\n", large(600'000, 'x');
  REQUIRE(transport->send({several}).kind == Outcome::Kind::kDelivered);
  REQUIRE(transport->send({large + "\n"}).kind == Outcome::Kind::kDelivered);
  const auto entries = journald.entries(2);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0]["MESSAGE"] == "one\n  two");
  CHECK(entries[1]["MESSAGE"].get<std::string>().size() == large.size());
}

TEST_CASE("journald: nobody at the socket is tried again") {
  const ScratchFolder folder;
  CHECK(make_journal_transport(folder.path("nobody"), true)->send({"{}\n"}).kind == Outcome::Kind::kRetry);
  CHECK(make_journal_transport(std::string(200, 'x'), true)->send({"{}\n"}).kind == Outcome::Kind::kRetry);
}

}  // namespace recipe
