// SPDX-License-Identifier: Apache-2.0
// Random filters and events over a small world, and the slow, obvious judge of them: a slot is a candidate if each of its terms
// holds, looked at one by one. What the classifiers in the kernel and in userspace must say is exactly this.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/artefact/filter.h"
#include "runtime/artefact/keys.h"
#include "runtime/base/address.h"
#include "runtime/classify/classify.h"
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

// 16 bytes with few different beginnings, and now and then an IPv4 address.
inline std::string random_address(Dice& dice) {
  std::string address(kAddressBytes, '\0');
  if (dice.chance(50)) {
    address[10] = address[11] = '\xff';
    for (size_t i = 12; i < kAddressBytes; ++i) address[i] = static_cast<char>(dice.below(3) * 127);
  } else {
    for (const size_t i : {0, 1, 7, 8, 15}) address[i] = static_cast<char>(dice.below(3) * 127);
  }
  return address;
}

inline FilterKey random_number_key(Dice& dice, uint32_t lane) {
  FilterKey key;
  const auto value = [&] { return lane == LANE_PORT ? int64_t{dice.below(8)} * 100 : int64_t{dice.below(3)}; };
  if (lane != LANE_SELF && dice.chance(40)) {
    key.kind = KeyKind::kRange;
    key.number = dice.chance(20) ? INT64_MIN : value();
    key.last = dice.chance(20) ? INT64_MAX : std::max(key.number, value());
    return key;
  }
  key.is_number = true;
  key.number = lane != LANE_PORT && lane != LANE_SELF && dice.chance(10) ? int64_t{0xffffffff} : value();
  return key;
}

// tags: those of the lane, which has some.
inline FilterKey random_bit_key(Dice& dice, uint32_t lane, const std::vector<uint32_t>& tags) {
  FilterKey key;
  key.kind = KeyKind::kBit;
  key.number = is_tag_lane(lane) ? tags[dice.below(static_cast<uint32_t>(tags.size()))] : dice.below(6);
  return key;
}

inline FilterKey random_key(Dice& dice, uint32_t lane, bool negated, const std::vector<uint32_t>& tags) {
  if (is_number_lane(lane)) return random_number_key(dice, lane);
  if (kind_of_lane(lane) == LANE_IS_BITS) return random_bit_key(dice, lane, tags);
  FilterKey key;
  if (lane == LANE_IP) {
    const auto length = dice.chance(20) ? dice.below(129) : 8 * dice.below(17);
    key.kind = KeyKind::kAddress;
    key.text = random_address(dice);
    for (uint32_t bit = length; bit < 8 * kAddressBytes; ++bit)
      key.text[bit / 8] = static_cast<char>(key.text[bit / 8] & ~(0x80 >> (bit % 8)));
    key.text.push_back(static_cast<char>(length));
    return key;
  }
  if (is_argv_lane(lane) && !negated && dice.chance(30)) {
    key.kind = KeyKind::kFlag;
    key.text = std::string(1, "ela09xZ"[dice.below(7)]);
    return key;
  }
  key.kind = static_cast<KeyKind>(1 + dice.below(3));
  key.text = is_argv_lane(lane) ? random_element(dice) : random_text(dice);
  if (key.kind != KeyKind::kExact && key.text.empty()) key.text = "a";
  if (key.kind != KeyKind::kExact || negated) key.text.resize(std::min<size_t>(key.text.size(), RECIPE_HASHED_BYTES));
  return key;
}

// What a clause of the event can constrain.
inline std::vector<uint8_t> lanes_of(EventId event) {
  std::vector<uint8_t> lanes = {LANE_TAGS, LANE_MARKS};
  if (has_field(event, FieldId::file_path)) lanes.push_back(LANE_SELF);
  for (const FieldInfo& field : all_fields()) {
    if (field.lane == Lane::kNone || field.lane == Lane::kMarks || !has_field(event, field.id)) continue;
    lanes.push_back(static_cast<uint8_t>(field.lane));
  }
  for (uint32_t i = 0; i < RECIPE_ARGV_LANES; ++i) lanes.push_back(static_cast<uint8_t>(LANE_ARGV + i));
  return lanes;
}

inline FilterSlot random_slot(Dice& dice, const std::vector<uint8_t>& lanes, const Filter& filter) {
  FilterSlot slot;
  std::vector<uint32_t> names, marks;
  for (uint32_t tag = 0; tag < filter.tags.size(); ++tag) (filter.tags[tag].mark.empty() ? names : marks).push_back(tag);
  uint32_t positive = 0;
  for (uint32_t t = dice.below(4); t > 0; --t) {
    FilterTerm term;
    term.lane = lanes[dice.below(static_cast<uint32_t>(lanes.size()))];
    const bool taken = ((positive >> term.lane) & 1) != 0;
    term.negated = !is_tag_lane(term.lane) && (dice.chance(35) || taken);
    const std::vector<uint32_t>& tags = term.lane == LANE_MARKS ? marks : names;
    if (is_tag_lane(term.lane) && (taken || tags.empty())) continue;
    if (!term.negated) positive |= 1u << term.lane;
    for (uint32_t k = 1 + dice.below(3); k > 0; --k) term.keys.push_back(random_key(dice, term.lane, term.negated, tags));
    slot.terms.push_back(std::move(term));
  }
  for (const uint32_t mark : marks) {
    if (dice.chance(20)) slot.marks |= 1u << mark;
  }
  return slot;
}

