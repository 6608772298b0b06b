// SPDX-License-Identifier: Apache-2.0
// Sequences: `sequence by ... within T { a: ...  not b: ...  c: ... }`. What has begun is open until it is complete, broken by
// an absent step that came, or its time is over.
//
//   Of one group and one state the newest is kept: it began last and may go on longest, so whatever an older one would still
//   become the newer one becomes too. Where the last step must not come that is not so (an older one's time is over sooner):
//   there kMaxSame are kept, the oldest ones and the newest, and the first whose time is over is told for all that wait. So one
//   detection is made where many would say the same, and who repeats a step puts nothing off.
//   A step behind which another one must not come leaves open what it goes on from: where it is broken off, the step may come
//   again. What is told takes with it all that began with the same event.
//
// Events are taken in the order of arrival, one event does one step. Memory is bounded; what ends first goes first.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "runtime/detection.h"
#include "runtime/match.h"
#include "runtime/state/key.h"

namespace recipe {

class Sequences {
 public:
  static constexpr size_t kMaxOpen = 1u << 13;
  static constexpr size_t kMaxBytes = 32u << 20;  // of the events that they hold
  static constexpr size_t kMaxSame = 16;

  Sequences(const Artefact& artefact, uint64_t seed) : artefact_(artefact), keys_(seed) {}

  // An event for which a step's trigger holds. Of one event the later steps come first. serial: of the event. The earlier
  // events where it completes the sequence; nullopt: it does not. witness: makes its detection, to be kept.
  using Witness = std::function<Detection()>;
  [[nodiscard]] std::optional<std::vector<Detection>> take(const Match& match, const Event& event, uint64_t serial,
                                                           Context& context, const Witness& witness);

  // A sequence that ends with an absent step is complete when its time is over. `record` is the last event's.
  struct Closed {
    Match match;
    std::vector<uint64_t> record;
    size_t record_bytes = 0;
    std::vector<Detection> events;  // the last one is the record's
    int64_t time_unix_ns = 0;       // when it was over
  };
  // One a call, until there is none.
  [[nodiscard]] std::optional<Closed> take_closed(uint64_t now_boot_ns);
  // When that has something next; nullopt: nothing waits for its end.
  [[nodiscard]] std::optional<uint64_t> next_close() const;

  void clear();
  [[nodiscard]] size_t size() const { return ends_.size(); }
  [[nodiscard]] uint64_t evicted() const { return evicted_; }

 private:
  struct Open {
    RecipeId recipe;
    StateKey key;
    ProcessIdentity process;  // that the key is of; of values: none
    uint32_t done = 0;        // the last step that came
    uint32_t next = 0;        // the next one that has to come; the number of steps: none, its time has to be over
    uint64_t serial = 0;      // of the last event
    uint64_t origin = 0;      // of the first one
    uint64_t until_ns = 0;    // the last moment of its time, ns from boot
    int64_t until_unix_ns = 0;
    std::vector<Detection> events;
    Match match;  // where nothing but the time is waited for: of the last event
    std::vector<uint64_t> record;
    size_t record_bytes = 0;
    size_t bytes = 0;
  };
  using Slot = uint32_t;
  using Group = std::pair<StateKey, ProcessIdentity>;

  [[nodiscard]] std::vector<Group> groups(RecipeId recipe, const Sequence& sequence, const Event& event, Context& context,
                                          bool first);
  [[nodiscard]] std::vector<Slot> open_of(const std::vector<Group>& groups) const;
  void break_off(const std::vector<Slot>& slots, uint32_t step);
  std::optional<std::vector<Detection>> advance(Slot slot, const Match& match, const Event& event, uint64_t serial,
                                                const Witness& witness);
  void begin(Group group, const Match& match, const Event& event, uint64_t serial, const Witness& witness);
  void wait_or_go_on(Open open, const Match& match, const Event& event);
  void put(Open open);
  Open remove(Slot slot);
  void expire(uint64_t now_boot_ns);
  void drop_kin(const Open& told, bool waiting);
  [[nodiscard]] std::optional<Slot> superseded(const Open& open) const;
  [[nodiscard]] bool waits_for_end(const Open& open) const;
  [[nodiscard]] static uint32_t next_present(const Sequence& sequence, uint32_t behind);

  const Artefact& artefact_;
  KeyMaker keys_;
  std::vector<Open> slots_;
  std::vector<Slot> free_;
  std::unordered_map<StateKey, std::vector<Slot>, StateKeyHash> by_key_;
  std::set<std::pair<uint64_t, Slot>> ends_;     // all, by until_ns
  std::set<std::pair<uint64_t, Slot>> waiting_;  // those whose time has to be over
  size_t bytes_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace recipe
