// SPDX-License-Identifier: Apache-2.0
// Real servers that a test starts on loopback, kills by pid and starts again, and what all of them are asked.
#pragma once
#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sink/shipping.h"
#include "runtime/sink/sink.h"
#include "tests/support/run_command.h"

namespace recipe {

using Values = std::map<std::string, std::string>;  // of Settings

// A running program with a pipe to its stdin and one from its stdout; killed at the end where it still runs.
class Running {
 public:
  explicit Running(const std::vector<std::string>& arguments);
  ~Running() { stop(9); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  void stop(int signal);  // and waits
  void say(const std::string& text) const;
  std::string line();  // the next of its stdout, without newline; "" at its end

 private:
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1;
  std::string read_;
};

// Ends the test program as skipped, saying why, where the program is not there; "" never comes back.
[[nodiscard]] std::string program_or_skip(const std::vector<std::string>& paths, const std::string& package);
[[nodiscard]] std::string free_port();
void wait_until_it_listens(const std::string& port);

// One that can die. Everything is asked through these.
struct Server {
  std::function<void()> start, stop;  // stop: as a crash does
  std::function<std::unique_ptr<Transport>()> transport;
  std::function<std::vector<std::string>(size_t at_least)> lines;  // our JSON lines that it holds; waits for so many
};

// Different in each, and with what is hard to write down.
[[nodiscard]] Detection server_detection(int number);
[[nodiscard]] ShippingOptions quick_shipping(const std::string& spool = {}, uint64_t bound = 16u << 20);

// Detections arrive as they were printed, and the coverage behind them.
void check_round_trip(const Server& server);
// It dies between detections, twice, is away for a while and comes back: nothing is lost, and what is there twice has the same
// id.
void check_death(const Server& server, const ScratchFolder& folder);
// What does not speak the protocol is no place that took something: nobody there, silence, garbage, half a line, a line without
// end. make: a transport to a port whose time limit is a second.
void check_strangers(const std::function<std::unique_ptr<Transport>(const std::string& port)>& make);

}  // namespace recipe
