// SPDX-License-Identifier: Apache-2.0
#include "runtime/state/counts.h"

#include <algorithm>
#include <utility>

namespace recipe {

// With the start of the process that the key names by its number alone; 0: of values, or not known.
std::optional<std::pair<StateKey, uint64_t>> Counts::key_of(uint32_t number, const Event& event, Context& context) {
  const GroupBy& by = counts_[number - 1].by;
  ProcessIdentity process;
  if (by.relation == GroupRelation::kProcess) process = identity_of(event);
  if (by.relation == GroupRelation::kParent) {
    const std::vector<ProcessIdentity> line = line_of(event, context);
    if (line.size() < 2 || line[1].pid < 0) return std::nullopt;
    process = line[1];
  }
  const auto pid = by.relation == GroupRelation::kValues ? std::nullopt : std::optional(process.pid);
  const auto key = keys_.of_group(KeyOwner::kCount, number, pid, by.fields, event, context);
  if (!key) return std::nullopt;
  return std::pair(*key, process.start_time);
}

void Counts::forget(Window& window) {
  times_ -= window.times.size();
  samples_ -= window.samples.size();
  window.times.clear();
  window.samples.clear();
  window.oldest = 0;
}

// Of events that have left the window.
void Counts::drop_samples(Window& window, int64_t before_unix_ns) {
  samples_ -= std::erase_if(window.samples, [&](const Detection& each) { return each.time_unix_ns < before_unix_ns; });
}

void Counts::make_room(size_t times) {
  while (!windows_.empty() && (windows_.size() >= kMaxWindows || times_ + times > kMaxTimes)) {
    const auto oldest = windows_.find(by_use_.front());
    forget(oldest->second);
    by_use_.pop_front();
    windows_.erase(oldest);
    ++evicted_;
  }
}

std::optional<Counts::Reached> Counts::add(uint32_t number, const Event& event, Context& context,
                                           const std::function<Detection()>& sample) {
  const Count& count = counts_[number - 1];
  const auto key = key_of(number, event, context);
  if (!key) return std::nullopt;
  auto found = windows_.find(key->first);
  if (found == windows_.end()) {
    make_room(1);
    found = windows_.emplace(key->first, Window{}).first;
    found->second.start_time = key->second;
    found->second.used = by_use_.insert(by_use_.end(), key->first);
  }
  Window& window = found->second;
  by_use_.splice(by_use_.end(), by_use_, window.used);
  if (!same_start(window.start_time, key->second)) {  // another process has got its number
    forget(window);
    window.start_time = key->second;
  }
  const Moment now{event.header().time_boot_ns, event.time_unix_ns()};
  // Events of several processors arrive a little out of order: what is older than the time allows is older than the newest.
  if (window.times.size() == count.least) {
    window.times[window.oldest] = now;
    window.oldest = (window.oldest + 1) % window.times.size();
  } else {
    if (times_ + 1 > kMaxTimes) {
      ++evicted_;
      forget(window);
    }
    window.times.push_back(now);
    ++times_;
  }
  if (window.samples.size() < kSamples && samples_ < kMaxSamples) {
    window.samples.push_back(sample());
    ++samples_;
  }
  if (window.times.size() < count.least) return std::nullopt;
  const Moment& oldest = window.times[window.oldest];
  const uint64_t last = std::max(now.boot_ns, oldest.boot_ns);
  drop_samples(window, oldest.unix_ns);
  if (last - oldest.boot_ns > count.within_ns) return std::nullopt;
  Reached reached{{window.times.size(), oldest.unix_ns, now.unix_ns}, window.samples};
  forget(window);
  return reached;
}

void Counts::clear() {
  windows_.clear();
  by_use_.clear();
  times_ = samples_ = 0;
}

}  // namespace recipe
