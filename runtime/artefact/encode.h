// SPDX-License-Identifier: Apache-2.0
// Artefact ⇄ bytes: magic, version, catalogue hash, body, checksum (XXH64 of all before it).
#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "runtime/artefact/artefact.h"
#include "runtime/base/result.h"

namespace recipe {

inline constexpr char kArtefactMagic[8] = {'R', 'E', 'C', 'I', 'P', 'E', '\r', '\n'};
inline constexpr uint32_t kArtefactVersion = 5;

[[nodiscard]] std::string encode(const Artefact& artefact);

// Any bytes are safe to give. What comes back satisfies verify(). Errors say what: not an artefact, another version (both are
// named), another catalogue, cut, changed.
[[nodiscard]] Result<Artefact> decode(std::string_view bytes);
[[nodiscard]] bool looks_like_artefact(std::string_view bytes);

// Every index in range, every subtree well nested, depths within bounds, every clause in some slot, names unique.
[[nodiscard]] Status verify(const Artefact& artefact);

}  // namespace recipe
