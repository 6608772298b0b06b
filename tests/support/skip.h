// SPDX-License-Identifier: Apache-2.0
// SKIP_TEST("why"): ends a test case that cannot run here. The others of its program run; if they pass, it ends with 77, which
// ctest shows as skipped: what nobody tested must not look like what passed. Catch2 2 has no such thing.
#pragma once
#include <cstdio>
#include <string>

namespace recipe::test {

inline int skipped_cases = 0;

inline void note_skipped(const std::string& why) {
  ++skipped_cases;
  std::fprintf(stderr, "skipped: %s\n", why.c_str());
}

}  // namespace recipe::test

#define SKIP_TEST(why)               \
  do {                               \
    recipe::test::note_skipped(why); \
    return;                          \
  } while (false)
