// SPDX-License-Identifier: Apache-2.0
#include "runtime/waiting.h"

#include <algorithm>
#include <cstring>

namespace recipe {

bool Waiting::add(std::span<const std::byte> record, uint32_t round, Clock::time_point now) {
  if (round >= kRounds || records_.size() >= kMaxRecords) return false;
  Due& due = records_.emplace_back();
  due.words.resize((record.size() + sizeof(uint64_t) - 1) / sizeof(uint64_t));
  std::memcpy(due.words.data(), record.data(), record.size());
  due.bytes = record.size();
  due.round = round + 1;
  due.at = now + kDelays[round];
  return true;
}

std::optional<Waiting::Due> Waiting::take(Clock::time_point now) {
  const auto found = std::find_if(records_.begin(), records_.end(), [&](const Due& due) { return due.at <= now; });
  if (found == records_.end()) return std::nullopt;
  Due due = std::move(*found);
  records_.erase(found);
  return due;
}

std::optional<Waiting::Clock::time_point> Waiting::next() const {
  std::optional<Clock::time_point> next;
  for (const Due& due : records_) next = next ? std::min(*next, due.at) : due.at;
  return next;
}

}  // namespace recipe
