// SPDX-License-Identifier: Apache-2.0
// Any line → an error, or an event that comes back as it was written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/feed/json.h"

using namespace recipe;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static JsonEvents events;
  const auto values = events.parse({reinterpret_cast<const char*>(data), size});
  if (!values.ok()) return 0;
  const auto record = encode_record(*values);
  if (!record.ok()) return 0;
  Event event;
  if (!event.decode(std::as_bytes(std::span(*record))).ok()) std::abort();
  const auto again = events.parse(write_json(event));
  if (!again.ok()) std::abort();
  const auto same = encode_record(*again);
  if (!same.ok() || *same != *record) std::abort();
  return 0;
}
