// SPDX-License-Identifier: Apache-2.0
// Bytes → Artefact. Any bytes are safe to give; what comes back satisfies verify().
#include <xxhash.h>

#include <algorithm>

#include "runtime/artefact/codec.h"
#include "runtime/artefact/encode.h"
#include "runtime/artefact/frame.h"

namespace recipe {

bool looks_like_artefact(std::string_view bytes) {
  return bytes.starts_with(std::string_view(kArtefactMagic, sizeof kArtefactMagic));
}

Result<Artefact> decode(std::string_view bytes) {
  using namespace frame;
  if (!looks_like_artefact(bytes)) return Error{"not an artefact: it does not begin with the magic of `recipec compile`"};
  if (bytes.size() < kBodyAt) return Error{"the artefact is cut: its head is not whole"};
  // The version comes first: another version may be laid out otherwise from here on.
  const uint64_t version = read(bytes, kVersionAt, 4);
  if (version != kArtefactVersion) {
    return Error{"the artefact has version " + std::to_string(version) + ", this program reads version " +
                 std::to_string(kArtefactVersion) + ": compile the recipes anew"};
  }
  const uint64_t body_bytes = read(bytes, kBodyBytesAt, 8);
  const size_t left = bytes.size() - kBodyAt;
  if (left < kChecksumBytes || left - kChecksumBytes < body_bytes) {
    return Error{"the artefact is cut: " + std::to_string(bytes.size()) + " bytes are there"};
  }
  if (left - kChecksumBytes > body_bytes) return Error{"the artefact is changed: bytes follow its end"};
  const size_t checked = kBodyAt + body_bytes;
  if (read(bytes, checked, kChecksumBytes) != XXH64(bytes.data(), checked, 0)) {
    return Error{"the artefact is changed: its checksum differs"};
  }
  if (read(bytes, kCatalogueAt, 8) != catalogue_hash()) {
    return Error{"the artefact was compiled with another catalogue of events and fields: compile the recipes anew"};
  }

  Artefact artefact;
  codec::Reader reader(bytes.substr(kBodyAt, body_bytes));
  codec::visit(reader, artefact);
  if (reader.failed() || reader.left() != 0) return Error{"the artefact is malformed: its body does not decode"};
  if (const Status status = verify(artefact); !status) return Error{"the artefact is malformed: " + status.error().what};
  return artefact;
}

}  // namespace recipe
