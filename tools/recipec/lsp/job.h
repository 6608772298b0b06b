// SPDX-License-Identifier: Apache-2.0
// Work that takes longer than an answer may: done in a forked process, which sees the workspace as it was and cannot hold up
// or bring down the server. Rejected: a thread. It would need a second copy of every text, locks around ANTLR's shared caches,
// and could not be stopped.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace recipe::lsp {

inline constexpr std::chrono::seconds kMaxJobTime{60};
inline constexpr size_t kMaxJobBytes = 64u << 20;  // of a result

class Job {
 public:
  // nullptr: no process or pipe can be had.
  static std::unique_ptr<Job> start(const std::function<std::string()>& work);
  ~Job();  // ends the process if it still runs
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }  // readable: read() has something to do
  // Takes what has arrived. true: the work is done or lost.
  bool read();
  // Whole only where the work ended as it should; else empty.
  [[nodiscard]] std::string take_result();
  [[nodiscard]] bool is_late(std::chrono::steady_clock::time_point now) const { return now - started_ > kMaxJobTime; }

 private:
  Job(pid_t child, int descriptor);

  pid_t child_;
  int descriptor_;
  std::string result_;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace recipe::lsp
