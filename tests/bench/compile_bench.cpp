// SPDX-License-Identifier: Apache-2.0
// Compile time and peak memory of 1,000 and 10,000 recipes; each run in a child of its own, so that memory is its own.
#include "compiler/compile.h"
#include "runtime/artefact/encode.h"
#include "tests/bench/bench.h"
#include "tests/bench/generate.h"

namespace recipe::bench {
namespace {

struct Cost {
  double seconds = 0;
  double mebibytes = 0;
};

Cost compile_in_child(const std::string& text) {
  int pipes[2];
  if (pipe(pipes) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) {
    const double start = now_seconds();
    Compilation compilation;
    compile_text(compilation, "bench.recipe", text, {});
    const size_t bytes = encode(compilation.artefact).size();
    const double took = compilation.ok && bytes > 0 ? now_seconds() - start : -1;
    const bool written = write(pipes[1], &took, sizeof took) == sizeof took;
    _exit(written ? 0 : 1);
  }
  close(pipes[1]);
  Cost cost;
  if (read(pipes[0], &cost.seconds, sizeof cost.seconds) != sizeof cost.seconds) cost.seconds = -1;
  close(pipes[0]);
  struct rusage usage {};
  int status = 0;
  wait4(child, &status, 0, &usage);
  cost.mebibytes = static_cast<double>(usage.ru_maxrss) / 1024;
  return cost;
}

}  // namespace

void compile_rows() {
  for (const size_t count : {size_t{1000}, size_t{10000}}) {
    const std::string text = many_recipes(count);
    std::vector<double> seconds, memory;
    for (int i = 0; i < 3; ++i) {
      const Cost cost = compile_in_child(text);
      seconds.push_back(cost.seconds);
      memory.push_back(cost.mebibytes);
    }
    const bool large = count == 10000;
    row(fmt::format("compile {} recipes ({:.1f} MiB), text to artefact bytes", count,
                    static_cast<double>(text.size()) / 1048576),
        figure(spread(seconds), "s", 2), large ? "≤ 2 s" : "");
    row(fmt::format("compile {} recipes: peak resident memory of the process", count), figure(spread(memory), "MiB", 0),
        large ? "≤ 200 MiB" : "");
  }
}

}  // namespace recipe::bench
