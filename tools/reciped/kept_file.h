// SPDX-License-Identifier: Apache-2.0
// A small file that outlives a run: a baseline, a memory of what was seen.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace recipe::reciped {

// At most `limit` + 1 bytes: who reads it refuses one that is longer.
[[nodiscard]] Result<std::string> read_kept_file(const std::string& path, size_t limit);

// Beside it and renamed: a reader sees all or nothing. A link stays a link. Whose the file was it stays, and a new one is its
// folder's owner's, where we may: under sudo it is the user's.
[[nodiscard]] Status replace_kept_file(const std::string& path, std::string_view bytes);

}  // namespace recipe::reciped
