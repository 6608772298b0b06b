// SPDX-License-Identifier: Apache-2.0
// process.stdin.writers: who writes into the pipe on a process's standard input, and into theirs.
//
//   curl | base64 -d | sh        sh reads pipe 2: base64 was noted under it, and reads pipe 1: curl was noted under that
//
// The kernel half notes who executes a program with a pipe as standard output. A pipe of which it knows nobody is looked for in
// /proc: a writer that was there before, a shell's builtin or subshell. A shell forks the processes of a pipeline at nearly the
// same time, so the reader may have executed its program while the writer is still a fork of the shell: then the answer is not
// settled.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/context/context.h"
#include "runtime/context/proc.h"

namespace recipe {

class StdinWriters {
 public:
  StdinWriters(PipeWriters* noted, ProcTable& proc) : noted_(noted), proc_(proc) {}

  [[nodiscard]] bool known() const { return noted_ != nullptr; }  // else nobody has noted anything

  struct Answer {
    std::vector<std::string> names;  // the nearest first; nobody is known: none
    bool settled = true;             // false: a writer that was forked a moment ago has not executed a program so far
  };
  // Where known(). pipe: standard input of the process `pid`, which executed its program time_ns after boot.
  [[nodiscard]] Answer find(uint64_t pipe, uint32_t pid, uint64_t time_ns);

  static constexpr size_t kMaxNames = 32;
  static constexpr size_t kMaxLooked = 1024;  // processes of one look at /proc, the nearest pids first: some 5 ms
  static constexpr uint32_t kNear = 64;       // pids around the reader's among which a pipeline's forks are
  static constexpr size_t kMaxDescriptors = 64;
  static constexpr uint64_t kYoungNs = 100'000'000;  // an older fork that has executed nothing will not

 private:
  struct Holder {
    uint32_t pid = 0;
    uint64_t pipe = 0;
  };
  void look(uint32_t near);
  [[nodiscard]] std::vector<PipeWriter> held(uint64_t pipe, uint64_t time_ns, bool& settled);

  PipeWriters* noted_;
  ProcTable& proc_;
  std::vector<Holder> holders_;  // of the last look
};

}  // namespace recipe
