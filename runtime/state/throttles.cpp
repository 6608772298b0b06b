// SPDX-License-Identifier: Apache-2.0
#include "runtime/state/throttles.h"

#include <algorithm>
#include <utility>

namespace recipe {

bool Throttles::admit(RecipeId recipe, const Throttle& throttle, const Event& event, Context& context,
                      const std::function<Detection()>& sample) {
  const uint64_t now = event.header().time_boot_ns;
  const StateKey key = keys_.of_values(KeyOwner::kThrottle, recipe.value, throttle.by, event, context);
  auto found = windows_.find(key);
  // Events of several processors arrive a little out of order, so an earlier one belongs to the window that is open.
  const auto is_before = [&](const Window& window) {  // by more than its length
    return now < window.begin_ns && window.begin_ns - now > window.end_ns - window.begin_ns;
  };
  if (found == windows_.end()) {
    if (windows_.size() >= kMaxWindows) make_room(now);
    found = windows_.emplace(key, Window{}).first;
    found->second.begin_ns = found->second.end_ns = now;
  }
  Window& window = found->second;
  if (now >= window.end_ns || is_before(window)) {
    close(window, key);
    window = {now, now + std::min(throttle.period_ns, UINT64_MAX - now), 0, {}};
  }
  if (window.passed < throttle.count) {
    ++window.passed;
    return true;
  }
  if (!window.held) {
    window.held.emplace();
    window.held->tally.first_unix_ns = event.time_unix_ns();
    ends_.emplace(window.end_ns, key);
  }
  Held& held = *window.held;
  ++held.tally.count;
  held.tally.last_unix_ns = std::max(held.tally.last_unix_ns, event.time_unix_ns());
  if (held.samples.empty() || (held.samples.size() < kSamples && samples_ < kMaxSamples)) {
    held.samples.push_back(sample());
    ++samples_;
  }
  return false;
}

void Throttles::close(Window& window, const StateKey& key) {
  if (!window.held) return;
  Held held = std::move(*window.held);
  window.held.reset();
  ends_.erase({window.end_ns, key});
  samples_ -= held.samples.size();
  Detection told = held.samples.front();
  told.held_back = held.tally;
  told.events = std::move(held.samples);
  closed_.push_back(std::move(told));
}

std::optional<Detection> Throttles::take_closed(uint64_t now_boot_ns) {
  while (closed_.empty() && !ends_.empty() && ends_.begin()->first <= now_boot_ns) {
    const StateKey key = ends_.begin()->second;
    const auto window = windows_.find(key);
    close(window->second, key);
    windows_.erase(window);
  }
  if (closed_.empty()) return std::nullopt;
  Detection told = std::move(closed_.front());
  closed_.erase(closed_.begin());
  return told;
}

std::optional<uint64_t> Throttles::next_close() const {
  if (!closed_.empty()) return 0;
  return ends_.empty() ? std::nullopt : std::optional(ends_.begin()->first);
}

// Windows that are over go first; if all are open, all go: their recipes may report once more.
void Throttles::make_room(uint64_t now_ns) {
  const auto drop = [&](const auto& which) {
    for (auto at = windows_.begin(); at != windows_.end();) {
      if (!which(at->second)) {
        ++at;
        continue;
      }
      close(at->second, at->first);
      at = windows_.erase(at);
    }
  };
  drop([&](const Window& window) { return window.end_ns <= now_ns; });
  if (windows_.size() > kMaxWindows / 2) drop([](const Window&) { return true; });
}

}  // namespace recipe
