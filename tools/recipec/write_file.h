// SPDX-License-Identifier: Apache-2.0
// A file appears whole or not at all: written beside its place, flushed to the disk, renamed. An existing file keeps its mode;
// a symbolic link keeps pointing, its target is replaced.
#pragma once
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace recipe::recipec {

[[nodiscard]] Status write_file(const std::string& path, std::string_view bytes);

}  // namespace recipe::recipec
