// SPDX-License-Identifier: Apache-2.0
// Mutants: recipes with one small fault. Where all tests still pass, they would not notice the fault.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/lint/allow.h"

namespace recipe::recipec {

struct Survivor {
  std::string change;  // "without `argv contains \"-e\"`"
  std::string file;
  uint32_t line = 0;
  std::string test;  // that would notice it: "nothing exec { ... }"; empty: none was found
};

// Of what stands in one recipe, or in a file outside of recipes: a macro, a shared exception.
struct MutationReport {
  std::string of;  // the recipe's name, or the file
  bool shared = false;
  size_t mutants = 0;    // explained ones too
  size_t explained = 0;  // no test notices them, and an `# allow(untested_term)` says why
  size_t untried = 0;    // of a recipe with more mutants than are tried
  std::vector<Survivor> survivors;
};

// A term left out, a term turned round, a term that holds for more, an exception left out. What a macro or a shared exception
// brings to several places is changed in all of them, and is noticed where the tests of any recipe notice it. What is proved
// to be the same recipe is no mutant. `wanted`: the files whose mutants are made. compilation.ok must hold, and is lowered
// anew: its artefact is another one then. Error: ours.
[[nodiscard]] Result<std::vector<MutationReport>> mutate(Compilation& compilation, Allows& allows,
                                                         const std::function<bool(const std::string& path)>& wanted,
                                                         const std::function<void(size_t done, size_t total)>& progress);

}  // namespace recipe::recipec