// Of one event, with tags of names and of marks.
inline Filter random_filter(Dice& dice, EventId event = EventId::exec) {
  Filter filter;
  for (uint32_t i = dice.below(4); i > 0; --i) {
    FilterTag tag;
    if (dice.chance(50)) {
      tag.mark = "m" + std::to_string(i);
    } else {
      tag.names = {random_name(dice)};
    }
    if (std::find(filter.tags.begin(), filter.tags.end(), tag) == filter.tags.end()) filter.tags.push_back(std::move(tag));
  }
  const std::vector<uint8_t> lanes = lanes_of(event);
  const uint32_t blocks = 1 + dice.below(4);
  std::vector<std::string> used;
  for (uint32_t i = 0; i < blocks; ++i) {
    FilterBlock block;
    block.event = event;
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
      block.slots.push_back(random_slot(dice, lanes, filter));
      block.slots.back().clauses = {ClauseId{s}};
    }
    filter.blocks.push_back(std::move(block));
  }
  return filter;
}

inline void add_path(Dice& dice, EventValues& event, FieldId path, const std::string& name) {
  event.texts.emplace_back(path, (dice.chance(50) ? "/" : random_text(dice) + "/") + name);
  if (event.texts.back().second[0] != '/') event.texts.back().second.insert(0, "/");
  if (dice.chance(10)) event.truncated.push_back(path);
}

inline void add_event_fields(Dice& dice, EventValues& event, const std::string& pivot, const std::string& program) {
  const auto has = [&](FieldId field) { return has_field(event.event, field) && !dice.chance(15); };
  if (has(FieldId::process_traits)) event.numbers.emplace_back(FieldId::process_traits, dice.below(64));
  if (has(FieldId::file_access)) event.numbers.emplace_back(FieldId::file_access, dice.below(64));
  if (has(FieldId::file_path)) add_path(dice, event, FieldId::file_path, dice.chance(20) ? program : pivot);
  if (has(FieldId::dst_ip)) event.texts.emplace_back(FieldId::dst_ip, random_address(dice));
  if (has(FieldId::dst_port)) event.numbers.emplace_back(FieldId::dst_port, dice.below(8) * 100);
  if (has(FieldId::socket_path)) add_path(dice, event, FieldId::socket_path, random_name(dice));
  if (has(FieldId::dns_question)) {
    event.texts.emplace_back(FieldId::dns_question, random_text(dice));
    if (dice.chance(10)) event.truncated.push_back(FieldId::dns_question);
  }
}

// Some fields absent, some truncated; names now and then those of the filter.
inline EventValues random_values(Dice& dice, const Filter& filter, EventId id = EventId::exec) {
  EventValues event;
  event.event = id;
  for (const FieldId field : {FieldId::process_uid, FieldId::process_gid, FieldId::process_euid}) {
    if (!dice.chance(10)) event.numbers.emplace_back(field, dice.chance(10) ? int64_t{0xffffffff} : dice.below(3));
  }
  std::string pivot = random_name(dice);
  if (!filter.blocks.empty() && dice.chance(70)) {
    const FilterBlock& block = filter.blocks[dice.below(static_cast<uint32_t>(filter.blocks.size()))];
    if (!block.names.empty()) pivot = block.names[dice.below(static_cast<uint32_t>(block.names.size()))];
  }
  const std::string name = pivot_lane(id) == LANE_NAME ? pivot : random_name(dice);
  event.texts.emplace_back(FieldId::process_name, name);
  if (!dice.chance(15)) add_path(dice, event, FieldId::process_exe, name);
  if (!dice.chance(10)) {
    std::vector<std::string>& argv = event.argv.emplace();
    for (uint32_t n = dice.chance(3) ? 250 + dice.below(20) : dice.below(6); n > 0; --n) argv.push_back(random_element(dice));
    if (dice.chance(10)) event.truncated.push_back(FieldId::argv);
  }
  if (!dice.chance(15)) {
    event.ancestors.emplace();
    for (uint32_t n = 1 + dice.below(3); n > 0; --n) {
      EventValues::AncestorValues& ancestor = event.ancestors->emplace_back();
      ancestor.pid = 7 + n;
      if (dice.chance(15)) continue;
      ancestor.name = random_name(dice);
      if (filter.tags.empty() || !dice.chance(40)) continue;
      const FilterTag& tag = filter.tags[dice.below(static_cast<uint32_t>(filter.tags.size()))];
      if (!tag.names.empty()) ancestor.name = tag.names[0];
    }
    if (dice.chance(5)) event.truncated.push_back(FieldId::process_ancestors);
  }
  add_event_fields(dice, event, pivot, name);
  return event;
}

