// SPDX-License-Identifier: Apache-2.0
// One text through the checker: the codes of what it reports.
#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/verify.h"

namespace recipe::test {

using Codes = std::vector<std::string>;

struct Checked : Compilation {
  explicit Checked(const std::string& text) {
    check_files(*this, {sources.add("test.recipe", text)}, {});
    REQUIRE(verify(set).empty());
  }
  [[nodiscard]] Codes codes() const {
    Codes out;
    for (const Diagnostic& each : diagnostics.all()) out.emplace_back(info(each.code).text);
    return out;
  }
};

inline Codes codes_of_condition(const std::string& condition) {
  return Checked("recipe r { on exec when " + condition + " }").codes();
}

}  // namespace recipe::test
