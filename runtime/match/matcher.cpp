// SPDX-License-Identifier: Apache-2.0
// Candidate slots → triggers → programs → matches. Nothing here is as long as the list of recipes but `build`; the one loop
// over all triggers of an event runs where the filter could not decide.
#include "runtime/match/matcher.h"

#include <algorithm>
#include <bit>
#include <map>

#include "runtime/match/evaluator.h"

namespace recipe {
namespace {

// Rows of one table behind each other: `of(i)` is a range of `items`.
template <class T>
struct Rows {
  std::vector<uint32_t> begins = {0};
  std::vector<T> items;

  void close_row() { begins.push_back(static_cast<uint32_t>(items.size())); }
  [[nodiscard]] size_t size() const { return begins.size() - 1; }
  [[nodiscard]] std::span<const T> of(size_t i) const { return std::span(items).subspan(begins[i], begins[i + 1] - begins[i]); }
};

}  // namespace

struct Matcher::State {
  State(const Artefact& from, Evaluator made) : artefact(from), evaluator(std::move(made)) {}

  const Artefact& artefact;
  Evaluator evaluator;
  std::vector<TableIndex> tables;
  std::vector<ReadyProgram> triggers;
  Rows<ReadyProgram> exceptions;                     // by recipe
  std::vector<uint32_t> first_slot;                  // of each filter block, into slots
  Rows<uint32_t> slots;                              // → enabled triggers, once each
  Rows<uint32_t> clauses;                            // by trigger
  std::map<EventId, std::vector<uint32_t>> enabled;  // triggers by event: where the filter could not decide

  std::vector<uint64_t> seen;  // by trigger: the round it was last taken in
  uint64_t round = 0;
  std::vector<uint32_t> chosen;

