// SPDX-License-Identifier: Apache-2.0
// Catch2's main, compiled once for all test programs: 77 where all that ran has passed and something could not run (skip.h).
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "tests/support/skip.h"

int main(int count, char** words) {
  const int failed = Catch::Session().run(count, words);
  return failed == 0 && recipe::test::skipped_cases > 0 ? 77 : failed;
}
