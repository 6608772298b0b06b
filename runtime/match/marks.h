// SPDX-License-Identifier: Apache-2.0
// Marks: what recipes remember of processes and files beyond one event. The kernel's bits only let through; what is here
// decides. Time is the events' own, so a replay remembers as the machine did. Who set a mark, and when, is kept for `why`.
//
//   a process has a mark if it was marked, or if it descends from a process whose tree was marked and the fork that leads to it
//   came afterwards: the start times of the processes on the way tell. Where times are not known (events that a person wrote)
//   the fork counts as later.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/artefact/artefact.h"
#include "runtime/context/context.h"
#include "runtime/event.h"

namespace recipe {

// Some 12 MiB where all are of files. What ends first goes first.
inline constexpr size_t kMaxMarks = 1u << 16;

struct Mark {
  uint32_t name = 0;  // of Marks
  bool of_file = false;
  bool tree = false;
  uint32_t pid = 0;
  uint64_t start_time = 0;  // of the process; 0: not known, then the pid alone names it
  std::string path;
  uint64_t since = 0, until = 0;  // ns from boot, as event times are; until: the first moment without it
  int64_t unix_ns = 0;            // of the event that set it
  uint32_t recipe = 0;            // of Marks
};

// Bits of LANE_MARKS for one event.
struct MarkTags {
  uint32_t tags = 0;
  bool known = true;  // else any may be set
};

class Marks {
 public:
  explicit Marks(const Artefact& artefact, size_t limit = kMaxMarks);

  // What a trigger that held for the event sets: a mark that is there stays from its first moment on and ends with the later of
  // both.
  void set(const Trigger& trigger, const Event& event);

  struct Answer {
    std::vector<const Mark*> marks;  // one a name; valid until the next set
    bool complete = true;            // else others may be there: an ancestor is missing, the path was cut
  };
  [[nodiscard]] Answer of_process(const Event& event, const Context::Ancestors& ancestors) const;
  [[nodiscard]] Answer of_file(const Event& event) const;
  [[nodiscard]] MarkTags tags(const Event& event) const;  // by the record's own ancestors, as the classifier knows them

  [[nodiscard]] const std::string& name(const Mark& mark) const { return names_[mark.name]; }
  // "by recipe `fetched` at 2026-11-23T10:00:00.000000001Z, process 4242"
  [[nodiscard]] std::string tell(const Mark& mark) const;

  void clear();
  // After a reload: what another set of recipes remembered, as far as these recipes know the name.
  void adopt(const Marks& before);

  [[nodiscard]] size_t size() const { return ends_.size(); }
  [[nodiscard]] uint64_t evicted() const { return evicted_; }  // before their time

 private:
  struct Link {  // of the line from the process upwards
    int64_t pid;
    uint64_t start_time;
  };
  [[nodiscard]] Answer of_line(const std::vector<Link>& line, bool complete, uint64_t now) const;
  [[nodiscard]] bool reaches(const Mark& mark, const std::vector<Link>& line, size_t at, uint64_t now) const;
  void put(Mark mark, uint64_t now);
  void drop(uint32_t slot);
  void enter(uint32_t slot);  // into the orders by end
  void leave(uint32_t slot);
  std::vector<uint32_t>& row(const Mark& mark);

  size_t limit_;
  std::vector<std::string> names_, recipes_;
  std::map<std::string, uint32_t, std::less<>> by_name_;
  std::vector<uint32_t> tag_of_;  // by name; 0: the kernel has no bit of it
  std::vector<Mark> slots_;
  std::vector<uint32_t> free_;
  std::unordered_map<uint32_t, std::vector<uint32_t>> by_pid_;
  std::unordered_map<std::string, std::vector<uint32_t>> by_path_;
  std::set<std::pair<uint64_t, uint32_t>> ends_;   // until, slot
  std::multiset<uint64_t> tree_ends_, file_ends_;  // while the last is in the past there is no such mark
  uint64_t evicted_ = 0;
};

}  // namespace recipe