// Marks of the filter that the event's process has; now and then not known.
inline Classifier::MarkBits random_marks(Dice& dice, const Filter& filter) {
  Classifier::MarkBits marks;
  for (uint32_t tag = 0; tag < filter.tags.size(); ++tag) {
    if (!filter.tags[tag].mark.empty() && dice.chance(50)) marks.tags |= 1u << tag;
  }
  marks.known = !dice.chance(5);
  return marks;
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

// What is asked, beside the event: the filter's tags and the process's marks.
struct Asked {
  const Filter& filter;
  const Event& event;
  Classifier::MarkBits marks;
};

inline Holds decided(bool any, bool negated) {
  return any != negated ? Holds::kYes : Holds::kNo;
}

inline Holds tags_hold(const FilterTerm& term, const Asked& asked) {
  if (term.lane == LANE_MARKS) {
    if (!asked.marks.known) return Holds::kMaybe;
    return decided(std::any_of(term.keys.begin(), term.keys.end(),
                               [&](const FilterKey& key) { return (asked.marks.tags >> key.number & 1) != 0; }),
                   false);
  }
  bool any = false, open = asked.event.truncated(FieldId::process_ancestors);
  for (const Ancestor& ancestor : asked.event.ancestors()) {
    open = open || !ancestor.name;
    for (const FilterKey& key : term.keys) {
      for (const std::string& name : asked.filter.tags[static_cast<size_t>(key.number)].names)
        any = any || (ancestor.name && looks_like(*ancestor.name, name));
    }
  }
  return open ? Holds::kMaybe : decided(any, false);
}

inline Holds self_holds(const FilterTerm& term, const Event& event) {
  for (const FieldId field : {FieldId::file_name, FieldId::process_name, FieldId::file_path, FieldId::process_exe}) {
    if (event.truncated(field)) return Holds::kMaybe;
  }
  const auto file = event.text(FieldId::file_path), exe = event.text(FieldId::process_exe);
  const auto last = [](std::string_view path) { return path.substr(path.rfind('/') + 1); };
  const int64_t value = file && exe && last(*file) == last(*exe) ? 1 : 0;
  return decided(std::any_of(term.keys.begin(), term.keys.end(), [&](const FilterKey& key) { return key.number == value; }),
                 term.negated);
}

inline bool number_hits(const FilterKey& key, int64_t value) {
  if (key.kind == KeyKind::kBit) return (value >> key.number & 1) != 0;
  return key.kind == KeyKind::kRange ? key.number <= value && value <= key.last : key.number == value;
}

inline bool address_hits(const std::string& range, std::string_view value) {
  for (uint32_t bit = 0; bit < static_cast<unsigned char>(range[kAddressBytes]); ++bit) {
    if (((range[bit / 8] ^ value[bit / 8]) & (0x80 >> (bit % 8))) != 0) return false;
  }
  return true;
}

inline Holds term_holds(const FilterTerm& term, const Asked& asked) {
  const Event& event = asked.event;
  if (is_argv_lane(term.lane)) return argv_holds(term, event);
  if (is_tag_lane(term.lane)) return tags_hold(term, asked);
  if (term.lane == LANE_SELF) return self_holds(term, event);
  const FieldId field = field_of_lane(term.lane);
  const bool parent_cut = event.ancestors().empty() && event.truncated(FieldId::process_ancestors);
  if (event.truncated(field) || (term.lane == LANE_PARENT_NAME && parent_cut)) return Holds::kMaybe;
  bool any = false;
  for (const FilterKey& key : term.keys) {
    if (storage_of(info(field).type) == Storage::kNumber) {
      const auto number = event.number(field);
      any = any || (number && number_hits(key, *number));
    } else if (const auto text = event.text(field)) {
      any = any || (key.kind == KeyKind::kAddress ? address_hits(key.text, *text) : key_hits(key, *text));
    }
  }
  return decided(any, term.negated);
}

inline bool wants_name(const FilterBlock& block, const Event& event) {
  const auto name = event.text(field_of_lane(pivot_lane(block.event)));
  const auto is_it = [&](const std::string& wanted) { return name && looks_like(*name, wanted); };
  return block.names.empty() || std::any_of(block.names.begin(), block.names.end(), is_it);
}

// The candidate slots of a block whose name fits.
inline std::vector<uint64_t> expected_bits(const FilterBlock& block, const Asked& asked) {
  std::vector<uint64_t> bits((block.slots.size() + 63) / 64);
  for (size_t slot = 0; slot < block.slots.size(); ++slot) {
    bool candidate = true;
    for (const FilterTerm& term : block.slots[slot].terms) candidate = candidate && term_holds(term, asked) != Holds::kNo;
    if (candidate) bits[slot / 64] |= 1ull << (slot % 64);
  }
  return bits;
}

// The events that the kernel has an index for, each with the lanes of its fields.
inline std::vector<EventId> events_of_lanes() {
  std::vector<EventId> events;
  for (const EventInfo& event : all_events()) events.push_back(event.id);
  return events;
}

}  // namespace recipe::test
