// SPDX-License-Identifier: Apache-2.0
// Writing to a descriptor whose other end may be gone or full: an error, never a signal.
#pragma once
#include <string_view>

#include "runtime/base/result.h"

namespace recipe {

// All bytes, however many calls it takes; waits where the descriptor is non-blocking. SIGPIPE is held off for the duration and
// taken back if it came of this write, so nothing about signals changes for the process or its children.
// written: how many bytes went out, also on an error.
[[nodiscard]] Status write_all(int descriptor, std::string_view bytes, size_t* written = nullptr);

}  // namespace recipe
