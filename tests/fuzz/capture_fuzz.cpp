// SPDX-License-Identifier: Apache-2.0
// Any bytes as a capture: what is read of it is decoded, and what is decoded is asked for everything. The bytes are tried as a
// whole file, and as the records behind a good header, since no fuzzer guesses the hash of the catalogue.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/event.h"
#include "runtime/feed/capture.h"
#include "runtime/feed/json.h"

using namespace recipe;

namespace {

size_t read_all(Result<CaptureReader> reader) {
  if (!reader.ok()) return 0;
  Event event;
  for (size_t records = 0;; ++records) {
    const auto next = reader->next();
    if (!next.ok() || !next->has_value()) return records;
    if (!event.decode(**next).ok()) continue;
    static_cast<void>(write_json(event));
    for (const FieldInfo& field : all_fields()) static_cast<void>(event.text(field.id).value_or("").size());
  }
}

// In pieces, as a pipe brings them, the records are the same.
void read_both_ways(std::span<const std::byte> bytes) {
  constexpr size_t kPiece = 41;
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  size_t given = 0;
  const auto more = [&](std::string& held) -> Result<bool> {
    const std::string piece = text.substr(given, kPiece);
    held += piece;
    given += piece.size();
    return !piece.empty();
  };
  if (read_all(CaptureReader::over(bytes)) != read_all(CaptureReader::stream("", more))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  read_both_ways(std::as_bytes(std::span(data, size)));
  capture_header header{};
  std::memcpy(header.magic, CAPTURE_MAGIC, sizeof header.magic);
  header.version = CAPTURE_VERSION;
  header.catalogue_hash = catalogue_hash();
  std::vector<std::byte> framed(sizeof header + size);
  std::memcpy(framed.data(), &header, sizeof header);
  if (size != 0) std::memcpy(framed.data() + sizeof header, data, size);
  read_both_ways(framed);
  return 0;
}
