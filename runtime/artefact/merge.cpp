// SPDX-License-Identifier: Apache-2.0
// Everything in an artefact is an index, so a part is appended with its indices moved. Only the filter needs thought, because
// a name stands in one block at most:
//
//   A: {perl, ruby} a1 a2      B: {perl} b1      →   {perl} a1 a2 b1    {ruby} a1 a2
#include "runtime/artefact/merge.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>

#include "bpf/abi/limits.h"
#include "runtime/artefact/keys.h"

namespace recipe {
namespace {

struct Offsets {
  uint32_t file = 0, passage = 0, recipe = 0, trigger = 0, clause = 0, table = 0, count = 0;
};

void move_program(Program& program, const Offsets& by) {
  for (ProgramNode& node : program.nodes) node.passage += by.passage;
  for (Test& test : program.tests) {
    if (test.table != 0) test.table += by.table;
  }
}

void move_indices(Artefact& part, const Offsets& by) {
  for (Passage& passage : part.passages) passage.file += by.file;
  for (RecipeInfo& recipe : part.recipes) {
    recipe.passage += by.passage;
    for (uint32_t& tune : recipe.tunes) tune += by.passage;
    if (recipe.unless_seen) recipe.unless_seen->passage += by.passage;
    if (recipe.sequence) {
      recipe.sequence->passage += by.passage;
      for (SequenceStep& step : recipe.sequence->steps) step.passage += by.passage;
    }
    for (ExceptionInfo& exception : recipe.exceptions) {
      exception.passage += by.passage;
      move_program(exception.program, by);
    }
  }
  for (Count& count : part.counts) count.passage += by.passage;
  for (Trigger& trigger : part.triggers) {
    if (trigger.count != 0) trigger.count += by.count;
    trigger.recipe.value += by.recipe;
    trigger.passage += by.passage;
    move_program(trigger.program, by);
  }
  for (ClauseInfo& clause : part.clauses) clause.trigger.value += by.trigger;
  for (FilterBlock& block : part.filter.blocks) {
    for (FilterSlot& slot : block.slots) {
      for (ClauseId& clause : slot.clauses) clause.value += by.clause;
    }
  }
}

// Slots of both; past the bound the last one takes the rest and lets everything through.
void add_slots(FilterBlock& block, const std::vector<FilterSlot>& slots) {
  for (const FilterSlot& slot : slots) {
    if (block.slots.size() < RECIPE_SLOTS) {
      block.slots.push_back(slot);
      continue;
    }
    FilterSlot& last = block.slots.back();
    last.terms.clear();
    last.clauses.insert(last.clauses.end(), slot.clauses.begin(), slot.clauses.end());
  }
}

// The part's tags get their places among the whole's; where none is left a term on one is dropped, so that it lets through.
void unite_tags(Filter& whole, Filter& part) {
  std::vector<std::optional<int64_t>> place;
  for (FilterTag& tag : part.tags) {
    const auto known = std::find(whole.tags.begin(), whole.tags.end(), tag);
    if (known != whole.tags.end()) {
      place.emplace_back(known - whole.tags.begin());
    } else if (whole.tags.size() < RECIPE_TAGS) {
      place.emplace_back(static_cast<int64_t>(whole.tags.size()));
      whole.tags.push_back(std::move(tag));
    } else {
      place.emplace_back();
    }
  }
  for (FilterBlock& block : part.blocks) {
    for (FilterSlot& slot : block.slots) {
      std::erase_if(slot.terms, [&](FilterTerm& term) {
        if (!is_tag_lane(term.lane)) return false;
        for (FilterKey& key : term.keys) {
          const std::optional<int64_t>& to = place[static_cast<size_t>(key.number)];
          if (!to) return true;
          key.number = *to;
        }
        return false;
      });
    }
  }
}

// part's tags have been united with whole's.
Filter merge_filters(const Filter& one, const Filter& other) {
  // For each event and name, which block of each it stands in; names that stand in the same ones share a block again.
  constexpr size_t kNowhere = SIZE_MAX;
  std::map<std::pair<EventId, std::string>, std::pair<size_t, size_t>> places;
  std::map<EventId, FilterBlock> defaults;
  const auto take = [&](const Filter& filter, bool first) {
    for (size_t i = 0; i < filter.blocks.size(); ++i) {
      const EventId event = filter.blocks[i].event;
      if (filter.blocks[i].names.empty()) {
        defaults[event].event = event;
        add_slots(defaults[event], filter.blocks[i].slots);
      }
      for (const std::string& name : filter.blocks[i].names) {
        auto& place = places.try_emplace({event, name}, kNowhere, kNowhere).first->second;
        (first ? place.first : place.second) = i;
      }
    }
  };
  take(one, true);
  take(other, false);
  std::map<std::tuple<EventId, size_t, size_t>, std::vector<std::string>> groups;
  for (const auto& [name, place] : places) groups[{name.first, place.first, place.second}].push_back(name.second);

  Filter merged;
  merged.tags = one.tags;
  std::set_union(one.environment.begin(), one.environment.end(), other.environment.begin(), other.environment.end(),
                 std::back_inserter(merged.environment));
  merged.writers = one.writers || other.writers;
  merged.commands = one.commands || other.commands;
  for (auto& [event, block] : defaults) merged.blocks.push_back(std::move(block));
  for (auto& [place, names] : groups) {
    const auto& [event, in_one, in_other] = place;
    FilterBlock block{event, std::move(names), {}};
    if (in_one != kNowhere) add_slots(block, one.blocks[in_one].slots);
    if (in_other != kNowhere) add_slots(block, other.blocks[in_other].slots);
    merged.blocks.push_back(std::move(block));
  }
  std::stable_sort(merged.blocks.begin(), merged.blocks.end(),
                   [](const FilterBlock& a, const FilterBlock& b) { return a.event < b.event; });
  return merged;
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

// A mark may be set in one part and asked for in another.
void set_slot_marks(Artefact& whole) {
  std::map<std::string_view, uint32_t> marks;
  for (size_t i = 0; i < whole.filter.tags.size(); ++i) {
    if (!whole.filter.tags[i].mark.empty()) marks[whole.filter.tags[i].mark] = 1u << i;
  }
  for (FilterBlock& block : whole.filter.blocks) {
    for (FilterSlot& slot : block.slots) {
      slot.marks = 0;
      for (const ClauseId clause : slot.clauses) {
        for (const MarkAction& mark : whole.triggers[whole.clauses[clause.index()].trigger.index()].marks) {
          const auto tag = mark.target == MarkTarget::kFile ? marks.end() : marks.find(mark.name);
          if (tag != marks.end()) slot.marks |= tag->second;
        }
      }
    }
  }
}

Result<Artefact> merge(std::vector<Artefact> parts) {
  Artefact whole = std::move(parts.front());
  for (size_t i = 1; i < parts.size(); ++i) {
    Artefact& part = parts[i];
    for (const RecipeInfo& recipe : part.recipes) {
      const auto twin = std::find_if(whole.recipes.begin(), whole.recipes.end(),
                                     [&](const RecipeInfo& other) { return other.name == recipe.name; });
      if (twin == whole.recipes.end()) continue;
      return Error{"recipe `" + recipe.name + "` is given twice: in `" + whole.files[whole.passages[twin->passage].file] +
                   "` and in `" + part.files[part.passages[recipe.passage].file] + "`"};
    }
    move_indices(part, {static_cast<uint32_t>(whole.files.size()), static_cast<uint32_t>(whole.passages.size()),
                        static_cast<uint32_t>(whole.recipes.size()), static_cast<uint32_t>(whole.triggers.size()),
                        static_cast<uint32_t>(whole.clauses.size()), static_cast<uint32_t>(whole.tables.size()),
                        static_cast<uint32_t>(whole.counts.size())});
    append(whole.files, part.files);
    append(whole.passages, part.passages);
    append(whole.option_tables, part.option_tables);
    append(whole.tables, part.tables);
    append(whole.counts, part.counts);
    append(whole.recipes, part.recipes);
    append(whole.triggers, part.triggers);
    append(whole.clauses, part.clauses);
    unite_tags(whole.filter, part.filter);
    whole.filter = merge_filters(whole.filter, part.filter);
    if (whole.filter.environment.size() > RECIPE_ENV_NAMES) {
      return Error{"the recipes read " + std::to_string(whole.filter.environment.size()) +
                   " variables of the environment, and at most " + std::to_string(RECIPE_ENV_NAMES) + " can be read together"};
    }
  }
  set_slot_marks(whole);
  return whole;
}

}  // namespace recipe
