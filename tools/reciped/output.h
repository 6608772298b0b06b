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
#include "tools/reciped/places.h"

namespace recipe::reciped {

// "sarif:out.sarif" → sarif, out.sarif; without a format's name in front all of it is the place.
struct OutputSpec {
  std::optional<Format> format;
  std::string place;  // "-" is stdout
};
[[nodiscard]] OutputSpec parse_output(const std::string& text);

class Output {
 public:
  // job: detections are of the CI job that this process runs in, and may point at its workflow.
  void declare(CLI::App& command, bool fail_on, bool job);
  // The tables of formats and places, for the end of a help.
  [[nodiscard]] static std::string formats_help();

  // Opens the sinks: of each --output, else `descriptor`. kClean or the exit code, and what is wrong has been said.
  [[nodiscard]] int open(int descriptor);
  // Once, before the engine judges: what the options ask of it.
  void adopt(Engine& engine) const {
    if (show_secrets_) engine.show_secrets();
  }
  // Writes and empties `detections`. What a sink refuses is counted in the engine, and said once.
  void write(std::vector<Detection>& detections, Engine& engine);
  void flush(Engine& engine);
  // The coverage ends every output. engine may be nobody: nothing was watched.
  void close(const Coverage& coverage, Engine* engine);
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool hung_up() const { return hung_up_; }  // nobody will read any more
  [[nodiscard]] bool met_fail_on() const { return met_fail_on_; }
  [[nodiscard]] bool fails_on_new() const { return fail_on_new_; }
  [[nodiscard]] bool show_secrets() const { return show_secrets_; }
  // Whether some output is text for the eyes that read stderr: then its end is the coverage, and needs no second one.
  [[nodiscard]] bool said_coverage() const { return text_shown_ && !failed_; }
  [[nodiscard]] uint64_t detections() const { return written_; }
  // Lines for the end: recipes that detected, most important first, each with its number and its first message.
  [[nodiscard]] std::string detected() const;

 private:
  struct Seen {
    Importance importance = Importance::kNone;
    uint64_t count = 0;
    std::string message;  // of the first
  };
  [[nodiscard]] int read_options(PrintOptions& options) const;
  [[nodiscard]] int open_place(const OutputSpec& spec, const PrintOptions& options);
  void heed(const Status& status);
  void count_refused(Engine* engine) const;

  Places openers_;
  std::string format_, report_;
  std::vector<std::string> places_, subjects_, fail_on_;
  std::optional<Importance> level_;
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::map<std::string, Seen> seen_;
  uint64_t written_ = 0;
  bool job_ = false, show_secrets_ = false, text_shown_ = false, failed_ = false, hung_up_ = false, met_fail_on_ = false,
       fail_on_new_ = false;
};

// "2 ring_full (events that ...)", joined, of the counters of loss; empty: nothing was lost.
[[nodiscard]] std::string losses(const Counters& counters);
// Lines of all counters that are not zero.
[[nodiscard]] std::string counted(const Counters& counters);

}  // namespace recipe::reciped
