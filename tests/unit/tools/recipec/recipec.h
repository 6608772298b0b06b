// SPDX-License-Identifier: Apache-2.0
// The built recipec, and recipes to give it.
#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/run_command.h"

namespace recipe {

using Catch::Matchers::Contains;

inline const std::string kRecipec = RECIPE_BIN_DIR "/recipec";

inline CommandResult recipec(std::vector<std::string> arguments, const std::string& input = {},
                             const std::vector<std::string>& environment = {}) {
  arguments.insert(arguments.begin(), kRecipec);
  return run_command(arguments, input, environment);
}

inline constexpr const char* kGood = R"(recipe perl_code {
  on exec when process.name == perl and argv contains "-e"
  test "code"     match   exec { process.name: perl, argv: [perl, "-e", "1"] }
  test "a script" nothing exec { process.name: perl, argv: [perl, "a.pl"] }
}
)";
inline constexpr const char* kWrong = "recipe bad {\n  on exec when proces.name == perl\n}\n";

inline std::string fresh(const std::string& name) {
  const CommandResult made = recipec({"new", name});
  REQUIRE(made.code == 0);
  return made.out;
}

}  // namespace recipe
