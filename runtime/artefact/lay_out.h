// SPDX-License-Identifier: Apache-2.0
// Filter → the bytes of bpf/abi/filter_image.h.
#pragma once
#include <cstdint>
#include <vector>

#include "runtime/artefact/filter.h"
#include "runtime/base/result.h"

namespace recipe {

// 8-aligned bytes, at most RECIPE_IMAGE_BYTES.
using FilterImage = std::vector<uint64_t>;

// seed: secret of one load; generation: what records will carry. Error: the filter does not fit (the compiler then merges
// blocks and tries again), never a filter that drops.
[[nodiscard]] Result<FilterImage> lay_out(const Filter& filter, uint64_t seed, uint32_t generation);

}  // namespace recipe
