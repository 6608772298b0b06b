// SPDX-License-Identifier: Apache-2.0
// Random filters and events over a small world, and the slow, obvious judge of them: a slot is a candidate if each of its terms
// holds, looked at one by one. What the classifiers in the kernel and in userspace must say is exactly this.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bpf/abi/filter_image.h"
#include "runtime/artefact/filter.h"
#include "runtime/event.h"

namespace recipe::test {

class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint32_t below(uint32_t bound) {  // splitmix64
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return static_cast<uint32_t>((z ^ (z >> 31)) % bound);
  }
  bool chance(uint32_t percent) { return below(100) < percent; }

 private:
  uint64_t state_;
};

// Few letters, lengths around words of 8 and the 64 bytes that are hashed.
inline std::string random_text(Dice& dice) {
  static constexpr uint32_t kLengths[] = {0, 1, 1, 2, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 63, 64, 65, 100, 200};
  std::string text(kLengths[dice.below(std::size(kLengths))], 'a');
  if (!text.empty()) {
    text.front() = "ab-/"[dice.below(4)];
    text.back() = "ab-e"[dice.below(4)];
    if (dice.chance(30)) text[dice.below(static_cast<uint32_t>(text.size()))] = 'b';
  }
  return text;
}

inline std::string random_name(Dice& dice) {
  std::string text = random_text(dice);
  for (char& c : text) c = c == '/' ? 'c' : c;
  return text.empty() ? "perl" : text;
}

inline std::string random_element(Dice& dice) {
  static const std::string kOptions[] = {"-e", "-le", "--",  "-", "--e", "-abcdefghijklmnopqrstuvwxyzABCDEF",
                                         "-0", "-9x", "-_e", "e"};
  return dice.chance(40) ? kOptions[dice.below(std::size(kOptions))] : random_text(dice);
}

inline FilterKey random_key(Dice& dice, uint32_t lane, bool negated) {
  FilterKey key;
  if (lane == LANE_UID || lane == LANE_GID || lane == LANE_EUID) {
    key.is_number = true;
    key.number = dice.chance(10) ? int64_t{0xffffffff} : dice.below(3);
    return key;
  }
  const bool argv = lane >= LANE_ARGV && lane < LANE_ARGV + RECIPE_ARGV_LANES;
  if (argv && !negated && dice.chance(30)) {
    key.kind = KeyKind::kFlag;
    key.text = std::string(1, "ela09xZ"[dice.below(7)]);
    return key;
  }
  key.kind = static_cast<KeyKind>(1 + dice.below(3));
  key.text = argv ? random_element(dice) : random_text(dice);
  if (key.kind != KeyKind::kExact && key.text.empty()) key.text = "a";
  if (key.kind != KeyKind::kExact || negated) key.text.resize(std::min<size_t>(key.text.size(), RECIPE_HASHED_BYTES));
  return key;
}

inline Filter random_filter(Dice& dice) {
  static constexpr uint8_t kLanes[] = {LANE_NAME, LANE_UID,      LANE_GID,      LANE_EUID,        LANE_ARGV, LANE_ARGV,
                                       LANE_ARGV, LANE_ARGV + 1, LANE_ARGV + 3, LANE_PARENT_NAME, LANE_EXE,  LANE_EXE};
  Filter filter;
  const uint32_t blocks = 1 + dice.below(4);
  std::vector<std::string> used;
  for (uint32_t i = 0; i < blocks; ++i) {
    FilterBlock block;
    block.event = EventId::exec;
    if (i > 0 || dice.chance(50)) {
      for (uint32_t n = 1 + dice.below(3); n > 0; --n) {
        std::string name = random_name(dice);
        if (std::find(used.begin(), used.end(), name) != used.end()) continue;
        used.push_back(name);
        block.names.push_back(std::move(name));
      }
      if (block.names.empty()) continue;
    }
    const uint32_t slots = dice.chance(20) ? 60 + dice.below(200) : 1 + dice.below(8);
    for (uint32_t s = 0; s < slots; ++s) {
      FilterSlot& slot = block.slots.emplace_back();
      slot.clauses = {ClauseId{s}};
      uint32_t positive = 0;
      for (uint32_t t = dice.below(4); t > 0; --t) {
        FilterTerm term;
        term.lane = kLanes[dice.below(std::size(kLanes))];
        term.negated = dice.chance(35) || ((positive >> term.lane) & 1) != 0;
        if (!term.negated) positive |= 1u << term.lane;
        for (uint32_t k = 1 + dice.below(3); k > 0; --k) term.keys.push_back(random_key(dice, term.lane, term.negated));
        slot.terms.push_back(std::move(term));
      }
    }
    filter.blocks.push_back(std::move(block));
  }
  return filter;
}

