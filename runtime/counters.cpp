// SPDX-License-Identifier: Apache-2.0
// counters.def as a table.
#include <cassert>

#include "runtime/engine.h"

namespace recipe {
namespace {

enum Side { kKernel, kUser };

constexpr CounterInfo kRows[] = {
#define COUNTER(id, side, loss, doc) {#id, doc, Side::side == kKernel, loss},
#include "bpf/abi/counters.def"
};

}  // namespace

const CounterInfo& info(Counter counter) {
  assert(counter < Counter::kCount);
  return kRows[static_cast<size_t>(counter)];
}

}  // namespace recipe
