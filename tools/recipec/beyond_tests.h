// SPDX-License-Identifier: Apache-2.0
// recipec test --mutate, --evade, --matrix: what the tests themselves are worth.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/recipec/evade.h"
#include "tools/recipec/matrix.h"
#include "tools/recipec/mutate.h"

namespace recipe::recipec {

class Beyond {
 public:
  void declare(CLI::App& command);
  // What was asked for. `compilation` is lowered anew for mutants and is last used here. Error: ours.
  [[nodiscard]] Status run(Compilation& compilation, Allows& allows, const std::function<bool(const std::string& path)>& wanted,
                           const std::function<void(size_t done, size_t total)>& progress);
  [[nodiscard]] std::string text() const;  // "" where nothing was asked for
  void add_to(nlohmann::ordered_json& all) const;
  // A mutant that no test notices and nobody explains; a form that gets away and is not named; a name of none that does.
  struct Gap {
    std::string of, words;  // a recipe, or a file; what is missing
  };
  [[nodiscard]] std::vector<Gap> gaps() const;
  [[nodiscard]] bool mutates() const { return mutate_; }

 private:
  bool mutate_ = false, evade_ = false, matrix_ = false;
  std::vector<MutationReport> mutations_;
  std::vector<EvasionReport> evasions_;
  std::vector<MatrixRow> rows_;
};

}  // namespace recipe::recipec
