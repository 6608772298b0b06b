// SPDX-License-Identifier: Apache-2.0
// A window is named by 128 seeded bits of its recipe and values: values may be 4 KiB of argv, and whoever runs commands must
// not be able to make two of them collide.
#include "runtime/throttle.h"

#include <xxhash.h>

#include <limits>

#include "runtime/report/value.h"

namespace recipe {

bool Throttles::admit(RecipeId recipe, const Throttle& throttle, const Event& event, Context& context) {
  const int64_t now = event.time_unix_ns();
  const Key key = key_of(recipe, throttle, event, context);
  auto found = windows_.find(key);
  // Events of several processors arrive a little out of order, so an earlier one belongs to the window that is open.
  const auto is_before = [&](const Window& window) {  // by more than its length
    return now<window.begin_ns&& static_cast<uint64_t>(window.begin_ns) - static_cast<uint64_t>(now)> static_cast<uint64_t>(
               window.end_ns) -
           static_cast<uint64_t>(window.begin_ns);
  };
  const bool over = found == windows_.end() || now >= found->second.end_ns || is_before(found->second);
  if (over) {
    if (found == windows_.end()) {
      if (windows_.size() >= kMaxWindows) make_room(now);
      found = windows_.emplace(key, Window{}).first;
    }
    const auto room = static_cast<uint64_t>(std::numeric_limits<int64_t>::max() - std::max<int64_t>(now, 0));
    found->second = {now, now + static_cast<int64_t>(std::min(throttle.period_ns, room)), 0};
  }
  if (found->second.passed >= throttle.count) return false;
  ++found->second.passed;
  return true;
}

Throttles::Key Throttles::key_of(RecipeId recipe, const Throttle& throttle, const Event& event, Context& context) {
  // Each value with its length in front, absent ones told from empty ones: no two lists of values make the same bytes.
  scratch_.assign(reinterpret_cast<const char*>(&recipe.value), sizeof recipe.value);
  const auto add = [&](std::string_view bytes) {
    const auto length = static_cast<uint64_t>(bytes.size());
    scratch_.append(reinterpret_cast<const char*>(&length), sizeof length);
    scratch_.append(bytes);
  };
  for (const FieldId field : throttle.by) {
    const bool list = info(field).type == Type::kStringList && event.has(field);
    const std::optional<std::string> value = list ? std::nullopt : value_text(event, field, context);
    scratch_ += list ? 'l' : value ? 'v' : '-';
    if (list) {
      const auto count = static_cast<uint64_t>(event.argv().size());
      scratch_.append(reinterpret_cast<const char*>(&count), sizeof count);
      for (const std::string_view element : event.argv()) add(element);
    } else if (value) {
      add(*value);
    }
  }
  const XXH128_hash_t hash = XXH3_128bits_withSeed(scratch_.data(), scratch_.size(), seed_);
  return {hash.low64, hash.high64};
}

// Windows that are over go first; if all are open, all go: their recipes may report once more.
void Throttles::make_room(int64_t now_ns) {
  std::erase_if(windows_, [&](const auto& entry) { return entry.second.end_ns <= now_ns; });
  if (windows_.size() > kMaxWindows / 2) windows_.clear();
}

}  // namespace recipe
