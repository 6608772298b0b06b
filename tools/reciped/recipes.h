// SPDX-License-Identifier: Apache-2.0
// --recipes PATH..., -I and --only → one Artefact: sources are compiled, artefacts decoded, all merged and narrowed.
#pragma once
#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "runtime/artefact/artefact.h"
#include "runtime/coverage.h"

namespace recipe::reciped {

class Recipes {
 public:
  void declare(CLI::App& command, bool required);
  [[nodiscard]] bool given() const { return !paths_.empty(); }

  // kClean: `artefact` is whole; else the exit code, and what is wrong has been said on stderr.
  [[nodiscard]] int load(Artefact& artefact) const;
  // After load(): the conditions of those recipes that were compiled here get the words of their files.
  void add_words(std::vector<Coverage::Recipe>& recipes) const;

 private:
  std::vector<std::string> paths_, roots_;
  std::string only_;
  mutable std::map<std::string, std::vector<Coverage::Source>> words_;  // by recipe
};

// An artefact without recipes whose filter lets every one of these events through; of the environment it reads these variables.
[[nodiscard]] Artefact everything(std::vector<EventId> events, std::vector<std::string> variables);

}  // namespace recipe::reciped
