// SPDX-License-Identifier: Apache-2.0
// Tests that load probes include this: where that is not possible they say why, and end as skipped (77).
#pragma once
#include <unistd.h>

#include <cstdio>

#include "runtime/kernel/features.h"

namespace recipe::test {

// Before main: Catch2 2 cannot skip a test.
inline const bool needs_bpf = [] {
  const std::string obstacle = probe_features().obstacle();
  if (obstacle.empty()) return true;
  std::fprintf(stderr, "skipped: %s\n", obstacle.c_str());
  _exit(77);
}();

}  // namespace recipe::test
