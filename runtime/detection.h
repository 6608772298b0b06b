// SPDX-License-Identifier: Apache-2.0
// Detection: everything a reader needs, as values; printers and sinks turn it into JSON or text and decide nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/artefact/artefact.h"

namespace recipe {

struct ProcessInfo {
  std::optional<int64_t> pid, tid, uid, gid, euid, start_time;
  std::optional<std::string> name, exe, comm, cmdline, script, cwd, user;
};

struct WhyTerm {
  std::string text;   // the recipe's words
  std::string value;  // what met it
  std::string file;
  uint32_t line = 0;
  bool kernel = false;   // decided there (else in userspace)
  bool unknown = false;  // a truncated field left it open
};

struct Why {
  std::string clause;  // its terms, joined by `and`
  std::string file;
  uint32_t line = 0;  // of the trigger
  std::vector<WhyTerm> terms;
  std::vector<std::string> truncated;                   // names of fields
  std::vector<std::pair<std::string, uint32_t>> tunes{};  // file and line of what changed the recipe from outside
};

struct HostInfo {
  std::string name, machine_id, kernel, os, boot_id;
};

// What not every process has: `file.path`, `process.traits`, `container.image`. Texts are as they print; flags are their names.
struct EventValue {
  FieldId field = FieldId::kNone;
  std::variant<int64_t, std::string, std::vector<std::string>> value;
};

struct Detection {
  std::string id;  // UUIDv7
  int64_t time_unix_ns = 0;
  uint64_t sequence = 0;  // from 1, without gaps in one run
  std::string recipe, title, message, category, method, status;
  uint32_t version = 1;
  Importance importance = Importance::kNone;
  std::vector<AttackReference> attack;
  std::vector<std::string> tags;
  Why why;
  std::string event;  // "exec"
  std::optional<std::vector<std::string>> argv;
  std::vector<EventValue> values;  // in the order of the catalogue; container, ci and package are among them
  ProcessInfo process;
  std::vector<ProcessInfo> ancestors;  // the first is the parent
  HostInfo host;
  std::vector<std::string> actions;
  std::string page;                                    // link to the recipe's page; may be empty
  std::vector<std::pair<std::string, uint64_t>> lost;  // counters of loss that changed since the last detection
  bool replayed = false;
  uint64_t redacted = 0;  // secrets that were masked

  // What it rests on besides its own event, the earliest first: the steps of a sequence, the first of those that were counted
  // or held back. They are small (make_evidence), and have no events of their own.
  std::vector<Detection> events;
  std::string step;  // the step of a sequence that its event was
  struct Tally {
    uint64_t count = 0;
    int64_t first_unix_ns = 0, last_unix_ns = 0;
  };
  std::optional<Tally> counted;    // by the recipe's `count`
  std::optional<Tally> held_back;  // the end of a throttle's window: what it held back, the first of it as the event
};

}  // namespace recipe
