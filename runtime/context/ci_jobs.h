// SPDX-License-Identifier: Apache-2.0
// The CI job of a process, from its environment. In: the environment's bytes; out: the fields ci.*. Which variables are read is
// ci_jobs.def's to say; of all others nothing is kept, not even for a moment: the bytes pass through one buffer.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/catalogue/catalogue.h"
#include "runtime/context/proc.h"

namespace recipe {

// Fields ci.* with their values; empty: no job's environment.
using CiJob = std::vector<std::pair<FieldId, std::string>>;

// Takes the variables of the table out of an environment that comes in pieces.
class JobVariables {
 public:
  static constexpr size_t kMaxValueBytes = 1024;  // of one variable; a longer one is as if it were not there

  void add(std::string_view piece);
  [[nodiscard]] CiJob job();  // once, behind the last piece

  // The names that are taken, sorted.
  [[nodiscard]] static std::span<const std::string_view> names();

 private:
  void begin();
  void end();

  std::map<std::string_view, std::string> values_;
  std::string name_, value_;
  std::string_view wanted_;  // the variable whose value is being read; empty: none that is taken
  bool in_value_ = false;
};

class CiJobs {
 public:
  // entry: of the process, by ProcTable::find. Valid until the next call.
  [[nodiscard]] const CiJob& of(ProcTable& proc, uint32_t pid, const ProcEntry& entry);

  static constexpr size_t kMaxBytes = 1u << 20;  // of an environment; what stands behind is not seen
  static constexpr size_t kMaxEntries = 4096;

 private:
  struct Cached {
    std::string image;
    CiJob job;
  };
  std::unordered_map<uint32_t, Cached> cache_;
};

}  // namespace recipe
