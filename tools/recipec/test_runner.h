// SPDX-License-Identifier: Apache-2.0
// One test of a recipe: its events one by one through filter, matcher, exceptions and state, and the verdict on the last.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/recipec/coverage.h"
#include "tools/recipec/harness.h"
#include "tools/recipec/run_tests.h"

namespace recipe::recipec {

class TestRunner {
 public:
  explicit TestRunner(Harness harness) : harness_(std::move(harness)) {}

  // Nothing of an earlier test is remembered. coverage: may be nullptr.
  [[nodiscard]] TestReport run(RecipeId recipe, const RecipeTest& test, Coverage* coverage = nullptr);
  // The recipes that tell of the test's last event, each once. Of a test that ends with waiting: of what the time brings.
  [[nodiscard]] std::vector<RecipeId> told_by(const RecipeTest& test);
  [[nodiscard]] Harness& harness() { return harness_; }

 private:
  TestReport run_file(RecipeId recipe, const RecipeTest& test);
  static void turn_round(TestReport& report);
  void compare(RecipeId recipe, const RecipeTest& test, const State::Verdict& verdict, TestReport& report);
  bool read(const EventValues& values, TestReport& report);
  State::Verdict settle();
  std::optional<State::Verdict> play(const RecipeTest& test, TestReport& report, Coverage* coverage);
  [[nodiscard]] std::vector<RecipeId> recipes_of(const State::Verdict& verdict) const;
  bool agrees(const std::vector<TriggerId>& triggers, TestReport& report);
  void judge(RecipeId recipe, const std::vector<TriggerId>& triggers, const RecipeTest& test, const State::Verdict& verdict,
             TestReport& report);
  [[nodiscard]] std::string why_not(RecipeId recipe, const std::vector<TriggerId>& triggers);
  void blame(const std::vector<TriggerId>& triggers, TestReport& report);

  Harness harness_;
  std::vector<uint64_t> record_;
  Event event_;
  std::vector<Match> matches_;
};

}  // namespace recipe::recipec
