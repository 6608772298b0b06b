// SPDX-License-Identifier: Apache-2.0
// Filter → image. In: blocks of slots, keys as values. Out: the bytes that bpf/lib/classify.h reads. Layout, one after another:
//
//   header | pivot buckets of each event | for each block: filter_block, all, defaults, lengths, index buckets | runs and
//   literals, shared by all
//
// A key's run says what its hit does: a RUN_SET for each lane and word, a RUN_CLEAR for each word. Equal runs stand once, as
// do equal literals. Tables start half full and double until no bucket overflows; past kMaxBuckets it is an error.
#include "runtime/artefact/lay_out.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <map>
#include <string>
#include <unordered_map>

#include "runtime/artefact/keys.h"
#include "runtime/base/address.h"

namespace recipe {
namespace {

constexpr uint32_t kLine = 64;
constexpr uint32_t kPivotEntries = 16;
constexpr uint32_t kIndexEntries = 8;

class ImageWriter {
 public:
  // Zeros, aligned; offset, also where it does not fit: then full() holds and what is written there goes nowhere.
  uint32_t reserve(size_t bytes, uint32_t alignment) {
    const size_t at = (used_ + alignment - 1) / alignment * alignment;
    if (full_ || bytes > RECIPE_IMAGE_BYTES || at + bytes > RECIPE_IMAGE_BYTES) {
      full_ = true;
      return 0;
    }
    used_ = at + bytes;
    words_.resize((used_ + 7) / 8);
    return static_cast<uint32_t>(at);
  }
  void write(uint32_t at, const void* from, size_t bytes) {
    if (!full_) std::memcpy(reinterpret_cast<char*>(words_.data()) + at, from, bytes);
  }
  uint32_t append(const void* from, size_t bytes) {
    const uint32_t at = reserve(bytes, 8);
    write(at, from, bytes);
    return at;
  }
  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] uint32_t used() const { return static_cast<uint32_t>(used_); }
  FilterImage take() { return std::move(words_); }

 private:
  FilterImage words_;
  size_t used_ = 0;
  bool full_ = false;
};

// A range's halves as numbers and its length: as classify.h's judge_prefix makes them.
struct Address {
  uint64_t high = 0, low = 0, length = 0;
};
Address masked(const std::string& range) {
  Address out;
  for (size_t i = 0; i < kAddressBytes; ++i) {
    uint64_t& half = i < 8 ? out.high : out.low;
    half = half << 8 | static_cast<unsigned char>(range[i]);
  }
  out.length = static_cast<unsigned char>(range[kAddressBytes]);
  return out;
}

run_kind clear_kind(KeyKind kind) {
  switch (kind) {
    case KeyKind::kExact:
      return RUN_CLEAR_EXACT;
    case KeyKind::kPrefix:
    case KeyKind::kAddress:
      return RUN_CLEAR_PREFIX;
    case KeyKind::kSuffix:
      return RUN_CLEAR_SUFFIX;
    case KeyKind::kFlag:
    case KeyKind::kBit:
      return RUN_CLEAR_FLAG;
    case KeyKind::kRange:
      return RUN_CLEAR_RANGE;
  }
  return RUN_CLEAR_EXACT;
}

uint64_t hash_key(uint64_t seed, uint32_t lane, const FilterKey& key) {
  if (key.kind == KeyKind::kFlag) return key_of_flag(seed, LANE_ARGV, flag_bit(static_cast<unsigned char>(key.text[0])));
  if (key.kind == KeyKind::kBit) return key_of_flag(seed, lane, static_cast<uint32_t>(key.number));
  if (key.kind == KeyKind::kAddress) {
    const Address address = masked(key.text);
    return key_of_address(seed, address.high, address.low, static_cast<uint32_t>(address.length));
  }
  if (key.is_number) return key_of_number(seed, key_lane(lane), static_cast<uint64_t>(key.number));
  return key_of_text(seed, key_lane(lane), static_cast<uint32_t>(key.kind), key.text.data(),
                     static_cast<uint32_t>(key.text.size()));
}

// A table of hashed entries: the least power of two of buckets, half full or less, in which no bucket overflows. 0: none.
uint32_t choose_buckets(const std::vector<uint64_t>& hashes, uint32_t entries, uint32_t limit) {
  uint32_t buckets = std::bit_ceil(static_cast<uint32_t>(std::max<size_t>(1, (2 * hashes.size() + entries - 1) / entries)));
  if (hashes.size() <= entries) buckets = 1;
  std::vector<uint32_t> fill;
  for (; buckets <= limit; buckets *= 2) {
    fill.assign(buckets, 0);
    bool fits = true;
    for (const uint64_t hash : hashes) fits = fits && ++fill[(hash >> 32) & (buckets - 1)] <= entries;
    if (fits) return buckets;
  }
  return 0;
}

class LayOut {
 public:
  LayOut(const Filter& filter, uint64_t seed, uint32_t generation) : filter_(filter), seed_(seed), generation_(generation) {}

