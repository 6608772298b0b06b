// SPDX-License-Identifier: Apache-2.0
// Artefact → bytes: head (magic, version, catalogue hash, bytes of the body), body (codec.h), XXH64 of all before it.
#include "runtime/artefact/encode.h"

#include <xxhash.h>

#include <cassert>

#include "runtime/artefact/codec.h"
#include "runtime/artefact/frame.h"

namespace recipe {

std::string encode(const Artefact& artefact) {
  assert(verify(artefact).ok());
  std::string body;
  codec::Writer writer(body);
  codec::visit(writer, artefact);

  std::string bytes(kArtefactMagic, sizeof kArtefactMagic);
  frame::append(bytes, kArtefactVersion, 4);
  frame::append(bytes, catalogue_hash(), 8);
  frame::append(bytes, body.size(), 8);
  bytes += body;
  frame::append(bytes, XXH64(bytes.data(), bytes.size(), 0), 8);
  return bytes;
}

}  // namespace recipe
