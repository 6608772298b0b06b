// SPDX-License-Identifier: Apache-2.0
// The canary: an exec of the daemon's own file with a secret argument, made after the probes are attached. Only if it comes
// back through kernel, ring and decoder does the daemon say that it watches.
#pragma once
#include <string>
#include <string_view>

#include "runtime/artefact/filter.h"
#include "runtime/base/result.h"

namespace recipe {

inline constexpr std::string_view kCanaryPrefix = "--canary=";

[[nodiscard]] Result<std::string> make_canary_token();  // "--canary=" and 32 hexadecimal digits, fresh

struct Canary {
  std::string name;   // the file name that the kernel will see
  std::string token;  // argv[1], of two elements
};
// Lets its exec through: one slot that belongs to no clause.
void add_canary(Filter& filter, const Canary& canary);

}  // namespace recipe
