// SPDX-License-Identifier: Apache-2.0
// Any bytes are memories or are refused; what is read prints, and is then the same again.
#include <cstdint>
#include <cstdlib>

#include "runtime/state/seen.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace recipe;
  Seen memory;
  if (!memory.read({reinterpret_cast<const char*>(data), size}).ok()) return 0;
  const std::string text = memory.print();
  Seen again;
  if (!again.read(text).ok()) return text.size() <= Seen::kMostBytes && size < Seen::kMostLine / 8 ? (abort(), 0) : 0;
  if (again.print() != text) abort();
  return 0;
}
