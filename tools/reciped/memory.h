// SPDX-License-Identifier: Apache-2.0
// --seen FILE: what `unless seen` of recipes remembers, carried from one run to the next.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "runtime/engine.h"

namespace recipe::reciped {

class MemoryOptions {
 public:
  void declare(CLI::App& command);
  // Reads FILE, where there is one, into the engine's memory. kClean or the exit code, and what is wrong has been said. Where a
  // recipe remembers and no FILE is given, that is said.
  [[nodiscard]] int open(Engine& engine) const;
  // Writes FILE. false: it could not be written, and that was said.
  [[nodiscard]] bool save(Engine& engine) const;
  // The same when a minute has gone by since the last time.
  void save_now_and_then(Engine& engine);

 private:
  std::string path_;
  int64_t saved_unix_ns_ = 0;
};

}  // namespace recipe::reciped
