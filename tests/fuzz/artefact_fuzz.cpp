// SPDX-License-Identifier: Apache-2.0
// Any bytes as an artefact: as they are, and as the body under a right head and checksum, so that the checksum does not guard
// the decoder. What decodes satisfies verify(), can be dumped, laid out, and encodes to the same artefact again.
#include <xxhash.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "runtime/artefact/dump.h"
#include "runtime/artefact/encode.h"
#include "runtime/artefact/lay_out.h"

namespace {

using namespace recipe;

void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

void append(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void judge(const std::string& bytes) {
  const Result<Artefact> artefact = decode(bytes);
  if (!artefact.ok()) return;
  demand(verify(artefact.value()).ok(), "what decodes satisfies verify()");
  demand(!dump(artefact.value()).empty(), "it can be dumped");
  (void)lay_out(artefact.value().filter, 1, 1);
  const Result<Artefact> again = decode(encode(artefact.value()));
  demand(again.ok() && again.value() == artefact.value(), "it comes back from its bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  judge(bytes);
  std::string framed(kArtefactMagic, sizeof kArtefactMagic);
  append(framed, kArtefactVersion, 4);
  append(framed, catalogue_hash(), 8);
  append(framed, size, 8);
  framed += bytes;
  append(framed, XXH64(framed.data(), framed.size(), 0), 8);
  judge(framed);
  return 0;
}
