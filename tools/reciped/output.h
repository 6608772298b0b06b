// SPDX-License-Identifier: Apache-2.0
// --format, --output and --fail-on → where detections go, what is counted of them, and what their number does to the exit code.
#pragma once
#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine.h"

namespace recipe::reciped {

class Output {
 public:
  void declare(CLI::App& command, bool fail_on);

  // Opens the sink: the file of --output, else `descriptor`. kClean or the exit code, and what is wrong has been said.
  [[nodiscard]] int open(int descriptor);
  // Once, before the engine judges: what the options ask of it.
  void adopt(Engine& engine) const {
    if (show_secrets_) engine.show_secrets();
  }
  // Writes and empties `detections`. What the sink refuses is counted in the engine, and said once.
  void write(std::vector<Detection>& detections, Engine& engine);
  void flush(Engine& engine);
  void close(Engine& engine);
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool hung_up() const { return hung_up_; }  // nobody will read any more
  [[nodiscard]] bool met_fail_on() const { return met_fail_on_; }
  [[nodiscard]] uint64_t detections() const { return written_; }
  // Lines for the end: recipes that detected, most important first, each with its number and its first message.
  [[nodiscard]] std::string detected() const;

 private:
  struct Seen {
    Importance importance = Importance::kNone;
    uint64_t count = 0;
    std::string message;  // of the first
  };
  void heed(const Status& status, Engine& engine);

  std::string format_, path_, fail_on_;
  std::optional<Importance> level_;
  std::unique_ptr<Sink> sink_;
  std::map<std::string, Seen> seen_;
  uint64_t written_ = 0;
  bool show_secrets_ = false, failed_ = false, hung_up_ = false, met_fail_on_ = false;
};

// "2 ring_full (events that ...)", joined, of the counters of loss; empty: nothing was lost.
[[nodiscard]] std::string losses(const Counters& counters);
// Lines of all counters that are not zero.
[[nodiscard]] std::string counted(const Counters& counters);

}  // namespace recipe::reciped
