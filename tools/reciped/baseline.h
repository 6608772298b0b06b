// SPDX-License-Identifier: Apache-2.0
// --baseline FILE and --learn: what COMMAND usually does, read, compared at the end, or widened.
#pragma once
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "runtime/baseline/observer.h"
#include "tools/reciped/live.h"

namespace recipe::reciped {

class BaselineOptions {
 public:
  void declare(CLI::App& command);
  [[nodiscard]] bool given() const { return !path_.empty(); }
  [[nodiscard]] bool learning() const { return learn_; }

  // Reads FILE, and has the artefact let through what is observed. kClean or the exit code, and what is wrong has been said.
  [[nodiscard]] int open(Artefact& artefact);
  // Before COMMAND is released.
  void observe(Live& live, bool show_secrets);
  // Compares or learns, and adds it to the coverage. kClean, or kFault: FILE could not be written, and that was said.
  [[nodiscard]] int finish(Coverage& coverage);

 private:
  std::string path_;
  bool learn_ = false;
  Baseline baseline_;
  std::unique_ptr<Observer> observer_;
};

// The places of this CI job, or of this shell, and the machine's name servers.
[[nodiscard]] RunPlaces places_of_run();

}  // namespace recipe::reciped
