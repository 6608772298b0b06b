// SPDX-License-Identifier: Apache-2.0
// counters.def as a table, and what an engine has counted as coverage.
#include <algorithm>
#include <cassert>

#include "runtime/engine.h"

namespace recipe {
namespace {

enum Side { kKernel, kUser };

constexpr CounterInfo kRows[] = {
#define COUNTER(id, side, loss, doc) {#id, doc, Side::side == kKernel, loss},
#include "bpf/abi/counters.def"
};

// Events that came, but not whole: terms on what was cut stay open, so nothing is missed for it.
constexpr Counter kCuts[] = {Counter::k_argv_truncated, Counter::k_argv_unreadable, Counter::k_name_unreadable,
                             Counter::k_path_truncated, Counter::k_match_truncated, Counter::k_ancestors_truncated,
                             Counter::k_parent_unknown};

}  // namespace

const CounterInfo& info(Counter counter) {
  assert(counter < Counter::kCount);
  return kRows[static_cast<size_t>(counter)];
}

Coverage Engine::coverage() const {
  Coverage coverage;
  coverage.recipes = recipes_of(artefact_);
  for (const RecipeInfo& recipe : artefact_.recipes) {
    if (!recipe.enabled) coverage.skipped.push_back(recipe.name);
  }
  coverage.events = counters_[static_cast<size_t>(Counter::k_events_seen)] - (canary_seen_ ? 1 : 0);
  coverage.detections = sequence_;
  for (size_t i = 0; i < counters_.size(); ++i) {
    const CounterInfo& row = info(static_cast<Counter>(i));
    const bool cut = std::find(std::begin(kCuts), std::end(kCuts), static_cast<Counter>(i)) != std::end(kCuts);
    if (counters_[i] == 0) continue;
    coverage.counts.push_back({row.name, row.doc,
                               row.loss ? Coverage::Loss::kLost
                               : cut    ? Coverage::Loss::kCut
                                        : Coverage::Loss::kNoted,
                               counters_[i]});
  }
  return coverage;
}

}  // namespace recipe
