// SPDX-License-Identifier: Apache-2.0
// Coverage: what was watched and what was lost. The other half of every verdict: without it, "nothing detected" and "not
// watched" look alike.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/artefact/artefact.h"

namespace recipe {

// What was compared with a baseline (runtime/baseline), or learnt into one.
struct BaselineCoverage {
  struct Novelty {
    std::string kind, entry;       // "exec", "/usr/bin/nc": as the baseline would hold it
    std::string example;           // as it happened first
    std::string process, cmdline;  // who did it: "make > sh > nc"; secrets masked
    std::string recipe;            // that detected it too; may be empty
    uint64_t count = 0;            // events
    int64_t time_unix_ns = 0;      // of the first
  };
  std::string file;
  bool learnt = false;             // the file holds now what was new
  bool incomplete = false;         // the file says of itself that it may not hold all
  uint64_t entries = 0;            // in the file
  uint64_t known = 0, fresh = 0;   // things that were done
  uint64_t detected = 0;           // of both: by a recipe
  std::vector<Novelty> novelties;  // at most 1,000; fresh counts all
  std::vector<std::string> gaps;   // why something new may have been missed, a sentence each
};

struct Coverage {
  enum class Mode : uint8_t { kReplay, kMachine, kCommand };  // events from a file, the whole machine, one COMMAND
  enum class Canary : uint8_t { kNone, kSeen, kUnseen };      // kNone: there is none in replay
  enum class Loss : uint8_t { kLost, kCut, kNoted };          // an event is missing, a part of one is, or nothing is
  struct Source {  // a condition as its author wrote it; of a compiled artefact with its white space folded
    std::string file;
    uint32_t line = 0;
    std::string text;
  };
  struct Recipe {
    std::string name, title, quick;
    Importance importance = Importance::kNone;
    bool blind = false;  // no probe here sees an event that it asks for
    std::string implications{};
    std::vector<std::string> false_positives{};
    std::vector<Source> sources{};
  };
  struct Count {
    std::string_view counter, doc;  // a row of counters.def
    Loss loss = Loss::kNoted;
    uint64_t count = 0;
  };

  Mode mode = Mode::kReplay;
  std::vector<std::string> probes;  // what live probes see: "fork", "exit", "exec"
  std::vector<std::string> unseen;  // events that recipes ask for and no probe sees
  Canary canary = Canary::kNone;
  std::string obstacle;              // why nothing was watched, or why it ended early; empty: it did not
  bool watched = true;               // false: nothing was
  std::vector<Recipe> recipes;       // loaded
  std::vector<std::string> skipped;  // names of those that are off, or that --only left out
  uint64_t events = 0, detections = 0;
  std::vector<Count> counts;  // counters that are not zero
  std::string command;        // kCommand
  int exit_code = 0;          // kCommand
  int64_t begin_unix_ns = 0, end_unix_ns = 0;
  std::optional<BaselineCoverage> baseline;
};

enum class Verdict : uint8_t { kComplete, kPartial, kNone };

// The enabled recipes, each with what a reader of its detections wants to know.
[[nodiscard]] std::vector<Coverage::Recipe> recipes_of(const Artefact& artefact);

// kComplete: every event that the loaded recipes ask for was looked at, whole. kPartial: some may have been missed. kNone: not
// watched at all.
[[nodiscard]] Verdict verdict(const Coverage& coverage);
[[nodiscard]] std::string_view verdict_name(Verdict verdict);  // "complete", "partial", "none"
// Why it is not complete, a sentence each.
[[nodiscard]] std::vector<std::string> shortcomings(const Coverage& coverage);

}  // namespace recipe
