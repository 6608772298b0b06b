// SPDX-License-Identifier: Apache-2.0
// Baseline: what a step usually does, as a file that is committed, read and compared line by line.
//
//   # recipe baseline 1
//   # ...
//
//   exec /usr/bin/git
//   write {workspace}/build/*   # our own words stay
//
// Entries are sorted by kind and text. The head, up to the first empty line, is written anew each time; comments above an entry
// and behind one stay with it. Limits: 1 MiB, 4,096 entries, 4,096 bytes a line.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/baseline/pattern.h"

namespace recipe {

struct Thing {
  ThingKind kind = ThingKind::kExec;
  std::string text;  // escaped; of an entry: with `*`

  friend auto operator<=>(const Thing&, const Thing&) = default;
};

class Baseline {
 public:
  static constexpr size_t kMostBytes = 1u << 20, kMostEntries = 4'096, kMostLine = 4'096;
  static constexpr uint32_t kVersion = 1;

  // Error: the line and what is wrong with it.
  [[nodiscard]] static Result<Baseline> parse(std::string_view text);
  [[nodiscard]] std::string print() const;

  [[nodiscard]] bool knows(const Thing& thing) const;
  // Adds what is not known, and then lets one entry stand for many of one folder: files written; programs executed below a
  // place of the run. What was known stays known. The number of things that found no room.
  size_t widen(const std::vector<Thing>& things);

  [[nodiscard]] std::vector<Thing> entries() const;
  [[nodiscard]] size_t size() const { return entries_.size(); }
  // Why it may not hold all that the step does; "" where it does.
  [[nodiscard]] const std::string& incomplete() const { return incomplete_; }
  void set_incomplete(std::string why) { incomplete_ = std::move(why); }

 private:
  struct Words {
    std::vector<std::string> above;  // lines of comment, with their `#`
    std::string behind;              // the same, of one

    [[nodiscard]] bool empty() const { return above.empty() && behind.empty(); }
  };

  void drop_covered();
  void collapse_files();
  [[nodiscard]] bool collapse_folders();

  std::map<Thing, Words> entries_;
  std::vector<std::string> below_;  // comments behind the last entry
  std::string incomplete_;
};

}  // namespace recipe
