// SPDX-License-Identifier: Apache-2.0
// Filter: what the kernel decides, before it is laid out as bytes (lay_out.h). Keys are still values here: hashes are seeded
// anew at each load.
//
// A necessary condition (law 1): for every event, a trigger's program that is true or unknown has a clause whose slot is set
// by classify. What the kernel cannot decide is simply not a term here.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/artefact/test.h"
#include "runtime/base/ids.h"

namespace recipe {

using ClauseId = Id<struct ClauseTag>;    // into Artefact::clauses
using TriggerId = Id<struct TriggerTag>;  // into Artefact::triggers
using RecipeId = Id<struct RecipeTag>;    // into Artefact::recipes

// enum key_kind of the abi; kBit is KEY_FLAG of a lane of bits, kAddress KEY_PREFIX of an address.
enum class KeyKind : uint8_t { kExact = 1, kPrefix = 2, kSuffix = 3, kFlag = 4, kBit = 5, kRange = 6, kAddress = 7 };

struct FilterKey {
  KeyKind kind = KeyKind::kExact;
  bool is_number = false;
  int64_t number = 0;  // exact: the value of an integer lane; bit: which; range: the least value that fits
  std::string text;  // exact, prefix, suffix: the bytes (prefix and suffix: 1..64); flag: one letter of [A-Za-z0-9]; address: a
                     // range of 17 bytes (runtime/base/address.h)
  int64_t last = 0;  // range: the greatest value that fits

  friend bool operator==(const FilterKey&, const FilterKey&) = default;
};

// Some key hits ⇔ the term can be true (positive); some key hits ⇒ the term is false (negated).
struct FilterTerm {
  uint8_t lane = 0;      // enum kernel_lane; argv's lanes are LANE_ARGV + 0..3, one positive term of a clause in each
  bool negated = false;  // only keys that can be compared whole: text of at most 64 bytes, no flags
  std::vector<FilterKey> keys;

  friend bool operator==(const FilterTerm&, const FilterTerm&) = default;
};

struct FilterSlot {
  std::vector<FilterTerm> terms;  // all of them; at most one positive term a lane
  std::vector<ClauseId> clauses;  // whose necessary condition this is; several where slots are shared
  uint32_t marks = 0;             // tags of marks that one of the clauses sets: the process has them from a candidate on

  friend bool operator==(const FilterSlot&, const FilterSlot&) = default;
};

struct FilterBlock {
  EventId event{};
  std::vector<std::string>
      names;  // values of the event's pivot (pivot_lane()); empty: the default block, judged for every event
  std::vector<FilterSlot> slots;  // 1..RECIPE_SLOTS; those of a named block hold for each of its names

  friend bool operator==(const FilterBlock&, const FilterBlock&) = default;
};

// What a bit of process_entry.tags says: that an ancestor has one of these names, or that the process has this mark.
struct FilterTag {
  std::vector<std::string> names;  // sorted; empty: of a mark
  std::string mark;

  friend bool operator==(const FilterTag&, const FilterTag&) = default;
};

struct Filter {
  std::vector<FilterBlock>
      blocks;                   // by event; of each at most one default block, and then its first; a name stands in at most one
  std::vector<FilterTag> tags;  // by bit of LANE_TAGS and LANE_MARKS, at most RECIPE_TAGS, each another one
  std::vector<std::string> environment;  // the names of variables that some program reads: what a record of exec holds of env.
                                         // Sorted, at most RECIPE_ENV_NAMES of at most RECIPE_ENV_NAME_BYTES
  bool writers = false;                  // some program asks for process.stdin.writers: the kernel notes who writes into pipes
  bool commands = false;                 // some program asks for the command lines of ancestors: the kernel keeps them

  friend bool operator==(const Filter&, const Filter&) = default;
};

}  // namespace recipe