  Result<FilterImage> run() {
    image_.reserve(sizeof(filter_header), kLine);
    if (Status status = gather_pivots(); !status) return status.error();
    for (uint32_t i = 0; i < filter_.blocks.size() && !image_.full(); ++i) {
      if (Status status = write_block(i); !status) return status.error();
    }
    filter_header header{};
    header.env_names = static_cast<record_u32>(filter_.environment.size());
    header.env_offset = write_names();
    if (image_.full()) return Error{"the filter does not fit into " + std::to_string(RECIPE_IMAGE_BYTES) + " bytes"};
    write_pivots();
    header.seed = seed_;
    header.generation = generation_;
    header.bytes = image_.used();
    header.flags = static_cast<record_u32>((filter_.writers ? FILTER_WRITERS : 0) | (filter_.commands ? FILTER_COMMANDS : 0));
    header.tags = static_cast<record_u32>((uint64_t{1} << filter_.tags.size()) - 1);
    for (size_t tag = 0; tag < filter_.tags.size(); ++tag) {
      if (filter_.tags[tag].mark.empty()) continue;
      header.marks |= 1u << tag;
      header.mark_name[tag] = mark_name(filter_.tags[tag].mark);
    }
    for (uint32_t event = 0; event < RECIPE_EVENTS; ++event) {
      header.event[event] = {pivots_[event].offset, pivots_[event].buckets - 1, pivots_[event].default_block,
                             pivots_[event].wanted, pivots_[event].default_access};
    }
    image_.write(0, &header, sizeof header);
    return image_.take();
  }

 private:
  struct Effect {  // of one key
    // by lane, word: bits to set;  by word: bits to clear
    std::map<std::pair<uint32_t, uint32_t>, uint64_t> set;
    std::map<uint32_t, uint64_t> clear;
    uint32_t clear_lane = 0;
  };
  using Effects = std::unordered_map<std::string, Effect>;  // by lane of the key, kind, value

  struct Pivot {  // of one event
    uint32_t offset = 0, buckets = 1, default_block = 0;
    uint16_t wanted = 0, default_access = 0;
    std::vector<uint64_t> hashes;  // of all names, those of ancestors too
  };

  struct Interval {  // a range key of one slot
    int64_t first = 0, last = 0;
    bool negated = false;
    uint32_t word = 0;
    uint64_t bit = 0;
  };

  struct KeyBytes {  // a key's place in Effects, and back
    uint32_t lane;
    FilterKey key;
  };

  // The variables that recipes read. Names are verified before: at most RECIPE_ENV_NAMES, none too long.
  uint32_t write_names() {
    const uint32_t offset = image_.reserve(static_cast<uint32_t>(filter_.environment.size() * sizeof(env_name)), 8);
    for (size_t i = 0; i < filter_.environment.size() && !image_.full(); ++i) {
      const std::string text = filter_.environment[i] + "=";
      env_name entry{};
      entry.bytes = static_cast<record_u32>(std::min(text.size(), sizeof entry.text));
      std::memcpy(entry.text, text.data(), entry.bytes);
      image_.write(static_cast<uint32_t>(offset + i * sizeof entry), &entry, sizeof entry);
    }
    return offset;
  }

