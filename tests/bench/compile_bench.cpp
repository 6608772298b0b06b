// SPDX-License-Identifier: Apache-2.0
// What an author waits for: `recipec check` and `lint` of the library, whole runs of the program. Then compile time and peak
// memory of 1,000 and 10,000 recipes; each run in a child of its own, so that memory is its own.
#include <fcntl.h>

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

// From the program's start to its end; what it says is thrown away.
double run_of_program(const char* command) {
  const double start = now_seconds();
  const pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    execl(RECIPE_BIN_DIR "/recipec", "recipec", command, RECIPE_SOURCE_DIR "/rules", nullptr);
    _exit(127);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) std::abort();
  return (now_seconds() - start) * 1000;
}

void library_row(const char* command, const char* budget) {
  std::vector<double> milliseconds;
  for (int i = 0; i < 21; ++i) milliseconds.push_back(run_of_program(command));
  row(fmt::format("recipec {} rules: the whole run of the program", command), figure(spread(milliseconds), "ms", 0), budget);
}

}  // namespace

void compile_rows() {
  library_row("check", "≤ 100 ms");
  library_row("lint", "");
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
