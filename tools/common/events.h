// SPDX-License-Identifier: Apache-2.0
// EVENTS of the command line → records: a capture, or JSON one event a line; `-` is stdin. Which one it is, its first bytes
// say.
#pragma once
#include <functional>
#include <span>
#include <string>

#include "runtime/base/result.h"

namespace recipe {

struct EventsRead {
  uint64_t records = 0;  // given on
  uint64_t broken = 0;   // lines or records that are no events
};

// give: false stops the reading. complain: a line or record that is no event, said with its place. Error: cannot be read.
[[nodiscard]] Result<EventsRead> read_events(const std::string& path,
                                             const std::function<bool(std::span<const std::byte>)>& give,
                                             const std::function<void(const std::string&)>& complain);

// Whether that Error is of what was given (no such file, no capture of this version), not of the machine that reads it.
[[nodiscard]] bool is_wrong_input(const Error& error);

}  // namespace recipe
