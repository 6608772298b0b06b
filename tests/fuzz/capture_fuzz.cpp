// SPDX-License-Identifier: Apache-2.0
// Any bytes as a capture: what is read of it is decoded, and what is decoded is asked for everything. The bytes are tried as a
// whole file, and as the records behind a good header, since no fuzzer guesses the hash of the catalogue.
#include <cstdint>
#include <cstring>
#include <vector>

#include "runtime/event.h"
#include "runtime/feed/capture.h"
#include "runtime/feed/json.h"

using namespace recipe;

namespace {

void read_all(std::span<const std::byte> bytes) {
  auto reader = CaptureReader::over(bytes);
  if (!reader.ok()) return;
  Event event;
  while (true) {
    const auto next = reader->next();
    if (!next.ok() || !next->has_value()) return;
    if (!event.decode(**next).ok()) continue;
    static_cast<void>(write_json(event));
    for (const FieldInfo& field : all_fields()) static_cast<void>(event.text(field.id).value_or("").size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  read_all(std::as_bytes(std::span(data, size)));
  capture_header header{};
  std::memcpy(header.magic, CAPTURE_MAGIC, sizeof header.magic);
  header.version = CAPTURE_VERSION;
  header.catalogue_hash = catalogue_hash();
  std::vector<std::byte> framed(sizeof header + size);
  std::memcpy(framed.data(), &header, sizeof header);
  if (size != 0) std::memcpy(framed.data() + sizeof header, data, size);
  read_all(framed);
  return 0;
}
