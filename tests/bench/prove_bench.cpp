// SPDX-License-Identifier: Apache-2.0
// Proofs across 10,000 recipes: which detects nothing that another does not. Once with names of their own, once with 50 names
// that all share, where each clause has to be told from 200 others.
#include "compiler/compile.h"
#include "compiler/prove/across.h"
#include "tests/bench/bench.h"
#include "tests/bench/generate.h"

namespace recipe::bench {
namespace {

void prove_row(const std::string& what, const std::string& text) {
  Compilation compilation;
  compile_text(compilation, "bench.recipe", text, {});
  if (!compilation.ok) std::abort();
  const bool terminal = isatty(STDERR_FILENO) == 1;
  std::vector<double> seconds;
  size_t found = 0;
  for (int i = 0; i < 3; ++i) {
    const double start = now_seconds();
    found = prove::find_subsumed(compilation, [&](size_t done, size_t total) {
              if (terminal) std::fprintf(stderr, done == total ? "\r\033[K" : "\r%zu of %zu recipes", done, total);
            }).size();
    seconds.push_back(now_seconds() - start);
  }
  row(fmt::format("proofs across {}: {} subsumed", what, found), figure(spread(seconds), "s", 2), "≤ 10 s");
}

}  // namespace

void prove_rows() {
  constexpr size_t kRecipes = 10000;
  prove_row("10000 recipes, names of their own", many_recipes(kRecipes));
  prove_row("10000 recipes, 50 names", many_clauses(kRecipes, 50));
  // Every one twice, under another name: each second one is subsumed.
  std::string twice = many_clauses(kRecipes / 2, 50), again = twice;
  for (size_t at = again.find("recipe clause_"); at != std::string::npos; at = again.find("recipe clause_", at + 1))
    again.replace(at, 14, "recipe copied_");
  prove_row("5000 recipes, each there twice", twice + again);
}

}  // namespace recipe::bench
