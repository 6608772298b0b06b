// SPDX-License-Identifier: Apache-2.0
#include "runtime/state/sequences.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/state/evidence.h"

namespace recipe {

uint32_t Sequences::next_present(const Sequence& sequence, uint32_t behind) {
  uint32_t next = behind + 1;
  while (next < sequence.steps.size() && sequence.steps[next].absent) ++next;
  return next;
}

bool Sequences::waits_for_end(const Open& open) const {
  return open.next == artefact_.recipes[open.recipe.index()].sequence->steps.size();
}

// Where the event belongs; of a tree where it may: the tree of any process above it. first: where it would begin one.
std::vector<Sequences::Group> Sequences::groups(RecipeId recipe, const Sequence& sequence, const Event& event, Context& context,
                                                bool first) {
  const GroupBy& by = sequence.by;
  std::vector<ProcessIdentity> processes;
  if (by.relation == GroupRelation::kProcess) {
    processes = {identity_of(event)};
  } else if (by.relation != GroupRelation::kValues) {
    processes = line_of(event, context);
    const bool has_parent = processes.size() > 1 && processes[1].pid >= 0;
    constexpr int64_t kLastOfKernel = 2;  // what init started is not one tree
    if (by.relation == GroupRelation::kParent) {
      if (!has_parent) return {};
      processes = {processes[1]};
    } else if (first) {
      processes = {processes[has_parent && processes[1].pid > kLastOfKernel ? 1 : 0]};
    }
  }
  if (by.relation == GroupRelation::kValues) processes = {ProcessIdentity{}};
  std::vector<Group> out;
  for (const ProcessIdentity& each : processes) {
    const auto pid = by.relation == GroupRelation::kValues ? std::nullopt : std::optional(each.pid);
    const auto key = keys_.of_group(KeyOwner::kSequence, recipe.value, pid, by.fields, event, context);
    if (!key) return {};
    if (each.pid >= 0) out.emplace_back(*key, each);
  }
  return out;
}

std::vector<Sequences::Slot> Sequences::open_of(const std::vector<Group>& groups) const {
  std::vector<Slot> out;
  for (const auto& [key, process] : groups) {
    const auto known = by_key_.find(key);
    if (known == by_key_.end()) continue;
    for (const Slot slot : known->second) {
      if (same_start(slots_[slot].process.start_time, process.start_time)) out.push_back(slot);
    }
  }
  return out;
}

std::optional<std::vector<Detection>> Sequences::take(const Match& match, const Event& event, uint64_t serial, Context& context,
                                                      const Witness& witness) {
  const Trigger& trigger = artefact_.triggers[match.trigger.index()];
  const Sequence& sequence = *artefact_.recipes[trigger.recipe.index()].sequence;
  const uint32_t step = trigger.step - 1;
  expire(event.header().time_boot_ns);
  const std::vector<Slot> open = open_of(groups(trigger.recipe, sequence, event, context, false));
  if (sequence.steps[step].absent) {
    // What is not known to have come breaks nothing off.
    if (!match.open) break_off(open, step);
    return std::nullopt;
  }
  std::optional<std::vector<Detection>> complete;
  for (const Slot slot : open) {
    // What the one before has told or replaced is gone, and its slot free or another's.
    if (slots_[slot].next != step || slots_[slot].serial == serial || slots_[slot].events.empty()) continue;
    auto done = advance(slot, match, event, serial, witness);
    if (done && !complete) complete = std::move(done);
  }
  if (step == 0) {
    for (Group& group : groups(trigger.recipe, sequence, event, context, true))
      begin(std::move(group), match, event, serial, witness);
  }
  return complete;
}

void Sequences::break_off(const std::vector<Slot>& slots, uint32_t step) {
  for (const Slot slot : slots) {
    if (slots_[slot].done < step && step < slots_[slot].next) (void)remove(slot);
  }
}

std::optional<std::vector<Detection>> Sequences::advance(Slot slot, const Match& match, const Event& event, uint64_t serial,
                                                         const Witness& witness) {
  const Sequence& sequence = *artefact_.recipes[slots_[slot].recipe.index()].sequence;
  const uint32_t done = slots_[slot].next, next = next_present(sequence, done);
  Open open = next > done + 1 ? slots_[slot] : remove(slot);
  open.done = done;
  open.next = next;
  open.serial = serial;
  if (open.done + 1 == sequence.steps.size()) {
    drop_kin(open, false);
    return std::move(open.events);
  }
  open.events.push_back(witness());
  open.events.back().step = sequence.steps[open.done].name;
  wait_or_go_on(std::move(open), match, event);
  return std::nullopt;
}

void Sequences::begin(Group group, const Match& match, const Event& event, uint64_t serial, const Witness& witness) {
  const Trigger& trigger = artefact_.triggers[match.trigger.index()];
  const Sequence& sequence = *artefact_.recipes[trigger.recipe.index()].sequence;
  const uint64_t now = event.header().time_boot_ns;
  Open open;
  open.recipe = trigger.recipe;
  open.key = group.first;
  open.process = group.second;
  open.next = next_present(sequence, 0);
  open.serial = open.origin = serial;
  const uint64_t within = std::min(sequence.within_ns, UINT64_MAX - now);
  open.until_ns = now + within;
  const auto room = static_cast<uint64_t>(INT64_MAX - std::max<int64_t>(event.time_unix_ns(), 0));
  open.until_unix_ns = event.time_unix_ns() + static_cast<int64_t>(std::min(within, room));
  open.events.push_back(witness());
  open.events.back().step = sequence.steps[0].name;
  wait_or_go_on(std::move(open), match, event);
}

void Sequences::wait_or_go_on(Open open, const Match& match, const Event& event) {
  if (waits_for_end(open)) {
    open.match = match;
    const std::span<const std::byte> bytes = event.bytes();
    open.record.resize((bytes.size() + sizeof(uint64_t) - 1) / sizeof(uint64_t));
    std::memcpy(open.record.data(), bytes.data(), bytes.size());
    open.record_bytes = bytes.size();
  }
  put(std::move(open));
}

// What began with the same event; and where one is told of a group that waits, all of it that waits: they would say the same.
void Sequences::drop_kin(const Open& told, bool waiting) {
  const auto known = by_key_.find(told.key);
  if (known == by_key_.end()) return;
  for (const Slot slot : std::vector<Slot>(known->second)) {
    const Open& other = slots_[slot];
    if (other.recipe != told.recipe) continue;
    if (other.origin == told.origin || (waiting && waits_for_end(other))) (void)remove(slot);
  }
}

// The one that makes room for it: of one group and state.
std::optional<Sequences::Slot> Sequences::superseded(const Open& open) const {
  const auto known = by_key_.find(open.key);
  if (known == by_key_.end()) return std::nullopt;
  const bool ends_absent = artefact_.recipes[open.recipe.index()].sequence->steps.back().absent;
  std::optional<Slot> newest;
  size_t same = 0;
  for (const Slot slot : known->second) {
    const Open& other = slots_[slot];
    if (other.next != open.next || other.recipe != open.recipe ||
        !same_start(other.process.start_time, open.process.start_time))
      continue;
    if (!ends_absent || other.origin == open.origin) return slot;
    ++same;
    if (!newest || other.origin > slots_[*newest].origin) newest = slot;
  }
  return same < kMaxSame ? std::nullopt : newest;
}

void Sequences::put(Open open) {
  if (const std::optional<Slot> other = superseded(open)) (void)remove(*other);
  open.bytes = open.record.size() * sizeof(uint64_t) + sizeof(Open);
  for (const Detection& each : open.events) open.bytes += footprint(each);
  while (!ends_.empty() && (ends_.size() >= kMaxOpen || bytes_ + open.bytes > kMaxBytes)) {
    (void)remove(ends_.begin()->second);
    ++evicted_;
  }
  if (free_.empty()) {
    free_.push_back(static_cast<Slot>(slots_.size()));
    slots_.emplace_back();
  }
  const Slot slot = free_.back();
  free_.pop_back();
  by_key_[open.key].push_back(slot);
  ends_.emplace(open.until_ns, slot);
  if (waits_for_end(open)) waiting_.emplace(open.until_ns, slot);
  bytes_ += open.bytes;
  slots_[slot] = std::move(open);
}

Sequences::Open Sequences::remove(Slot slot) {
  Open open = std::exchange(slots_[slot], {});
  std::vector<Slot>& same = by_key_[open.key];
  same.erase(std::find(same.begin(), same.end(), slot));
  if (same.empty()) by_key_.erase(open.key);
  ends_.erase({open.until_ns, slot});
  waiting_.erase({open.until_ns, slot});
  bytes_ -= open.bytes;
  free_.push_back(slot);
  return open;
}

// Those whose time is over and that wait for more than that.
void Sequences::expire(uint64_t now_boot_ns) {
  for (auto at = ends_.begin(); at != ends_.end() && at->first < now_boot_ns;) {
    const Slot slot = at->second;
    ++at;
    if (!waits_for_end(slots_[slot])) (void)remove(slot);
  }
}

std::optional<Sequences::Closed> Sequences::take_closed(uint64_t now_boot_ns) {
  if (waiting_.empty() || waiting_.begin()->first >= now_boot_ns) return std::nullopt;
  Open open = remove(waiting_.begin()->second);
  drop_kin(open, true);
  return Closed{std::move(open.match), std::move(open.record), open.record_bytes, std::move(open.events), open.until_unix_ns};
}

std::optional<uint64_t> Sequences::next_close() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first);
}

void Sequences::clear() {
  slots_.clear();
  free_.clear();
  by_key_.clear();
  ends_.clear();
  waiting_.clear();
  bytes_ = 0;
}

}  // namespace recipe
