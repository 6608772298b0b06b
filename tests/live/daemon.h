// SPDX-License-Identifier: Apache-2.0
// reciped under test, for the live tests: a recipe, a marker that only this test's commands carry, detections as JSON.
#pragma once
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/needs_bpf.h"
#include "tests/support/run_command.h"

namespace recipe::test {

inline const std::string kReciped = RECIPE_BIN_DIR "/reciped";

// The detections of JSON Lines; the last line of a whole stream is the coverage.
[[nodiscard]] inline std::vector<nlohmann::json> detections_in(const std::string& text) {
  std::vector<nlohmann::json> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (auto json = nlohmann::json::parse(line); !json.contains("coverage")) all.push_back(std::move(json));
  }
  return all;
}
[[nodiscard]] inline nlohmann::json first_of(const std::string& text) {
  return detections_in(text).at(0);
}

struct Scene {
  ScratchFolder folder;
  // Other execs of this machine do not carry it, so `run` sees only ours.
  std::string marker = "marker_" + std::to_string(getpid());
  std::string recipe =
      folder.write("perl_code.recipe",
                   "recipe perl_code {\n  title \"Perl code\"\n  category execution\n"
                   "  method command_and_scripting_interpreter\n  importance high\n  attack [T1059]\n  version 1\n"
                   "  status stable\n  on exec when process.name == perl and argv has flag e\n"
                   "  message \"{process.cmdline}\"\n}\nprogram perl { getopt \"E:e:I:\" posix }\n");
  std::string out = folder.path("out.jsonl");

  // reciped watch over `sh -c SCRIPT`; detections in `out`.
  [[nodiscard]] CommandResult watch(const std::string& script, const std::vector<std::string>& more = {},
                                    const std::string& input = {}) const {
    std::vector<std::string> words{kReciped, "watch", "--recipes", recipe, "--output", out};
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), {"--", "/bin/sh", "-c", script});
    return run_command(words, input);
  }
  [[nodiscard]] std::vector<nlohmann::json> detections() const { return detections_in(folder.read("out.jsonl")); }
  // What the last line says of the watch.
  [[nodiscard]] nlohmann::json coverage() const {
    std::istringstream text(folder.read("out.jsonl"));
    std::string last;
    for (std::string line; std::getline(text, line);) last = line;
    return nlohmann::json::parse(last).value("coverage", nlohmann::json());
  }
  [[nodiscard]] std::vector<nlohmann::json> marked() const {
    std::vector<nlohmann::json> ours;
    for (auto& detection : detections()) {
      if (detection.dump().find(marker) != std::string::npos) ours.push_back(detection);
    }
    return ours;
  }
};

}  // namespace recipe::test
