// SPDX-License-Identifier: Apache-2.0
// Paths in URIs, as SARIF wants them.
#pragma once
#include <string>
#include <string_view>

namespace recipe {

// A path as it stands in a URI reference (RFC 3986): what is neither unreserved nor `/` is %HH.
[[nodiscard]] std::string escape_uri_path(std::string_view path);

}  // namespace recipe
