// SPDX-License-Identifier: Apache-2.0
// Two sets of recipes, before and after: which recipe detects what it did not, and no longer what it did, each with an event
// that shows it. An event is shown only after both sets have judged it as replay does; "the same" is said only where it is
// proved.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compile.h"

namespace recipe::recipec {

// One direction of a change.
struct Direction {
  bool none = false;                   // proved: there is no such event
  std::optional<std::string> witness;  // an event, as one line of JSON
};

enum class Change : uint8_t {
  kAdded,
  kRemoved,
  kChanged,
  kEqual,
  kUnknown
};  // kUnknown: no difference found, and none disproved

struct RecipeChange {
  std::string name;
  std::string file;  // of NEW; of a removed one of OLD
  Change change = Change::kEqual;
  Direction now;        // detected now and not before
  Direction gone;       // detected before and no longer
  bool beside = false;  // its sequence, counts, memory, marks or `enabled` are others
};

// Both must be ok. `fresh` is changed: lists that are equal to lists of `old` get their numbers. The result is sorted by name.
// progress: recipes compared, of how many; may be empty. Error: ours.
[[nodiscard]] Result<std::vector<RecipeChange>> compare(const Compilation& old, Compilation& fresh,
                                                        const std::function<void(size_t done, size_t total)>& progress);

}  // namespace recipe::recipec
