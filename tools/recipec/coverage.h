// SPDX-License-Identifier: Apache-2.0
// Which terms of a recipe its tests have exercised: seen true, seen false, and deciding.
#pragma once
#include <map>

#include "runtime/match/trace.h"
#include "tools/recipec/harness.h"
#include "tools/recipec/run_tests.h"

namespace recipe::recipec {

class Coverage {
 public:
  // The harness must outlive it. Error: ours.
  [[nodiscard]] static Result<Coverage> build(Harness& harness, RecipeId recipe);

  // An event of one of the recipe's tests, with the marks that are set by now.
  void add(const Event& event);

  // In the order of the recipe; terms that a macro brings in several places count once.
  [[nodiscard]] std::vector<TermCoverage> report() const;

 private:
  Coverage(Harness& harness, RecipeId recipe, Tracer tracer)
      : harness_(&harness), recipe_(recipe), tracer_(std::move(tracer)) {}
  void add_exception(const Event& event);

  Harness* harness_;
  RecipeId recipe_;
  Tracer tracer_;
  std::vector<size_t> rows_;  // by term
  std::vector<TermCoverage> terms_, exceptions_;
};

}  // namespace recipe::recipec
