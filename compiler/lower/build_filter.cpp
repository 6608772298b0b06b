// SPDX-License-Identifier: Apache-2.0
// Clauses → Filter: what the kernel decides, by blocks. Law 1: a clause's slot is set wherever the clause can hold.
//
//   1. draft     each clause's terms that have keys (kernel_terms.h); of several positive ones on a lane the most selective
//                one stays, argv has four lanes; the names that the clause wants are its pivot
//   2. group     names with the same clauses share a block; clauses without names go to the default block
//   3. share     equal slots are one; more than RECIPE_SLOTS share by widening: keys united, what is not in all dropped
//   4. fit       while lay_out() says that it does not fit: merge blocks, then widen them (enum Fit); the last step always fits
//
// Work is linear in names × clauses that want them.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "compiler/lower/kernel_terms.h"
#include "compiler/lower/lower.h"
#include "runtime/artefact/keys.h"
#include "runtime/artefact/lay_out.h"

namespace recipe {
namespace {

// How much is given up so that the image fits.
enum class Fit {
  kWhole,    // a block for each set of names with the same clauses
  kMerged,   // small blocks merged, the name a term of their slots
  kWidened,  // merged, the name decided for the block only; terms of many keys dropped
  kNames,    // nothing but the names
  kNothing,  // one slot, always a candidate
};
constexpr Fit kFits[] = {Fit::kWhole, Fit::kMerged, Fit::kWidened, Fit::kNames, Fit::kNothing};

constexpr size_t kMergedSlots = 64;  // one word
constexpr size_t kMergedNames = 64;  // of one block that is merged: a name becomes a key of its own there
constexpr size_t kManyKeys = 256;    // of one term
constexpr size_t kBlocksOfNames = 1024;
// Tables grow by chance with the seed of a load: what is compiled leaves room for one that is less lucky.
constexpr size_t kImageBytes = RECIPE_IMAGE_BYTES / 8 * 7;
constexpr uint64_t kTrialSeed = 0x5eed;

struct Draft {
  ClauseId clause;
  EventId event{};
  std::vector<FilterTerm> terms;  // the name's == apart
  std::optional<std::vector<std::string>> names;
};

struct Group {  // names with the same drafts
  std::vector<std::string> names;
  std::vector<uint32_t> drafts;
};

void append_number(std::string& out, uint64_t number) {
  out.append(std::to_string(number)).push_back(',');
}

std::string terms_key(const std::vector<FilterTerm>& terms) {
  std::string key;
  for (const FilterTerm& term : terms) {
    append_number(key, term.lane);
    append_number(key, term.negated);
    append_number(key, term.keys.size());
    for (const FilterKey& k : term.keys) {
      append_number(key, static_cast<uint64_t>(k.kind));
      append_number(key, static_cast<uint64_t>(k.number));
      append_number(key, static_cast<uint64_t>(k.last));
      append_number(key, k.text.size());
      key += k.text;
    }
  }
  return key;
}

// Lower is more selective.
std::tuple<int, size_t> selectivity(const KernelTerm& term) {
  int kind = 0;
  for (const FilterKey& key : term.term.keys) {
    kind = std::max(kind, key.kind == KeyKind::kExact ? 0 : key.kind == KeyKind::kFlag ? 2 : 1);
  }
  return {kind, term.term.keys.size()};
}

std::vector<std::string> intersect(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

// The bit of this tag. nullopt: none is left, the term is any.
std::optional<uint32_t> bit_of(std::vector<FilterTag>& tags, FilterTag tag) {
  const auto known = std::find(tags.begin(), tags.end(), tag);
  if (known != tags.end()) return static_cast<uint32_t>(known - tags.begin());
  if (tags.size() >= RECIPE_TAGS) return std::nullopt;
  tags.push_back(std::move(tag));
  return static_cast<uint32_t>(tags.size() - 1);
}

// Some of the tags must be there. nullopt: one of them has no bit.
std::optional<KernelTerm> tag_term(std::vector<FilterTag>& tags, kernel_lane lane, std::vector<FilterTag> wanted) {
  KernelTerm out;
  out.term.lane = static_cast<uint8_t>(lane);
  for (FilterTag& tag : wanted) {
    const std::optional<uint32_t> bit = bit_of(tags, std::move(tag));
    if (!bit) return std::nullopt;
    out.term.keys.push_back({KeyKind::kBit, false, *bit, {}, 0});
  }
  return out;
}

std::optional<KernelTerm> ancestor_term(std::vector<FilterTag>& tags, const Predicate& predicate, uint32_t node) {
  std::optional<std::vector<std::string>> names = ancestor_names(predicate, node);
  if (!names) return std::nullopt;
  return tag_term(tags, LANE_TAGS, {FilterTag{std::move(*names), {}}});
}

std::optional<KernelTerm> mark_term(std::vector<FilterTag>& tags, const std::vector<std::string>& names) {
  std::vector<FilterTag> wanted;
  for (const std::string& name : names) wanted.push_back({{}, name});
  return tag_term(tags, LANE_MARKS, std::move(wanted));
}

Draft draft_clause(const KernelClause& from, ClauseInfo& clause, std::vector<FilterTag>& tags) {
  Draft draft{from.clause, from.event, {}, std::nullopt};
  struct Positive {
    size_t position;  // in the clause
    KernelTerm term;
  };
  std::map<uint32_t, std::vector<Positive>> by_lane;
  const std::vector<uint32_t>& terms = from.terms->terms;
  for (size_t i = 0; i < terms.size(); ++i) {
    const PredicateNode& node = from.predicate->nodes[terms[i]];
    if (node.kind != PredicateKind::kTest) {
      if (std::optional<KernelTerm> term = ancestor_term(tags, *from.predicate, terms[i]))
        by_lane[term->term.lane].push_back({i, std::move(*term)});
      continue;
    }
    const Test& test = from.predicate->tests[node.test];
    const std::optional<std::vector<std::string>> marks = asked_marks(test, node.negated);
    std::optional<KernelTerm> term = marks ? mark_term(tags, *marks) : kernel_term(test, node.negated);
    if (std::optional<std::vector<std::string>> names = pivot_names(test, node.negated, from.event)) {
      if (!draft.names) {
        draft.names = std::move(names);
      } else if (std::vector<std::string> both = intersect(*draft.names, *names); !both.empty()) {
        draft.names = std::move(both);
      } else {
        // Names that contradict each other: it never holds, but each clause has a slot. One side is enough.
        clause.terms[i].in_kernel = true;
        continue;
      }
      if (term->term.lane == pivot_lane(from.event)) {
        clause.terms[i].in_kernel = true;
        clause.terms[i].exact = term->exact;
        continue;
      }
    }
    if (!term) continue;
    if (term->term.negated) {
      clause.terms[i].in_kernel = true;
      clause.terms[i].exact = term->exact;
      draft.terms.push_back(std::move(term->term));
    } else {
      by_lane[term->term.lane].push_back({i, std::move(*term)});
    }
  }
  for (auto& [lane, positives] : by_lane) {
    std::stable_sort(positives.begin(), positives.end(),
                     [](const Positive& a, const Positive& b) { return selectivity(a.term) < selectivity(b.term); });
    const size_t lanes = lane == LANE_ARGV ? RECIPE_ARGV_LANES : 1;
    for (size_t i = 0; i < std::min(lanes, positives.size()); ++i) {
      positives[i].term.term.lane = static_cast<uint8_t>(lane + i);
      clause.terms[positives[i].position].in_kernel = true;
      clause.terms[positives[i].position].exact = positives[i].term.exact;
      draft.terms.push_back(std::move(positives[i].term.term));
    }
  }
  std::stable_sort(draft.terms.begin(), draft.terms.end(), [](const FilterTerm& a, const FilterTerm& b) {
    return std::tie(a.lane, a.negated) < std::tie(b.lane, b.negated);
  });
  clause.exact = std::all_of(clause.terms.begin(), clause.terms.end(), [](const ClauseTerm& term) { return term.exact; });
  return draft;
}

// The blocks of one event.
class Builder {
 public:
  Builder(EventId event, std::vector<Draft> drafts, std::vector<ClauseInfo>& infos)
      : event_(event), drafts_(std::move(drafts)), infos_(infos) {
    group();
  }

  void build(Fit fit, Filter& filter) {
    const size_t from = filter.blocks.size();
    add_blocks(fit, filter);
    for (size_t i = from; i < filter.blocks.size(); ++i) filter.blocks[i].event = event_;
  }

  void note_widened(Fit fit) const {
    for (const Draft& draft : drafts_) {
      ClauseInfo& clause = infos_[draft.clause.index()];
      if (fit == Fit::kNothing) {
        for (ClauseTerm& term : clause.terms) term.in_kernel = false;
      }
      if (fit != Fit::kNothing && !widened_[draft.clause.index()]) continue;
      clause.exact = false;
      for (ClauseTerm& term : clause.terms) term.exact = false;
    }
  }

 private:
  void group() {
    std::unordered_map<std::string, uint32_t> name_ids;
    std::vector<const std::string*> names;
    std::vector<std::vector<uint32_t>> wanted_by;
    for (uint32_t i = 0; i < drafts_.size(); ++i) {
      if (!drafts_[i].names) {
        nameless_.push_back(i);
        continue;
      }
      for (const std::string& name : *drafts_[i].names) {
        const auto [found, is_new] = name_ids.try_emplace(name, static_cast<uint32_t>(names.size()));
        if (is_new) {
          names.push_back(&found->first);
          wanted_by.emplace_back();
        }
        wanted_by[found->second].push_back(i);
      }
    }
    std::unordered_map<std::string, uint32_t> group_ids;
    for (uint32_t name = 0; name < names.size(); ++name) {
      const std::string key(reinterpret_cast<const char*>(wanted_by[name].data()), wanted_by[name].size() * sizeof(uint32_t));
      const auto [found, is_new] = group_ids.try_emplace(key, static_cast<uint32_t>(groups_.size()));
      if (is_new) groups_.push_back({{}, wanted_by[name]});
      groups_[found->second].names.push_back(*names[name]);
    }
  }

  void add_blocks(Fit fit, Filter& filter) {
    widened_.assign(infos_.size(), false);
    if (fit == Fit::kNothing) {
      FilterSlot slot;
      for (const Draft& draft : drafts_) slot.clauses.push_back(draft.clause);
      if (!slot.clauses.empty()) filter.blocks.push_back({{}, {}, {std::move(slot)}});
      return;
    }
    if (!nameless_.empty()) {
      Slots slots;
      for (const uint32_t draft : nameless_) slots.add(kept_terms(draft, fit), drafts_[draft].clause);
      filter.blocks.push_back({{}, {}, finish(std::move(slots))});
    }
    if (fit == Fit::kWhole) {
      for (const Group& group : groups_) {
        Slots slots;
        for (const uint32_t draft : group.drafts) slots.add(drafts_[draft].terms, drafts_[draft].clause);
        filter.blocks.push_back({{}, group.names, finish(std::move(slots))});
      }
      return;
    }
    merge(fit, filter);
  }

  // A block's slots while they are collected: equal ones are one.
  struct Slots {
    std::vector<FilterSlot> slots;
    std::unordered_map<std::string, uint32_t> ids;

    void add(const std::vector<FilterTerm>& terms, ClauseId clause) {
      const auto [found, is_new] = ids.try_emplace(terms_key(terms), static_cast<uint32_t>(slots.size()));
      if (is_new) slots.push_back({terms, {}});
      std::vector<ClauseId>& clauses = slots[found->second].clauses;
      if (clauses.empty() || clauses.back() != clause) clauses.push_back(clause);
    }
  };

  std::vector<FilterTerm> kept_terms(uint32_t draft, Fit fit) {
    const std::vector<FilterTerm>& terms = drafts_[draft].terms;
    if (fit == Fit::kWhole || fit == Fit::kMerged) return terms;
    std::vector<FilterTerm> kept;
    if (fit == Fit::kWidened) {
      std::copy_if(terms.begin(), terms.end(), std::back_inserter(kept),
                   [](const FilterTerm& term) { return term.keys.size() <= kManyKeys; });
    }
    if (kept.size() != terms.size()) widened_[drafts_[draft].clause.index()] = true;
    return kept;
  }

  void merge(Fit fit, Filter& filter) {
    const size_t at_least = fit == Fit::kNames ? (groups_.size() + kBlocksOfNames - 1) / kBlocksOfNames : 1;
    for (size_t begin = 0; begin < groups_.size();) {
      // The next groups, as long as they are small together.
      size_t end = begin, drafts = 0;
      while (end < groups_.size()) {
        const bool small = groups_[end].names.size() <= kMergedNames;
        if (fit == Fit::kNames ? end - begin >= at_least
                               : end > begin && (!small || drafts + groups_[end].drafts.size() > kMergedSlots))
          break;
        drafts += groups_[end].drafts.size();
        ++end;
        if (fit != Fit::kNames && !small) break;
      }
      FilterBlock block;
      std::vector<uint32_t> order;                                    // of drafts, each once
      std::unordered_map<uint32_t, std::vector<std::string>> wanted;  // the names of this block that a draft wants
      for (size_t g = begin; g < end; ++g) {
        block.names.insert(block.names.end(), groups_[g].names.begin(), groups_[g].names.end());
        for (const uint32_t draft : groups_[g].drafts) {
          std::vector<std::string>& names = wanted[draft];
          if (names.empty()) order.push_back(draft);
          names.insert(names.end(), groups_[g].names.begin(), groups_[g].names.end());
        }
      }
      Slots slots;
      for (const uint32_t draft : order) {
        std::vector<FilterTerm> terms = kept_terms(draft, fit);
        if (wanted[draft].size() < block.names.size()) {
          if (fit == Fit::kMerged) {
            add_name_term(terms, wanted[draft], draft);
          } else {
            widened_[drafts_[draft].clause.index()] = true;
          }
        }
        slots.add(terms, drafts_[draft].clause);
      }
      block.slots = finish(std::move(slots));
      filter.blocks.push_back(std::move(block));
      begin = end;
    }
  }

  // The name is a term again; where the clause asked it something else too (startswith), that is left to the program.
  void add_name_term(std::vector<FilterTerm>& terms, const std::vector<std::string>& names, uint32_t draft) {
    const uint32_t pivot = pivot_lane(event_);
    const auto is_name = [&](const FilterTerm& term) { return term.lane == pivot && !term.negated; };
    if (std::erase_if(terms, is_name) > 0) widened_[drafts_[draft].clause.index()] = true;
    FilterTerm term;
    term.lane = static_cast<uint8_t>(pivot);
    for (const std::string& name : names) term.keys.push_back({KeyKind::kExact, false, 0, name, 0});
    terms.insert(terms.begin(), std::move(term));
  }

  std::vector<FilterSlot> finish(Slots from) {
    std::vector<FilterSlot>& slots = from.slots;
    if (slots.size() <= RECIPE_SLOTS) return std::move(slots);
    // Slots that ask the same lanes for like values stand together.
    std::vector<std::pair<std::string, uint32_t>> order;
    for (uint32_t i = 0; i < slots.size(); ++i) {
      std::string lanes, values;
      for (const FilterTerm& term : slots[i].terms) {
        lanes += static_cast<char>('a' + 2 * term.lane + (term.negated ? 1 : 0));
        values += term.keys[0].is_number ? std::to_string(term.keys[0].number) : term.keys[0].text;
        values += '\0';
      }
      order.emplace_back(lanes + '\0' + values, i);
    }
    std::sort(order.begin(), order.end());
    const size_t share = (slots.size() + RECIPE_SLOTS - 1) / RECIPE_SLOTS;
    std::vector<FilterSlot> shared;
    for (size_t begin = 0; begin < order.size(); begin += share) {
      FilterSlot slot = std::move(slots[order[begin].second]);
      const size_t end = std::min(order.size(), begin + share);
      for (size_t i = begin + 1; i < end; ++i) widen(slot, slots[order[i].second]);
      if (end > begin + 1) {
        for (const ClauseId clause : slot.clauses) widened_[clause.index()] = true;
      }
      shared.push_back(std::move(slot));
    }
    return shared;
  }

  // What both slots need: of positive terms on a lane the keys of both, of negated ones those that are in both.
  static void widen(FilterSlot& slot, const FilterSlot& other) {
    std::vector<FilterTerm> terms;
    for (FilterTerm& term : slot.terms) {
      for (const FilterTerm& more : other.terms) {
        if (more.lane != term.lane || more.negated != term.negated) continue;
        if (term.negated && term.keys != more.keys) continue;
        if (!term.negated) {
          for (const FilterKey& key : more.keys) {
            if (std::find(term.keys.begin(), term.keys.end(), key) == term.keys.end()) term.keys.push_back(key);
          }
        }
        terms.push_back(std::move(term));
        break;
      }
    }
    slot.terms = std::move(terms);
    slot.clauses.insert(slot.clauses.end(), other.clauses.begin(), other.clauses.end());
  }

  EventId event_;
  std::vector<Draft> drafts_;
  std::vector<ClauseInfo>& infos_;
  std::vector<uint32_t> nameless_;  // drafts
  std::vector<Group> groups_;
  std::vector<bool> widened_;  // by clause
};

}  // namespace

Filter build_filter(const std::vector<KernelClause>& clauses, std::vector<ClauseInfo>& infos) {
  std::vector<FilterTag> tags;
  std::map<EventId, std::vector<Draft>> drafts;
  for (const KernelClause& clause : clauses)
    drafts[clause.event].push_back(draft_clause(clause, infos[clause.clause.index()], tags));
  std::vector<Builder> builders;
  for (auto& [event, of_event] : drafts) builders.emplace_back(event, std::move(of_event), infos);
  for (const Fit fit : kFits) {
    Filter filter;
    filter.tags = tags;
    for (Builder& builder : builders) builder.build(fit, filter);
    const Result<FilterImage> image = lay_out(filter, kTrialSeed, 0);
    const bool fits = image.ok() && image.value().size() * sizeof(uint64_t) <= kImageBytes;
    if (!fits && fit != Fit::kNothing) continue;
    assert(fits);
    for (const Builder& builder : builders) builder.note_widened(fit);
    return filter;
  }
  return {};
}

}  // namespace recipe