  // Every event has a table, the one with one empty bucket where no clause wants it: a reader needs no other case.
  Status gather_pivots() {
    for (const FilterBlock& block : filter_.blocks) {
      Pivot& pivot = pivots_[static_cast<size_t>(block.event) % RECIPE_EVENTS];
      pivot.wanted = 1;
      for (const std::string& name : block.names) pivot.hashes.push_back(pivot_hash(name));
    }
    for (const FilterTag& tag : filter_.tags) {
      for (const std::string& name : tag.names) exec().hashes.push_back(pivot_hash(name));
    }
    const uint32_t nothing = image_.reserve(sizeof(pivot_bucket), kLine);
    for (Pivot& pivot : pivots_) {
      pivot.offset = nothing;
      if (pivot.hashes.empty()) continue;
      if (pivot.hashes.size() > RECIPE_IMAGE_BYTES / sizeof(record_u32)) return Error{"the filter has too many names"};
      pivot.buckets = choose_buckets(pivot.hashes, kPivotEntries, RECIPE_IMAGE_BYTES / sizeof(pivot_bucket));
      if (pivot.buckets == 0) return Error{"the filter's names do not fit into its pivot table"};
      pivot.offset = image_.reserve(size_t{pivot.buckets} * sizeof(pivot_bucket), kLine);
    }
    return Done{};
  }

  Pivot& exec() { return pivots_[static_cast<size_t>(EventId::exec)]; }

  // A name of an ancestor first, so that the entries of one block stand one after another.
  void write_pivots() {
    for (size_t event = 0; event < RECIPE_EVENTS; ++event) {
      const Pivot& pivot = pivots_[event];
      if (pivot.hashes.empty()) continue;
      std::vector<pivot_bucket> buckets(pivot.buckets);
      std::vector<uint32_t> fill(pivot.buckets);
      const auto add = [&](const std::string& name, uint32_t low) {
        const uint64_t hash = pivot_hash(name);
        const uint32_t bucket = pivot_bucket_of(hash, pivot.buckets - 1);
        buckets[bucket].entry[fill[bucket]++] = pivot_tag(hash) << 16 | low;
      };
      if (&pivot == &exec()) {
        for (uint32_t tag = 0; tag < filter_.tags.size(); ++tag) {
          for (const std::string& name : filter_.tags[tag].names) add(name, PIVOT_ANCESTOR + tag);
        }
      }
      for (size_t i = 0; i < filter_.blocks.size(); ++i) {
        if (static_cast<size_t>(filter_.blocks[i].event) != event) continue;
        for (const std::string& name : filter_.blocks[i].names) add(name, block_offsets_[i] / kLine);
      }
      image_.write(pivot.offset, buckets.data(), buckets.size() * sizeof(pivot_bucket));
    }
  }

  uint64_t pivot_hash(const std::string& name) const {
    return key_of_text(seed_, LANE_NAME, KEY_PIVOT, name.data(), static_cast<uint32_t>(name.size()));
  }