  [[nodiscard]] Status ready_programs();
  void index_clauses();
  void index_slots();
  void choose(EventId event, std::span<const candidate_word> candidates);
  [[nodiscard]] Match explain(uint32_t trigger, Truth truth, const Event& event);
};

Matcher::Matcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Matcher::~Matcher() = default;

Result<std::unique_ptr<Matcher>> Matcher::build(const Artefact& artefact, const Marks* marks) {
  auto evaluator = Evaluator::make(artefact.option_tables, marks);
  if (!evaluator) return evaluator.error();
  auto state = std::make_unique<State>(artefact, std::move(evaluator.value()));
  if (const Status status = state->ready_programs(); !status.ok()) return status.error();
  state->index_clauses();
  state->index_slots();
  return std::unique_ptr<Matcher>(new Matcher(std::move(state)));
}

Status Matcher::State::ready_programs() {
  PatternPool pool;
  for (const ValueTable& table : artefact.tables) tables.emplace_back(table);
  const auto wrong = [](const RecipeInfo& recipe, const Error& error) {
    return Error{"recipe `" + recipe.name + "`: " + error.what, error.code};
  };
  for (uint32_t i = 0; i < artefact.triggers.size(); ++i) {
    const Trigger& trigger = artefact.triggers[i];
    const RecipeInfo& recipe = artefact.recipes[trigger.recipe.index()];
    auto ready = make_ready(trigger.program, pool, tables);
    if (!ready) return wrong(recipe, ready.error());
    triggers.push_back(std::move(ready.value()));
    if (recipe.enabled) enabled[trigger.event].push_back(i);
  }
  for (const RecipeInfo& recipe : artefact.recipes) {
    for (const ExceptionInfo& exception : recipe.exceptions) {
      auto ready = make_ready(exception.program, pool, tables);
      if (!ready) return wrong(recipe, ready.error());
      exceptions.items.push_back(std::move(ready.value()));
    }
    exceptions.close_row();
  }
  seen.assign(triggers.size(), 0);
  return Done{};
}

void Matcher::State::index_clauses() {
  std::vector<std::vector<uint32_t>> of(artefact.triggers.size());
  for (uint32_t i = 0; i < artefact.clauses.size(); ++i) of[artefact.clauses[i].trigger.index()].push_back(i);
  for (const auto& row : of) {
    clauses.items.insert(clauses.items.end(), row.begin(), row.end());
    clauses.close_row();
  }
}

void Matcher::State::index_slots() {
  for (const FilterBlock& block : artefact.filter.blocks) {
    first_slot.push_back(static_cast<uint32_t>(slots.size()));
    for (const FilterSlot& slot : block.slots) {
      ++round;
      for (const ClauseId clause : slot.clauses) {
        const uint32_t trigger = artefact.clauses[clause.index()].trigger.value;
        if (!artefact.recipes[artefact.triggers[trigger].recipe.index()].enabled || seen[trigger] == round) continue;
        seen[trigger] = round;
        slots.items.push_back(trigger);
      }
      slots.close_row();
    }
  }
  first_slot.push_back(static_cast<uint32_t>(slots.size()));
}

// A word of no block or slot (a record of another filter that carries this generation) names no trigger.
void Matcher::State::choose(EventId event, std::span<const candidate_word> candidates) {
  ++round;
  for (const candidate_word& word : candidates) {
    if (word.block + size_t{1} >= first_slot.size()) continue;
    for (uint64_t bits = word.bits; bits != 0; bits &= bits - 1) {
      const size_t slot = first_slot[word.block] + size_t{64} * word.word + static_cast<size_t>(std::countr_zero(bits));
      if (slot >= first_slot[word.block + size_t{1}]) break;
      for (const uint32_t trigger : slots.of(slot)) {
        if (seen[trigger] == round || artefact.triggers[trigger].event != event) continue;
        seen[trigger] = round;
        chosen.push_back(trigger);
      }
    }
  }
  std::sort(chosen.begin(), chosen.end());
}

void Matcher::match(const Event& event, Context& context, std::span<const candidate_word> candidates, bool everything,
                    std::vector<Match>& out) {
  State& s = *state_;
  s.chosen.clear();
  if (everything) {
    if (const auto all = s.enabled.find(event.id()); all != s.enabled.end()) s.chosen = all->second;
  } else {
    s.choose(event.id(), candidates);
  }
  if (s.chosen.empty()) return;
  s.evaluator.begin(event, context);
  for (const uint32_t trigger : s.chosen) {
    const Truth truth = s.evaluator.evaluate(s.triggers[trigger]);
    if (truth != Truth::kFalse) out.push_back(s.explain(trigger, truth, event));
  }
}

// The clause that says why: the first whose terms all hold, where the condition is open the first that none of them refutes.
// One exists, for a disjunctive normal form has the truth of what it was made from, in Kleene's logic too.
Match Matcher::State::explain(uint32_t trigger, Truth truth, const Event& event) {
  const ReadyProgram& program = triggers[trigger];
  Match match;
  match.trigger = TriggerId{trigger};
  match.open = truth == Truth::kUnknown;
  for (const FieldId field : program.asked) {
    const bool cut = event.truncated(field) || (field == FieldId::process_ancestors && !evaluator.ancestors_complete());
    if (cut) match.truncated.push_back(field);
  }
  for (const uint32_t clause : clauses.of(trigger)) {
    const ClauseInfo& row = artefact.clauses[clause];
    Truth least = Truth::kTrue;
    for (const ClauseTerm& term : row.terms) least = std::min(least, evaluator.evaluate(program, term.node));
    if (least != truth) continue;
    match.clause = ClauseId{clause};
    for (const ClauseTerm& term : row.terms) {
      match.terms.push_back(
          {term.node, evaluator.evaluate(program, term.node), evaluator.witness(program, term.node), term.in_kernel});
    }
    break;
  }
  return match;
}

Truth Matcher::evaluate_trigger(TriggerId trigger, const Event& event, Context& context) {
  if (state_->artefact.triggers[trigger.index()].event != event.id()) return Truth::kFalse;
  state_->evaluator.begin(event, context);
  return state_->evaluator.evaluate(state_->triggers[trigger.index()]);
}

int Matcher::find_exception(RecipeId recipe, const Event& event, Context& context) {
  const auto programs = state_->exceptions.of(recipe.index());
  if (programs.empty()) return -1;
  state_->evaluator.begin(event, context);
  const auto& exceptions = state_->artefact.recipes[recipe.index()].exceptions;
  for (size_t i = 0; i < programs.size(); ++i) {
    const bool over = exceptions[i].until_unix_ns != 0 && event.time_unix_ns() >= exceptions[i].until_unix_ns;
    if (exceptions[i].event == event.id() && !over && state_->evaluator.evaluate(programs[i]) == Truth::kTrue)
      return static_cast<int>(i);
  }
  return -1;
}

}  // namespace recipe
