// SPDX-License-Identifier: Apache-2.0
// Filter → image. In: blocks of slots, keys as values. Out: the bytes that bpf/lib/classify.h reads. Layout, one after another:
//
//   header | pivot buckets | for each block: filter_block, all, defaults, index buckets | runs and literals, shared by all
//
// A key's run says what its hit does: a RUN_SET for each lane and word, a RUN_CLEAR for each word. Equal runs stand once, as
// do equal literals. Tables start half full and double until no bucket overflows; past kMaxBuckets it is an error.
#include "runtime/artefact/lay_out.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <string>
#include <unordered_map>

#include "runtime/artefact/keys.h"

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

uint64_t hash_key(uint64_t seed, uint32_t lane, const FilterKey& key) {
  if (key.kind == KeyKind::kFlag) return key_of_flag(seed, flag_bit(static_cast<unsigned char>(key.text[0])));
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
    if (Status status = reserve_pivots(); !status) return status.error();
    for (uint32_t i = 0; i < filter_.blocks.size() && !image_.full(); ++i) {
      if (Status status = write_block(i); !status) return status.error();
    }
    if (image_.full()) return Error{"the filter does not fit into " + std::to_string(RECIPE_IMAGE_BYTES) + " bytes"};
    write_pivots();
    filter_header header{};
    header.seed = seed_;
    header.generation = generation_;
    header.bytes = image_.used();
    header.pivot_offset = pivot_offset_;
    header.pivot_mask = pivot_buckets_ - 1;
    if (!filter_.blocks.empty() && filter_.blocks[0].names.empty()) header.default_block = block_offsets_[0];
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

  struct KeyBytes {  // a key's place in Effects, and back
    uint32_t lane;
    FilterKey key;
  };

  Status reserve_pivots() {
    std::vector<uint64_t> hashes;
    for (const FilterBlock& block : filter_.blocks) {
      for (const std::string& name : block.names) hashes.push_back(pivot_hash(name));
    }
    if (hashes.size() > RECIPE_IMAGE_BYTES / sizeof(record_u32)) return Error{"the filter has too many names"};
    pivot_buckets_ = choose_buckets(hashes, kPivotEntries, RECIPE_IMAGE_BYTES / sizeof(pivot_bucket));
    if (pivot_buckets_ == 0) return Error{"the filter's names do not fit into its pivot table"};
    pivot_offset_ = image_.reserve(size_t{pivot_buckets_} * sizeof(pivot_bucket), kLine);
    return Done{};
  }

  void write_pivots() {
    std::vector<pivot_bucket> buckets(pivot_buckets_);
    std::vector<uint32_t> fill(pivot_buckets_);
    for (size_t i = 0; i < filter_.blocks.size(); ++i) {
      for (const std::string& name : filter_.blocks[i].names) {
        const uint64_t hash = pivot_hash(name);
        const uint32_t bucket = pivot_bucket_of(hash, pivot_buckets_ - 1);
        buckets[bucket].entry[fill[bucket]++] = pivot_tag(hash) << 16 | block_offsets_[i] / kLine;
      }
    }
    image_.write(pivot_offset_, buckets.data(), buckets.size() * sizeof(pivot_bucket));
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
          std::string id{static_cast<char>(key_lane(term.lane)), static_cast<char>(key.kind)};
          if (key.is_number) {
            id.append(reinterpret_cast<const char*>(&key.number), sizeof key.number);
          } else {
            id += key.text;
          }
          const auto [found, is_new] = effects.try_emplace(std::move(id));
          if (is_new) {
            keys.push_back({key_lane(term.lane), key});
            effect_of.push_back(&found->second);
            note_lengths(block, term.lane, key);
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
    block_offsets_.push_back(at);
    return Done{};
  }

  static void note_lengths(filter_block& block, uint32_t lane, const FilterKey& key) {
    if (key.kind == KeyKind::kPrefix) block.prefix_lengths[string_class_of(lane)] |= 1ull << (key.text.size() - 1);
    if (key.kind == KeyKind::kSuffix) block.suffix_lengths[string_class_of(lane)] |= 1ull << (key.text.size() - 1);
    if (key.kind == KeyKind::kFlag) block.letters |= 1ull << flag_bit(static_cast<unsigned char>(key.text[0]));
  }

  uint32_t write_run(const Effect& effect, const FilterKey& key) {
    std::vector<index_run> run;
    for (const auto& [where, bits] : effect.set) {
      run.push_back({static_cast<record_u8>(where.first), static_cast<record_u8>(where.second), RUN_SET, 1, 0, bits});
    }
    for (const auto& [word, bits] : effect.clear) {
      run.push_back({static_cast<record_u8>(effect.clear_lane), static_cast<record_u8>(word), static_cast<record_u8>(key.kind),
                     1, literal(key), bits});
    }
    static_assert(int{RUN_CLEAR_EXACT} == KEY_EXACT && int{RUN_CLEAR_PREFIX} == KEY_PREFIX &&
                  int{RUN_CLEAR_SUFFIX} == KEY_SUFFIX);
    run.back().more = 0;  // 4 lanes and one exclusion, of 64 words each, never pass RECIPE_RUN
    static_assert((RECIPE_ARGV_LANES + 1) * RECIPE_WORDS <= RECIPE_RUN);
    return shared(run.data(), run.size() * sizeof(index_run));
  }

  uint32_t literal(const FilterKey& key) {
    index_literal bytes{};
    if (key.is_number) {
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
  uint32_t pivot_offset_ = 0, pivot_buckets_ = 1;
  std::vector<uint32_t> block_offsets_;
  std::unordered_map<std::string, uint32_t> shared_;
};

}  // namespace

Result<FilterImage> lay_out(const Filter& filter, uint64_t seed, uint32_t generation) {
  if (filter.blocks.size() > UINT16_MAX) return Error{"the filter has too many blocks"};
  return LayOut(filter, seed, generation).run();
}

}  // namespace recipe
