// SPDX-License-Identifier: Apache-2.0
// Runs recipes' own tests as replay would run them: the artefact encoded and decoded, each event as a record, the kernel's
// classifier over the laid-out filter, the matcher, the exceptions. No root, no kernel.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "runtime/match/trace.h"

namespace recipe::recipec {

struct TestReport {
  std::string title;
  TestExpectation expectation = TestExpectation::kMatch;  // of the last event
  bool passed = false;
  bool fault = false;  // the filter and the program disagree: ours
  bool todo = false;   // is known not to hold: passed is then whether it still does not
  std::string reason;  // empty where it passed
  std::vector<TermReport> terms;
  uint32_t line = 0;
};

// What the events of a recipe's tests have shown of one of its terms, or of an exception.
struct TermCoverage {
  std::string words, file;
  uint32_t line = 0;
  bool exception = false;
  bool seen_true = false, seen_false = false;
  // Some event would have been judged otherwise by its clause if this term alone had been the other way. Of an exception: it
  // has held an event back.
  bool decisive = false;

  [[nodiscard]] bool complete() const { return decisive && (exception || (seen_true && seen_false)); }
};

struct RecipeReport {
  std::string name, file;
  uint32_t line = 0;
  std::vector<TestReport> tests;
  std::vector<TermCoverage> coverage;  // empty where it was not asked for
};

// compilation.ok must hold; recipes that are switched off are switched on in it. `wanted`: which recipes, by their source's
// path. `progress`: recipes done, of how many. Error: ours.
[[nodiscard]] Result<std::vector<RecipeReport>> run_tests(Compilation& compilation,
                                                          const std::function<bool(const std::string& path)>& wanted,
                                                          const std::function<void(size_t done, size_t total)>& progress,
                                                          bool with_coverage = false);

}  // namespace recipe::recipec
