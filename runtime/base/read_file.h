// SPDX-License-Identifier: Apache-2.0
// A whole file as text, up to a bound; a pipe or a file of /proc too, whose size nobody knows beforehand.
#pragma once
#include <filesystem>
#include <string>

#include "runtime/base/result.h"

namespace recipe {

// limit: bytes, from 4 KiB. Error, with the path: cannot be opened or read, is a folder, is larger.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, size_t limit);

}  // namespace recipe
