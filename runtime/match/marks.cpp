// SPDX-License-Identifier: Apache-2.0
#include "runtime/match/marks.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/feed/time.h"
#include "runtime/match/identity.h"

namespace recipe {
namespace {

// No machine is up for twenty years: such a time is a wall clock's, of a JSON event, and start times from boot are not below
// it.
constexpr uint64_t kNoBoot = uint64_t{20} * 365 * 24 * 3600 * 1'000'000'000;

uint64_t latest(uint64_t start_time) {
  return start_time % kStartTick == 0 ? start_time + kStartTick - 1 : start_time;
}

bool forked_since(uint64_t child_start, uint64_t since) {
  return child_start == 0 || since >= kNoBoot || latest(child_start) >= since;
}

uint64_t start_of(const Event& event) {
  return identity_of(event).start_time;
}
int64_t pid_of(const Event& event) {
  return identity_of(event).pid;
}

FieldId file_of(const Event& event) {
  return event.id() == EventId::exec ? FieldId::process_exe : FieldId::file_path;
}

}  // namespace

Marks::Marks(const Artefact& artefact, size_t limit) : limit_(limit) {
  for (const RecipeInfo& recipe : artefact.recipes) recipes_.push_back(recipe.name);
  for (const Trigger& trigger : artefact.triggers) {
    for (const MarkAction& mark : trigger.marks) {
      if (by_name_.try_emplace(mark.name, static_cast<uint32_t>(names_.size())).second) names_.push_back(mark.name);
    }
  }
  tag_of_.assign(names_.size(), 0);
  for (size_t tag = 0; tag < artefact.filter.tags.size(); ++tag) {
    const auto known = by_name_.find(artefact.filter.tags[tag].mark);
    if (known != by_name_.end()) tag_of_[known->second] = 1u << tag;
  }
}

void Marks::set(const Trigger& trigger, const Event& event) {
  const uint64_t now = event.header().time_boot_ns;
  for (const MarkAction& action : trigger.marks) {
    Mark mark;
    mark.name = by_name_.at(action.name);
    mark.of_file = action.target == MarkTarget::kFile;
    mark.tree = action.target == MarkTarget::kTree;
    if (mark.of_file) {
      const auto path = event.text(file_of(event));
      if (!path || event.truncated(file_of(event))) continue;  // its end alone names no file
      mark.path = *path;
    } else {
      mark.pid = static_cast<uint32_t>(pid_of(event));
      mark.start_time = start_of(event);
    }
    mark.since = now;
    mark.until = now + std::min(action.for_ns, UINT64_MAX - now);
    mark.unix_ns = event.time_unix_ns();
    mark.recipe = trigger.recipe.value;
    put(std::move(mark), now);
  }
}

std::vector<uint32_t>& Marks::row(const Mark& mark) {
  return mark.of_file ? by_path_[mark.path] : by_pid_[mark.pid];
}

void Marks::put(Mark mark, uint64_t now) {
  for (const uint32_t slot : row(mark)) {
    Mark& known = slots_[slot];
    if (known.name != mark.name || known.tree != mark.tree || !same_start(known.start_time, mark.start_time)) continue;
    if (known.until <= now) {
      drop(slot);
      break;
    }
    if (mark.until <= known.until) return;
    leave(slot);
    known.until = mark.until;
    enter(slot);
    return;
  }
  // What has ended makes room first; two at a time keep up with one that comes.
  for (int i = 0; i < 2 && !ends_.empty() && ends_.begin()->first <= now; ++i) drop(ends_.begin()->second);
  if (ends_.size() >= limit_) {
    ++evicted_;
    drop(ends_.begin()->second);
  }
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const uint32_t slot = free_.back();
  free_.pop_back();
  row(mark).push_back(slot);
  slots_[slot] = std::move(mark);
  enter(slot);
}

void Marks::enter(uint32_t slot) {
  const Mark& mark = slots_[slot];
  ends_.insert({mark.until, slot});
  if (mark.tree) tree_ends_.insert(mark.until);
  if (mark.of_file) file_ends_.insert(mark.until);
}

void Marks::leave(uint32_t slot) {
  const Mark& mark = slots_[slot];
  ends_.erase({mark.until, slot});
  if (mark.tree) tree_ends_.erase(tree_ends_.find(mark.until));
  if (mark.of_file) file_ends_.erase(file_ends_.find(mark.until));
}

void Marks::drop(uint32_t slot) {
  leave(slot);
  Mark& mark = slots_[slot];
  std::vector<uint32_t>& same = row(mark);
  same.erase(std::find(same.begin(), same.end(), slot));
  if (same.empty()) {
    if (mark.of_file) {
      by_path_.erase(mark.path);
    } else {
      by_pid_.erase(mark.pid);
    }
  }
  mark = {};
  free_.push_back(slot);
}

Marks::Answer Marks::of_process(const Event& event, const Context::Ancestors& ancestors) const {
  if (by_pid_.empty()) return {};
  std::vector<Link> line = {{pid_of(event), start_of(event)}};
  if (ancestors.list != nullptr) {
    for (const ProcessInfo& each : *ancestors.list)
      line.push_back({each.pid.value_or(-1), static_cast<uint64_t>(each.start_time.value_or(0))});
  }
  return of_line(line, ancestors.complete, event.header().time_boot_ns);
}

MarkTags Marks::tags(const Event& event) const {
  if (by_pid_.empty()) return {};
  std::vector<Link> line = {{pid_of(event), start_of(event)}};
  for (const Ancestor& each : event.ancestors())
    line.push_back({each.pid.value_or(-1), static_cast<uint64_t>(each.start_time.value_or(0))});
  const Answer answer = of_line(line, !event.truncated(FieldId::process_ancestors), event.header().time_boot_ns);
  MarkTags out{0, answer.complete};
  for (const Mark* mark : answer.marks) out.tags |= tag_of_[mark->name];
  return out;
}

// Has the process at the line's beginning the mark of the one at `at`?
bool Marks::reaches(const Mark& mark, const std::vector<Link>& line, size_t at, uint64_t now) const {
  if (mark.until <= now || !same_start(mark.start_time, line[at].start_time)) return false;
  return at == 0 || (mark.tree && forked_since(line[at - 1].start_time, mark.since));
}

Marks::Answer Marks::of_line(const std::vector<Link>& line, bool complete, uint64_t now) const {
  Answer answer;
  answer.complete = complete || tree_ends_.empty() || *tree_ends_.rbegin() <= now;
  for (size_t at = 0; at < line.size(); ++at) {
    if (line[at].pid < 0) continue;
    const auto known = by_pid_.find(static_cast<uint32_t>(line[at].pid));
    if (known == by_pid_.end()) continue;
    for (const uint32_t slot : known->second) {
      const Mark& mark = slots_[slot];
      const auto same = [&](const Mark* other) { return other->name == mark.name; };
      if (reaches(mark, line, at, now) && std::none_of(answer.marks.begin(), answer.marks.end(), same))
        answer.marks.push_back(&mark);
    }
  }
  return answer;
}

Marks::Answer Marks::of_file(const Event& event) const {
  if (file_ends_.empty() || *file_ends_.rbegin() <= event.header().time_boot_ns) return {};
  Answer answer;
  if (event.truncated(file_of(event))) answer.complete = false;
  const auto path = event.text(file_of(event));
  const auto known = path && answer.complete ? by_path_.find(std::string(*path)) : by_path_.end();
  if (known == by_path_.end()) return answer;
  for (const uint32_t slot : known->second) {
    if (slots_[slot].until > event.header().time_boot_ns) answer.marks.push_back(&slots_[slot]);
  }
  return answer;
}

std::string Marks::tell(const Mark& mark) const {
  std::string out = fmt::format("by recipe `{}` at {}", recipes_[mark.recipe], format_time(mark.unix_ns));
  if (!mark.of_file && mark.pid != 0) out += fmt::format(", process {}", mark.pid);
  return out;
}

void Marks::clear() {
  slots_.clear();
  free_.clear();
  by_pid_.clear();
  by_path_.clear();
  ends_.clear();
  tree_ends_.clear();
  file_ends_.clear();
}

void Marks::adopt(const Marks& before) {
  for (const auto& [until, slot] : before.ends_) {
    Mark mark = before.slots_[slot];
    const auto known = by_name_.find(before.names_[mark.name]);
    if (known == by_name_.end()) continue;
    mark.name = known->second;
    const std::string& recipe = before.recipes_[mark.recipe];
    const auto at = std::find(recipes_.begin(), recipes_.end(), recipe);
    mark.recipe = static_cast<uint32_t>(at - recipes_.begin());
    if (at == recipes_.end()) recipes_.push_back(recipe);
    put(std::move(mark), 0);
  }
}

}  // namespace recipe
