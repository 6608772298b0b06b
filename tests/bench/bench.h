// SPDX-License-Identifier: Apache-2.0
// What the measuring programs share: a clock, medians with their spread, rows of one table.
#pragma once
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace recipe::bench {

[[nodiscard]] inline double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Spread {
  double low = 0, median = 0, high = 0;
};

[[nodiscard]] inline Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

inline void row(const std::string& what, const std::string& figure, const std::string& budget) {
  fmt::print("| {:<66} | {:>28} | {:<22} |\n", what, figure, budget);
  std::fflush(stdout);
}

inline std::string figure(const Spread& s, const char* unit, int decimals) {
  return fmt::format("{:.{}f} {} ({:.{}f}–{:.{}f})", s.median, decimals, unit, s.low, decimals, s.high, decimals);
}

// Each prints its rows; the environment that stands in the way is said in a row, never left out in silence.
void compile_rows();
void prove_rows();
void replay_rows();
void sink_rows();
void kernel_rows();
void storm_rows();
void latency_rows();
void lsp_rows();

}  // namespace recipe::bench
