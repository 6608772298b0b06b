// SPDX-License-Identifier: Apache-2.0
// How far a long run is, on a terminal's stderr alone.
#pragma once
#include <cstddef>
#include <functional>
#include <string>

namespace recipe::recipec {

// done of total things; total 0: nobody knows how many. done == total ends it.
using Progress = std::function<void(size_t done, size_t total)>;

// "\r12 of 400 recipes", from the second second on and ten times a second, taken away at the end. Elsewhere nothing: empty.
[[nodiscard]] Progress progress_line(const std::string& things);

}  // namespace recipe::recipec