// Some fields absent, some truncated; names now and then those of the filter.
inline EventValues random_values(Dice& dice, const Filter& filter) {
  EventValues event;
  event.event = EventId::exec;
  for (const FieldId field : {FieldId::process_uid, FieldId::process_gid, FieldId::process_euid}) {
    if (!dice.chance(10)) event.numbers.emplace_back(field, dice.chance(10) ? int64_t{0xffffffff} : dice.below(3));
  }
  std::string name = random_name(dice);
  if (!filter.blocks.empty() && dice.chance(70)) {
    const FilterBlock& block = filter.blocks[dice.below(static_cast<uint32_t>(filter.blocks.size()))];
    if (!block.names.empty()) name = block.names[dice.below(static_cast<uint32_t>(block.names.size()))];
  }
  event.texts.emplace_back(FieldId::process_name, name);
  if (!dice.chance(15)) {
    event.texts.emplace_back(FieldId::process_exe, (dice.chance(50) ? "/" : random_text(dice) + "/") + name);
    if (event.texts.back().second[0] != '/') event.texts.back().second.insert(0, "/");
    if (dice.chance(10)) event.truncated.push_back(FieldId::process_exe);
  }
  if (!dice.chance(10)) {
    std::vector<std::string>& argv = event.argv.emplace();
    for (uint32_t n = dice.chance(3) ? 250 + dice.below(20) : dice.below(6); n > 0; --n) argv.push_back(random_element(dice));
    if (dice.chance(10)) event.truncated.push_back(FieldId::argv);
  }
  if (!dice.chance(15)) {
    EventValues::AncestorValues parent;
    parent.pid = 7;
    if (!dice.chance(15)) parent.name = random_name(dice);
    event.ancestors.emplace().push_back(parent);
  }
  return event;
}

enum class Holds { kNo, kYes, kMaybe };

// As whole strings are hashed: by length and first 64 bytes. What excludes has at most 64 bytes.
inline bool looks_like(std::string_view a, std::string_view b) {
  return a.size() == b.size() && a.substr(0, RECIPE_HASHED_BYTES) == b.substr(0, RECIPE_HASHED_BYTES);
}

inline bool key_hits(const FilterKey& key, std::string_view value) {
  switch (key.kind) {
    case KeyKind::kExact:
      return looks_like(value, key.text);
    case KeyKind::kPrefix:
      return value.starts_with(key.text);
    case KeyKind::kSuffix:
      return value.ends_with(key.text);
    case KeyKind::kBit:
    case KeyKind::kRange:
    case KeyKind::kAddress:
      return false;  // of no text
    case KeyKind::kFlag:
      return value.size() > 1 && value[0] == '-' && value[1] != '-' &&
             (value.size() > RECIPE_FLAG_BYTES || value.substr(1).find(key.text[0]) != std::string_view::npos);
  }
  return false;
}

inline Holds argv_holds(const FilterTerm& term, const Event& event) {
  if (!event.has(FieldId::argv)) return term.negated ? Holds::kYes : Holds::kNo;
  const auto argv = event.argv();
  const bool cut = event.truncated(FieldId::argv);
  bool any = false;
  const size_t whole = std::min<size_t>(cut && !argv.empty() ? argv.size() - 1 : argv.size(), RECIPE_ARGS);
  for (size_t i = 0; i < whole; ++i) {
    for (const FilterKey& key : term.keys) any = any || ((key.kind != KeyKind::kFlag || i > 0) && key_hits(key, argv[i]));
  }
  const bool all_seen = !cut && argv.size() <= RECIPE_ARGS;
  if (any && term.negated) return Holds::kNo;
  if (!all_seen) return Holds::kMaybe;
  return any != term.negated ? Holds::kYes : Holds::kNo;
}

inline Holds term_holds(const FilterTerm& term, const Event& event) {
  if (term.lane >= LANE_ARGV && term.lane < LANE_ARGV + RECIPE_ARGV_LANES) return argv_holds(term, event);
  const FieldId field = term.lane == LANE_NAME          ? FieldId::process_name
                        : term.lane == LANE_UID         ? FieldId::process_uid
                        : term.lane == LANE_GID         ? FieldId::process_gid
                        : term.lane == LANE_EUID        ? FieldId::process_euid
                        : term.lane == LANE_PARENT_NAME ? FieldId::process_parent_name
                                                        : FieldId::process_exe;
  if (event.truncated(field)) return Holds::kMaybe;
  bool any = false;
  for (const FilterKey& key : term.keys) {
    if (key.is_number)
      any = any || event.number(field) == key.number;
    else if (const auto text = event.text(field))
      any = any || key_hits(key, *text);
  }
  return any != term.negated ? Holds::kYes : Holds::kNo;
}

inline bool wants_name(const FilterBlock& block, const Event& event) {
  const auto name = event.text(FieldId::process_name);
  const auto is_it = [&](const std::string& wanted) { return name && looks_like(*name, wanted); };
  return block.names.empty() || std::any_of(block.names.begin(), block.names.end(), is_it);
}

// The candidate slots of a block whose name fits.
inline std::vector<uint64_t> expected_bits(const FilterBlock& block, const Event& event) {
  std::vector<uint64_t> bits((block.slots.size() + 63) / 64);
  for (size_t slot = 0; slot < block.slots.size(); ++slot) {
    bool candidate = true;
    for (const FilterTerm& term : block.slots[slot].terms) candidate = candidate && term_holds(term, event) != Holds::kNo;
    if (candidate) bits[slot / 64] |= 1ull << (slot % 64);
  }
  return bits;
}

}  // namespace recipe::test
