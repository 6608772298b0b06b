// SPDX-License-Identifier: Apache-2.0
// Any bytes are a baseline or are refused; one that is read prints, and is then the same again, also after it was widened by
// what it holds.
#include <cstdint>
#include <cstdlib>

#include "runtime/baseline/baseline.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace recipe;
  Result<Baseline> baseline = Baseline::parse({reinterpret_cast<const char*>(data), size});
  if (!baseline.ok()) return 0;
  const std::string text = baseline->print();
  const Result<Baseline> again = Baseline::parse(text);
  // What was at the bounds may be past them with the head that is written.
  if (!again.ok()) return text.size() <= Baseline::kMostBytes ? (abort(), 0) : 0;
  if (again->print() != text) abort();
  const std::vector<Thing> entries = baseline->entries();
  if (entries.size() > 256) return 0;
  (void)baseline->widen(entries);
  for (const Thing& thing : entries) {
    if (!baseline->knows(thing)) abort();
  }
  return 0;
}
