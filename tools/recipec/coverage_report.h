// SPDX-License-Identifier: Apache-2.0
// What the tests of all recipes cover together. A term counts once: one of a macro or of a shared exception under its file,
// covered by whatever the tests of any recipe show.
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compiler/lint/allow.h"
#include "tools/recipec/run_tests.h"

namespace recipe::recipec {

class CoverageReport {
 public:
  // wanted: the files whose terms are looked at. `reports` with their coverage.
  CoverageReport(const Compilation& compilation, const std::vector<RecipeReport>& reports, Allows& allows,
                 const std::function<bool(const std::string& path)>& wanted);

  [[nodiscard]] size_t percent() const;  // of all terms and exceptions; explained ones count as covered
  [[nodiscard]] std::string text() const;
  [[nodiscard]] nlohmann::ordered_json json() const;  // by recipe or file: the terms

 private:
  struct Row {
    TermCoverage term;
    bool explained = false;  // by `# allow(untested_term)`
    [[nodiscard]] bool settled() const { return explained || term.complete(); }
  };
  struct Group {
    std::string of;  // a recipe's name, or a file
    bool shared = false;
    std::vector<Row> rows;
  };
  struct Sums {
    size_t terms = 0, whole = 0, exceptions = 0, hit = 0, explained = 0;
    [[nodiscard]] std::string words() const;
  };

  static Sums sums_of(const Group& group);

  std::vector<Group> groups_;
};

}  // namespace recipe::recipec
