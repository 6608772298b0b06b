// SPDX-License-Identifier: Apache-2.0
// Context: what the record does not hold and the machine may still know. Asked on demand by match and by report, cached.
// What is gone is absent, never guessed.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/detection.h"
#include "runtime/event.h"

namespace recipe {

class Context {
 public:
  virtual ~Context() = default;

  // A kContext field that the record lacks, and kRecord fields that were truncated there (process.cmdline for argv).
  [[nodiscard]] virtual std::optional<std::string> text(const Event& event, FieldId field) = 0;

  // The same of a number or a truth.
  [[nodiscard]] virtual std::optional<int64_t> number(const Event&, FieldId) { return std::nullopt; }

  // All arguments of the event's process, each ended by a NUL, where the record holds them cut and the process still runs the
  // image that the record names. It may have overwritten them since: who asks compares with what the record holds.
  [[nodiscard]] virtual std::optional<std::string> arguments(const Event&) { return std::nullopt; }

  // The same of its environment, "NAME=value". What the process has taken out of it since is missing.
  [[nodiscard]] virtual std::optional<std::string> environment(const Event&) { return std::nullopt; }

  // The same of a list of strings: process.stdin.writers.
  [[nodiscard]] virtual std::optional<std::vector<std::string>> texts(const Event&, FieldId) { return std::nullopt; }

  // Whether an answer about this event was given while a process that it names was about to become another program: asked again
  // some milliseconds later it may be another one.
  [[nodiscard]] virtual bool unsettled(const Event&) const { return false; }

  // The ancestors of the event, parent first, up to pid 1: the record's, completed. Valid until the next call.
  // complete: false where some are missing (then any is unknown rather than false).
  struct Ancestors {
    const std::vector<ProcessInfo>* list = nullptr;
    bool complete = true;
  };
  [[nodiscard]] virtual Ancestors ancestors(const Event& event) = 0;

  [[nodiscard]] virtual const HostInfo& host() = 0;

  // Questions about processes that had gone (counter context_gone).
  [[nodiscard]] virtual uint64_t gone() const { return 0; }
};

// Answers from the record alone: replay and recipe tests. Absent stays absent; the host is unknown.
[[nodiscard]] std::unique_ptr<Context> make_record_context();

// Answers from /proc, /etc/passwd and the machine's identity; and from the kernel half: who has exited, who was executed with a
// pipe as standard output (without it process.stdin.writers is absent), with what command line those ran that have forked.
struct Tombstone {
  uint32_t pid = 0, birth_parent = 0, uid = 0;
  uint64_t start_time = 0;
  std::string name, comm;
  bool command_kept = false;
};
class BirthParents {
 public:
  virtual ~BirthParents() = default;
  // The process `pid` that has exited and whose child started at child_start_time; nullopt: unknown.
  [[nodiscard]] virtual std::optional<Tombstone> find(uint32_t pid, uint64_t child_start_time) = 0;
  // pid of the process that forked `pid`; 0: unknown.
  [[nodiscard]] virtual uint32_t birth_parent(uint32_t pid) = 0;
};
// A program that was executed with a pipe as its standard output. Pipes are numbered as in process.stdin.pipe.
struct PipeWriter {
  uint32_t pid = 0;
  uint64_t start_time = 0;
  uint64_t stdin_pipe = 0;  // 0: its standard input is none
  std::string name;
};
class PipeWriters {
 public:
  virtual ~PipeWriters() = default;
  [[nodiscard]] virtual std::vector<PipeWriter> writers(uint64_t pipe) = 0;
};
class KeptCommands {
 public:
  virtual ~KeptCommands() = default;
  // The elements, each ended by a NUL, of the image that the process ran when it last forked before that time; nullopt: it has
  // executed another one and forked since, they are too long to keep, or nothing is known of it. Times in ns from boot.
  [[nodiscard]] virtual std::optional<std::string> command(uint32_t pid, uint64_t start_time, uint64_t before) = 0;
};
// What the kernel half answers; nullptr: nothing.
struct KernelMemory {
  BirthParents* birth_parents = nullptr;
  PipeWriters* pipe_writers = nullptr;
  KeptCommands* commands = nullptr;
};
// Where to look, where it is not in this machine's own places.
struct ContextPlaces {
  std::string root;     // before the paths of container runtimes' files and of package databases
  std::string cgroups;  // where cgroup version 2 is mounted; empty: as the kernel says
};
[[nodiscard]] std::unique_ptr<Context> make_live_context(const KernelMemory& memory, const ContextPlaces& places = {});

}  // namespace recipe