  Status write_block(uint32_t number) {
    const FilterBlock& from = filter_.blocks[number];
    filter_block block{};
    block.number = static_cast<record_u16>(number);
    block.words = static_cast<record_u16>((from.slots.size() + 63) / 64);

    std::vector<uint64_t> all(block.words);
    std::vector<std::vector<uint64_t>> constrained(LANES);  // positively
    uint32_t negated_lanes = 0;
    std::map<uint32_t, std::vector<uint64_t>> lengths;  // by key lane: its string_lengths, bit_mask or address_lengths
    std::map<uint32_t, std::vector<Interval>> ranges;   // by lane
    Effects effects;
    std::vector<KeyBytes> keys;
    std::vector<const Effect*> effect_of;
    for (uint32_t slot = 0; slot < from.slots.size(); ++slot) {
      const uint32_t word = slot / 64;
      const uint64_t bit = 1ull << (slot % 64);
      all[word] |= bit;
      for (const FilterTerm& term : from.slots[slot].terms) {
        block.lanes |= 1u << term.lane;
        if (term.negated) {
          negated_lanes |= 1u << term.lane;
        } else {
          if (constrained[term.lane].empty()) constrained[term.lane].resize(block.words);
          constrained[term.lane][word] |= bit;
        }
        for (const FilterKey& key : term.keys) {
          if (key.kind == KeyKind::kRange) {
            ranges[term.lane].push_back({key.number, key.last, term.negated, word, bit});
            continue;
          }
          std::string id{static_cast<char>(key_lane(term.lane)), static_cast<char>(key.kind)};
          if (key.is_number || key.kind == KeyKind::kBit) {
            id.append(reinterpret_cast<const char*>(&key.number), sizeof key.number);
          } else {
            id += key.text;
          }
          const auto [found, is_new] = effects.try_emplace(std::move(id));
          if (is_new) {
            keys.push_back({key_lane(term.lane), key});
            effect_of.push_back(&found->second);
            note_lengths(lengths, term.lane, key);
          }
          if (term.negated) {
            found->second.clear[word] |= bit;
            found->second.clear_lane = term.lane;
          } else {
            found->second.set[{term.lane, word}] |= bit;
          }
        }
      }
    }
    block.positive_lanes = block.lanes & ~negated_lanes;

    const uint32_t at = image_.reserve(sizeof block, kLine);
    block.all_offset = image_.append(all.data(), all.size() * sizeof(uint64_t));
    for (uint32_t lane = 0; lane < LANES; ++lane) {
      if (constrained[lane].empty()) continue;
      for (uint32_t word = 0; word < block.words; ++word) constrained[lane][word] = all[word] & ~constrained[lane][word];
      block.defaults_offset[lane] =
          static_cast<record_u16>(image_.append(constrained[lane].data(), constrained[lane].size() * sizeof(uint64_t)) - at);
    }
    for (const auto& [lane, words] : lengths) {
      block.lengths_offset[lane] = static_cast<record_u16>(image_.append(words.data(), words.size() * sizeof(uint64_t)) - at);
    }
    for (const auto& [lane, intervals] : ranges) {
      const std::vector<uint64_t> words = range_words(lane, intervals);
      block.lengths_offset[lane] = static_cast<record_u16>(image_.append(words.data(), words.size() * sizeof(uint64_t)) - at);
    }
    if (const std::vector<mark_run> marks = mark_runs(from); !marks.empty())
      block.marks_offset = static_cast<record_u16>(image_.append(marks.data(), marks.size() * sizeof(mark_run)) - at);
    if (image_.used() - at > UINT16_MAX) return Error{"a block of the filter does not fit"};
    std::vector<uint64_t> hashes;
    for (const KeyBytes& key : keys) hashes.push_back(hash_key(seed_, key.lane, key.key));
    const uint32_t buckets = choose_buckets(hashes, kIndexEntries, RECIPE_IMAGE_BYTES / sizeof(index_bucket));
    if (buckets == 0) return Error{"the filter's keys do not fit into an index"};
    block.index_mask = buckets - 1;
    block.index_offset = image_.reserve(size_t{buckets} * sizeof(index_bucket), kLine);
    std::vector<index_bucket> index(image_.full() ? 0 : buckets);
    std::vector<uint32_t> fill(buckets);
    for (size_t i = 0; i < keys.size() && !image_.full(); ++i) {
      const uint32_t bucket = index_bucket_of(hashes[i], block.index_mask);
      auto& entry = index[bucket].entry[fill[bucket]++];
      entry.key = index_key(hashes[i]);
      entry.run_offset = write_run(*effect_of[i], keys[i].key);
    }
    image_.write(block.index_offset, index.data(), index.size() * sizeof(index_bucket));
    image_.write(at, &block, sizeof block);
    if (at >= PIVOT_BLOCKS_END) return Error{"the filter has too many blocks"};
    block_offsets_.push_back(at);
    if (from.names.empty()) {
      Pivot& pivot = pivots_[static_cast<size_t>(from.event) % RECIPE_EVENTS];
      pivot.default_block = at;
      pivot.default_access = needed_access(from);
    }
    return Done{};
  }

