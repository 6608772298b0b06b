// SPDX-License-Identifier: Apache-2.0
// Work done over and over, as rates a second: what a probe's cost is measured with.
#pragma once
#include <string>

namespace recipe::bench {

[[nodiscard]] double open_storm(const std::string& path, int count);  // opens for reading, and closes, of one file
[[nodiscard]] double connect_storm(int count);  // a datagram socket to an address of loopback: the least work of a connect
[[nodiscard]] double call_storm(int count);     // calls that no probe hangs on

}  // namespace recipe::bench
