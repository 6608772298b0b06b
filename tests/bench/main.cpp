// SPDX-License-Identifier: Apache-2.0
// Prints the table of DESIGN's budgets as measured now. bench [compile|lsp|prove|replay|sink|kernel|storm|latency]...: all
// without arguments.
#include <cstdio>
#include <string_view>

#include "tests/bench/bench.h"

int main(int argc, char** argv) {
  using namespace recipe::bench;
  struct Part {
    std::string_view name;
    void (*rows)();
  };
  const Part parts[] = {{"compile", compile_rows}, {"prove", prove_rows},   {"lsp", lsp_rows},     {"replay", replay_rows},
                        {"sink", sink_rows},       {"kernel", kernel_rows}, {"storm", storm_rows}, {"latency", latency_rows}};
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    fmt::print("bench [PART...]: measures parts, or all; each row is a median, its spread and DESIGN's budget. Parts:");
    for (const Part& part : parts) fmt::print(" {}", part.name);
    fmt::print("\n");
    return 0;
  }
  for (int i = 1; i < argc; ++i) {
    bool known = false;
    for (const Part& part : parts) known = known || part.name == argv[i];
    if (!known) {
      fmt::print(stderr, "bench: no part `{}`; there are compile, prove, lsp, replay, sink, kernel, storm and latency\n",
                 argv[i]);
      return 3;
    }
  }
  fmt::print("median (lowest–highest) of one run, {} processors; ratios are of this run\n\n", sysconf(_SC_NPROCESSORS_ONLN));
  row("what", "measured", "budget");
  fmt::print("|{:-<68}|{:->30}|{:-<24}|\n", "", "", "");
  for (const Part& part : parts) {
    bool wanted = argc == 1;
    for (int i = 1; i < argc; ++i) wanted = wanted || part.name == argv[i];
    if (wanted) part.rows();
  }
  return 0;
}