  // The bits of file.access without which no slot of the block can hold; 0: a slot does not ask for any.
  static uint16_t needed_access(const FilterBlock& block) {
    uint64_t bits = 0;
    for (const FilterSlot& slot : block.slots) {
      const auto term = std::find_if(slot.terms.begin(), slot.terms.end(),
                                     [](const FilterTerm& each) { return each.lane == LANE_FILE_ACCESS && !each.negated; });
      if (term == slot.terms.end()) return 0;
      for (const FilterKey& key : term->keys) bits |= uint64_t{1} << key.number;
    }
    return bits <= UINT16_MAX ? static_cast<uint16_t>(bits) : uint16_t{0};
  }

  // A run a word and set of marks. Where there are too many one a word: then a slot's candidate marks with its neighbours' too.
  static std::vector<mark_run> mark_runs(const FilterBlock& from) {
    std::map<std::pair<uint32_t, uint32_t>, uint64_t> bits;  // by word and tags
    for (uint32_t slot = 0; slot < from.slots.size(); ++slot) {
      if (from.slots[slot].marks != 0) bits[{slot / 64, from.slots[slot].marks}] |= 1ull << (slot % 64);
    }
    std::vector<mark_run> runs;
    for (const auto& [key, slots] : bits) {
      const auto word = static_cast<record_u8>(key.first);
      if (bits.size() > RECIPE_RUN && !runs.empty() && runs.back().word == word) {
        runs.back().tags |= key.second;
        runs.back().bits |= slots;
      } else {
        runs.push_back({word, 1, 0, key.second, slots});
      }
    }
    if (!runs.empty()) runs.back().more = 0;
    return runs;
  }

  // FNV-1a, never 0: a reload tells by it that a bit means what another one meant. Of two names that look alike each has the
  // other's bit too.
  static uint32_t mark_name(std::string_view name) {
    uint32_t hash = 0x811c9dc5;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193;
    return hash | 1;
  }

  static void note_lengths(std::map<uint32_t, std::vector<uint64_t>>& lengths, uint32_t lane, const FilterKey& key) {
    if (key.kind == KeyKind::kExact) return;
    std::vector<uint64_t>& words = lengths[key_lane(lane)];
    switch (key.kind) {
      case KeyKind::kExact:
      case KeyKind::kRange:
        return;
      case KeyKind::kPrefix:
        words.resize(sizeof(string_lengths) / sizeof(uint64_t));
        words[0] |= 1ull << (key.text.size() - 1);
        return;
      case KeyKind::kSuffix:
        words.resize(sizeof(string_lengths) / sizeof(uint64_t));
        words[1] |= 1ull << (key.text.size() - 1);
        return;
      case KeyKind::kFlag:
        words.resize(sizeof(string_lengths) / sizeof(uint64_t));
        words[2] |= 1ull << flag_bit(static_cast<unsigned char>(key.text[0]));
        return;
      case KeyKind::kBit:
        words.resize(1);
        words[0] |= 1ull << key.number;
        return;
      case KeyKind::kAddress: {
        words.resize(sizeof(address_lengths) / sizeof(uint64_t));
        const auto length = static_cast<unsigned char>(key.text[kAddressBytes]);
        words[length / 64] |= 1ull << (length % 64);
        return;
      }
    }
  }

