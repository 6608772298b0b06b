// SPDX-License-Identifier: Apache-2.0
// Literals of the network: addresses and ranges, names of domains. Written text → the bytes that runtime/artefact/test.h wants,
// or what is wrong with it, in words. Recipes and list files are read by the same functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace recipe::checking {

struct NetworkFault {
  std::string message, label;  // of the diagnostic
  std::string better;          // what was meant, where that is known; else empty
};

struct NetworkLiteral {
  std::string value;
  std::optional<NetworkFault> fault;
};

// "10.0.0.1", "fd00::/8" → 17 bytes (runtime/base/address.h). Bits behind the prefix are a fault: `better` has them cleared.
[[nodiscard]] NetworkLiteral read_range(std::string_view written);
// "10.0.0.1" → 16 bytes: of one address, no range.
[[nodiscard]] NetworkLiteral read_address(std::string_view written);
// "Example.COM." → "example.com". Labels of 1 to 63 bytes, 253 in all; no blanks, slashes, stars.
[[nodiscard]] NetworkLiteral read_domain(std::string_view written);
[[nodiscard]] std::string lower_case(std::string_view text);  // ASCII letters only

}  // namespace recipe::checking
