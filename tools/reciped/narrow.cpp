// SPDX-License-Identifier: Apache-2.0
// Leaves of an artefact what --only wants, and what that depends on: who asks for a mark needs who sets it.
#include "tools/reciped/narrow.h"

#include <algorithm>
#include <set>

namespace recipe::reciped {
namespace {

using MarkName = std::pair<bool, std::string>;  // of a file?

void add_asked_marks(const Program& program, std::set<MarkName>& asked) {
  for (const Test& test : program.tests) {
    if (!asks_marks(test)) continue;
    for (const Literal& literal : test.literals) {
      if (const auto* name = std::get_if<std::string>(&literal))
        asked.insert({test.subject.field == FieldId::file_marked, *name});
    }
  }
}

// What a trigger of the recipe asks of marks, its exceptions with it.
void add_asked_marks(const Artefact& artefact, const Trigger& trigger, std::set<MarkName>& asked) {
  add_asked_marks(trigger.program, asked);
  for (const ExceptionInfo& exception : artefact.recipes[trigger.recipe.index()].exceptions)
    add_asked_marks(exception.program, asked);
}

// By trigger: is it kept? Those of recipes that are on; and of the others what sets a mark that a kept one asks for, until
// nothing more is asked. off: was on before.
std::vector<bool> choose_triggers(const Artefact& artefact, const std::vector<bool>& off) {
  std::vector<bool> kept(artefact.triggers.size());
  std::set<MarkName> asked;
  for (size_t i = 0; i < kept.size(); ++i) {
    const Trigger& trigger = artefact.triggers[i];
    kept[i] = artefact.recipes[trigger.recipe.index()].enabled;
    if (kept[i]) add_asked_marks(artefact, trigger, asked);
  }
  for (bool more = !asked.empty(); more;) {
    more = false;
    for (size_t i = 0; i < kept.size(); ++i) {
      const Trigger& trigger = artefact.triggers[i];
      if (kept[i] || !off[trigger.recipe.index()]) continue;
      const bool sets = std::any_of(trigger.marks.begin(), trigger.marks.end(), [&](const MarkAction& mark) {
        return asked.contains({mark.target == MarkTarget::kFile, mark.name});
      });
      if (!sets) continue;
      more = true;
      // A sequence is whole or it never comes to its end.
      for (size_t j = 0; j < kept.size(); ++j) {
        const Trigger& other = artefact.triggers[j];
        if (j != i && (trigger.step == 0 || other.step == 0 || other.recipe != trigger.recipe)) continue;
        kept[j] = true;
        add_asked_marks(artefact, other, asked);
      }
    }
  }
  return kept;
}

// Index → index among those kept, or none.
template <class Keep>
std::vector<uint32_t> renumber(size_t count, const Keep& keep) {
  std::vector<uint32_t> numbers(count, TriggerId::kNone);
  uint32_t next = 0;
  for (size_t i = 0; i < count; ++i) {
    if (keep(i)) numbers[i] = next++;
  }
  return numbers;
}

template <class T>
void keep_numbered(std::vector<T>& items, const std::vector<uint32_t>& numbers) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (numbers[i] != TriggerId::kNone && numbers[i] != i) items[numbers[i]] = std::move(items[i]);
  }
  items.resize(
      static_cast<size_t>(std::count_if(numbers.begin(), numbers.end(), [](uint32_t n) { return n != TriggerId::kNone; })));
}

// Triggers that are not kept go, their clauses go, and slots that served none but them: the kernel lets through only what
// somebody wants.
void drop_unwanted(Artefact& artefact, const std::vector<bool>& kept) {
  const auto triggers = renumber(artefact.triggers.size(), [&](size_t i) { return kept[i]; });
  const auto clauses = renumber(artefact.clauses.size(),
                                [&](size_t i) { return triggers[artefact.clauses[i].trigger.index()] != TriggerId::kNone; });
  keep_numbered(artefact.triggers, triggers);
  keep_numbered(artefact.clauses, clauses);
  for (ClauseInfo& clause : artefact.clauses) clause.trigger.value = triggers[clause.trigger.index()];
  for (FilterBlock& block : artefact.filter.blocks) {
    std::erase_if(block.slots, [&](FilterSlot& slot) {
      std::erase_if(slot.clauses, [&](ClauseId clause) { return clauses[clause.index()] == ClauseId::kNone; });
      for (ClauseId& clause : slot.clauses) clause.value = clauses[clause.index()];
      return slot.clauses.empty();
    });
  }
  std::erase_if(artefact.filter.blocks, [](const FilterBlock& block) { return block.slots.empty(); });
  artefact.filter.environment = asked_keys(artefact, FieldId::env);
  artefact.filter.writers = asks(artefact, FieldId::process_stdin_writers);
  artefact.filter.commands = asks_commands(artefact);
}

}  // namespace

void narrow(Artefact& artefact, const Choice* only) {
  std::vector<Importance> greatest(artefact.recipes.size(), Importance::kNone);
  for (const Trigger& trigger : artefact.triggers) {
    Importance& mine = greatest[trigger.recipe.index()];
    mine = std::max(mine, trigger.importance);
  }
  std::vector<bool> off(artefact.recipes.size());
  for (size_t i = 0; i < artefact.recipes.size(); ++i) {
    if (only == nullptr || only->wants(artefact.recipes[i], greatest[i])) continue;
    off[i] = artefact.recipes[i].enabled;
    artefact.recipes[i].enabled = false;
  }
  const std::vector<bool> kept = choose_triggers(artefact, off);
  for (size_t i = 0; i < kept.size(); ++i) {
    Trigger& trigger = artefact.triggers[i];
    if (!kept[i] || !off[trigger.recipe.index()]) continue;
    trigger.report = false;
    artefact.recipes[trigger.recipe.index()].enabled = true;
  }
  drop_unwanted(artefact, kept);
}

}  // namespace recipe::reciped