  // lane_ranges and its lane_range's, as words. Past the bound one interval holds everything: what is positive is let through,
  // nothing is excluded.
  std::vector<uint64_t> range_words(uint32_t lane, const std::vector<Interval>& intervals) {
    std::vector<int64_t> starts;
    for (const Interval& interval : intervals) {
      starts.push_back(interval.first);
      if (interval.last < INT64_MAX) starts.push_back(interval.last + 1);
    }
    std::sort(starts.begin(), starts.end());
    starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
    const bool whole = starts.size() <= RECIPE_RANGES;
    if (!whole) starts = {INT64_MIN};
    std::vector<uint64_t> words{starts.size()};
    for (const int64_t start : starts) {
      Effect effect;
      effect.clear_lane = lane;
      for (const Interval& interval : intervals) {
        if (whole && (start < interval.first || start > interval.last)) continue;
        if (!interval.negated) effect.set[{lane, interval.word}] |= interval.bit;
        if (interval.negated && whole) effect.clear[interval.word] |= interval.bit;
      }
      words.push_back(static_cast<uint64_t>(start));
      FilterKey key;
      key.kind = KeyKind::kRange;
      words.push_back(effect.set.empty() && effect.clear.empty() ? 0 : write_run(effect, key));
    }
    return words;
  }

  uint32_t write_run(const Effect& effect, const FilterKey& key) {
    std::vector<index_run> run;
    for (const auto& [where, bits] : effect.set) {
      run.push_back({static_cast<record_u8>(where.first), static_cast<record_u8>(where.second), RUN_SET, 1, 0, bits});
    }
    for (const auto& [word, bits] : effect.clear) {
      run.push_back({static_cast<record_u8>(effect.clear_lane), static_cast<record_u8>(word),
                     static_cast<record_u8>(clear_kind(key.kind)), 1, literal(key), bits});
    }
    static_assert(int{RUN_CLEAR_EXACT} == KEY_EXACT && int{RUN_CLEAR_PREFIX} == KEY_PREFIX &&
                  int{RUN_CLEAR_SUFFIX} == KEY_SUFFIX && int{RUN_CLEAR_FLAG} == KEY_FLAG && int{RUN_CLEAR_RANGE} == KEY_RANGE);
    run.back().more = 0;  // 4 lanes and one exclusion, of 64 words each, never pass RECIPE_RUN
    static_assert((RECIPE_ARGV_LANES + 1) * RECIPE_WORDS <= RECIPE_RUN);
    return shared(run.data(), run.size() * sizeof(index_run));
  }

  uint32_t literal(const FilterKey& key) {
    if (key.kind == KeyKind::kRange) return 0;
    index_literal bytes{};
    if (key.kind == KeyKind::kAddress) {
      const Address address = masked(key.text);
      static_assert(sizeof address == 24);
      bytes.bytes = sizeof address;
      std::memcpy(bytes.text, &address, sizeof address);
    } else if (key.is_number || key.kind == KeyKind::kBit) {
      bytes.bytes = sizeof key.number;
      std::memcpy(bytes.text, &key.number, sizeof key.number);
    } else {
      bytes.bytes = static_cast<record_u32>(key.text.size());
      std::memcpy(bytes.text, key.text.data(), key.text.size());
    }
    return shared(&bytes, sizeof bytes);
  }

  // Runs and literals never have the same size and bytes and another sense: a run names offsets, a literal is only compared.
  uint32_t shared(const void* from, size_t bytes) {
    const auto [found, is_new] = shared_.try_emplace(std::string(static_cast<const char*>(from), bytes), 0);
    if (is_new) found->second = image_.append(from, bytes);
    return found->second;
  }

  const Filter& filter_;
  uint64_t seed_;
  uint32_t generation_;
  ImageWriter image_;
  std::array<Pivot, RECIPE_EVENTS> pivots_;
  std::vector<uint32_t> block_offsets_;
  std::unordered_map<std::string, uint32_t> shared_;
};

}  // namespace

Result<FilterImage> lay_out(const Filter& filter, uint64_t seed, uint32_t generation) {
  if (filter.blocks.size() > UINT16_MAX) return Error{"the filter has too many blocks"};
  return LayOut(filter, seed, generation).run();
}

}  // namespace recipe
