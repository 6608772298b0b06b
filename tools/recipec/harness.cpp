// SPDX-License-Identifier: Apache-2.0
// See harness.h.
#include "tools/recipec/harness.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "runtime/artefact/encode.h"

namespace recipe::recipec {
namespace {

// Answers are the same on every run, hashes included.
constexpr uint64_t kSeed = 0x7265636970656373;
constexpr uint32_t kGeneration = 1;

}  // namespace

Result<Harness> Harness::build(const Artefact& compiled, Throttling throttling) {
  Harness harness;
  Result<Artefact> decoded = decode(encode(compiled));
  if (!decoded.ok()) return Error{"the artefact does not survive being written and read: " + decoded.error().message(), 0};
  harness.artefact_ = std::make_unique<Artefact>(std::move(decoded).value());
  const Artefact& artefact = *harness.artefact_;
  Result<FilterImage> image = lay_out(artefact.filter, kSeed, kGeneration);
  if (!image.ok()) return Error{"the filter cannot be laid out: " + image.error().message(), 0};
  harness.image_ = std::make_unique<FilterImage>(std::move(image).value());
  harness.marks_ = std::make_unique<Marks>(artefact);
  harness.classifier_ = std::make_unique<Classifier>(*harness.image_, [marks = harness.marks_.get()](const Event& event) {
    const MarkTags tags = marks->tags(event);
    return Classifier::MarkBits{tags.tags, tags.known};
  });
  Result<std::unique_ptr<Matcher>> matcher = Matcher::build(artefact, harness.marks_.get());
  if (!matcher.ok()) return matcher.error();
  harness.matcher_ = std::move(matcher).value();
  harness.state_ = std::make_unique<State>(artefact, *harness.marks_, kSeed);
  if (throttling == Throttling::kOff) harness.state_->leave_throttles_out();
  harness.context_ = make_record_context();
  harness.triggers_.resize(artefact.recipes.size());
  for (uint32_t i = 0; i < artefact.triggers.size(); ++i)
    harness.triggers_[artefact.triggers[i].recipe.index()].push_back(TriggerId{i});
  return harness;
}

std::vector<TriggerId> Harness::triggers_of(RecipeId recipe, EventId event) const {
  std::vector<TriggerId> same;
  for (const TriggerId trigger : triggers_[recipe.index()]) {
    if (artefact_->triggers[trigger.index()].event == event) same.push_back(trigger);
  }
  return same;
}

bool Harness::detects(RecipeId recipe, const Event& event) {
  const std::vector<TriggerId> triggers = triggers_of(recipe, event.id());
  return std::any_of(triggers.begin(), triggers.end(),
                     [&](TriggerId trigger) {
                       return artefact_->triggers[trigger.index()].report &&
                              matcher_->evaluate_trigger(trigger, event, *context_) != Truth::kFalse;
                     }) &&
         matcher_->find_exception(recipe, event, *context_) < 0;
}

bool Harness::detects(RecipeId recipe, const EventValues& event) {
  const auto record = encode_record(event);
  Event decoded;
  return record.ok() && decoded.decode(std::as_bytes(std::span(*record))).ok() && detects(recipe, decoded);
}

void Harness::match(const Event& event, std::vector<Match>& matches) {
  matches.clear();
  undecided_ = classifier_->classify(event, candidates_);
  matcher_->match(event, *context_, candidates_, undecided_, matches);
}

std::vector<ClauseId> Harness::candidates(EventId event) const {
  std::vector<ClauseId> clauses;
  const auto is_asked = [&](ClauseId clause) {
    const Trigger& trigger = artefact_->triggers[artefact_->clauses[clause.index()].trigger.index()];
    return trigger.event == event && artefact_->recipes[trigger.recipe.index()].enabled;
  };
  if (undecided_) {
    for (uint32_t i = 0; i < artefact_->clauses.size(); ++i) {
      if (is_asked(ClauseId{i})) clauses.push_back(ClauseId{i});
    }
    return clauses;
  }
  for (const candidate_word& word : candidates_) {
    const std::vector<FilterSlot>& slots = artefact_->filter.blocks[word.block].slots;
    for (uint64_t bits = word.bits; bits != 0; bits &= bits - 1) {
      const FilterSlot& slot = slots[size_t{64} * word.word + static_cast<size_t>(std::countr_zero(bits))];
      std::copy_if(slot.clauses.begin(), slot.clauses.end(), std::back_inserter(clauses), is_asked);
    }
  }
  return clauses;
}

State::Verdict Harness::settle(const Event& event, std::vector<Match> matches, const State::Maker& maker, Excepted* excepted) {
  std::erase_if(matches, [&](const Match& match) {
    const int exception = matcher_->find_exception(artefact_->triggers[match.trigger.index()].recipe, event, *context_);
    if (exception >= 0 && excepted != nullptr) excepted->emplace_back(match.trigger, static_cast<size_t>(exception));
    return exception >= 0;
  });
  State::Verdict verdict = state_->judge(matches, event, *context_, maker);
  state_->mark(verdict.marking, event);
  return verdict;
}

bool Harness::passes(const Event& event, const std::vector<TriggerId>& triggers) {
  undecided_ = classifier_->classify(event, candidates_);
  const std::vector<ClauseId> clauses = candidates(event.id());
  return std::any_of(clauses.begin(), clauses.end(), [&](ClauseId clause) {
    return std::find(triggers.begin(), triggers.end(), artefact_->clauses[clause.index()].trigger) != triggers.end();
  });
}

}  // namespace recipe::recipec
