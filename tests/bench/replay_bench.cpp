// SPDX-License-Identifier: Apache-2.0
// Events per second through the engine in replay (decode, classify, match, report), with 10, 1,000 and 10,000 recipes.
#include "compiler/compile.h"
#include "runtime/engine.h"
#include "tests/bench/bench.h"
#include "tests/bench/generate.h"

namespace recipe::bench {
namespace {

std::unique_ptr<Engine> engine_of(size_t recipes) {
  Compilation compilation;
  compile_text(compilation, "bench.recipe", many_recipes(recipes), {});
  if (!compilation.ok) std::abort();
  auto engine = Engine::build(std::move(compilation.artefact), 0x5eed, 1);
  if (!engine.ok()) std::abort();
  return std::move(*engine);
}

double per_second(Engine& engine, const std::vector<std::vector<uint64_t>>& records, size_t& detections) {
  const auto context = make_record_context();
  std::vector<Detection> out;
  detections = 0;
  const double start = now_seconds();
  for (const auto& record : records) {
    out.clear();
    if (!engine.judge(std::as_bytes(std::span(record)), *context, out).ok()) std::abort();
    detections += out.size();
  }
  return static_cast<double>(records.size()) / (now_seconds() - start);
}

}  // namespace

void replay_rows() {
  constexpr size_t kCounts[] = {10, 1000, 10000};
  std::vector<std::unique_ptr<Engine>> engines;
  for (const size_t count : kCounts) engines.push_back(engine_of(count));
  // In turn, so that the machine's noise meets all alike.
  std::vector<double> rates[3];
  size_t detections[3] = {};
  for (int round = 0; round < 5; ++round) {
    for (size_t i = 0; i < 3; ++i) {
      const auto records = events(200'000, kCounts[i], 20, 1000);
      rates[i].push_back(per_second(*engines[i], records, detections[i]) / 1e6);
    }
  }
  for (size_t i = 0; i < 3; ++i) {
    row(fmt::format("replay, {} recipes: 1 event in 20 wanted, 1 in 1,000 detected ({} of 200,000)", kCounts[i], detections[i]),
        figure(spread(rates[i]), "M/s", 2), i == 1 ? "≥ 1.00 M/s" : "");
  }
  row("replay, per event: 10,000 recipes over 10", fmt::format("{:.2f} ×", spread(rates[0]).median / spread(rates[2]).median),
      "≤ 2 ×");
}

}  // namespace recipe::bench
