// SPDX-License-Identifier: Apache-2.0
// Waiting: records whose event could not be judged for good, because a process that it names was about to become another
// program. Each is handed out again after some milliseconds, a few times, without holding up any other. Memory is bounded: what
// finds no place is judged as it is.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

namespace recipe {

class Waiting {
 public:
  using Clock = std::chrono::steady_clock;

  // A fork that will execute a program does so within a millisecond on an idle machine; a busy one gets 62 in all.
  static constexpr std::chrono::milliseconds kDelays[] = {std::chrono::milliseconds(2), std::chrono::milliseconds(4),
                                                          std::chrono::milliseconds(8), std::chrono::milliseconds(16),
                                                          std::chrono::milliseconds(32)};
  static constexpr uint32_t kRounds = std::size(kDelays);  // after so many there is no other
  static constexpr size_t kMaxRecords = 256;               // of at most 24 KiB: 6 MiB

  // `round` is 0 for an event that has not waited yet, else what take() said. false: it has waited long enough, or there is no
  // place.
  [[nodiscard]] bool add(std::span<const std::byte> record, uint32_t round, Clock::time_point now);

  struct Due {
    std::vector<uint64_t> words;  // the record, 8-aligned
    size_t bytes = 0;
    uint32_t round = 0;
    Clock::time_point at;
    [[nodiscard]] std::span<const std::byte> record() const { return std::as_bytes(std::span(words)).first(bytes); }
  };
  // The next one whose time has come.
  [[nodiscard]] std::optional<Due> take(Clock::time_point now);
  // When take() has something next; nullopt: nothing waits.
  [[nodiscard]] std::optional<Clock::time_point> next() const;

 private:
  std::deque<Due> records_;
};

}  // namespace recipe
