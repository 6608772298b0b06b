// SPDX-License-Identifier: Apache-2.0
// Mutants: a recipe with one small fault. Where all of its tests still pass, they would not notice the fault.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "compiler/compile.h"

namespace recipe::recipec {

struct Survivor {
  std::string change;  // "without `argv contains \"-e\"`"
  std::string file;
  uint32_t line = 0;
};

struct MutationReport {
  std::string recipe;
  size_t mutants = 0;
  std::vector<Survivor> survivors;
};

// Of each recipe with tests: a term left out, a term turned round, a term that holds for more, an exception left out.
// compilation.ok must hold, and is lowered anew: its artefact is another one then. Error: ours.
[[nodiscard]] Result<std::vector<MutationReport>> mutate(Compilation& compilation,
                                                         const std::function<bool(const std::string& path)>& wanted,
                                                         const std::function<void(size_t done, size_t total)>& progress);

}  // namespace recipe::recipec
