// SPDX-License-Identifier: Apache-2.0
// Which machine this is: host name, machine id, kernel, distribution, boot id. What cannot be read stays empty.
#pragma once
#include <string>
#include <string_view>

#include "runtime/detection.h"

namespace recipe {

[[nodiscard]] HostInfo read_host();
// PRETTY_NAME of the text of an os-release file, quotes and backslashes taken away.
[[nodiscard]] std::string pretty_name(std::string_view os_release);
// A small file of text, at most `limit` bytes; empty where it cannot be read.
[[nodiscard]] std::string read_small_file(const std::string& path, size_t limit = 65536);

}  // namespace recipe
