// SPDX-License-Identifier: Apache-2.0
// One record in, detections out: the table of contents of the running half. After each call an invariant holds that the next
// one relies on; it stands between them.
#include "runtime/engine.h"

#include "runtime/artefact/encode.h"

namespace recipe {
Result<std::unique_ptr<Engine>> Engine::build(Artefact artefact, uint64_t seed, uint32_t generation, const Canary* canary) {
  if (Status whole = verify(artefact); !whole.ok()) return whole.error();
  // Every index of the artefact is in range.
  if (canary != nullptr) add_canary(artefact.filter, *canary);
  Result<FilterImage> image = lay_out(artefact.filter, seed, generation);
  if (!image.ok()) return image.error();
  // Kernel and userspace read the same bytes.
  std::unique_ptr<Engine> engine(new Engine);
  engine->artefact_ = std::move(artefact);
  engine->image_ = std::move(*image);
  engine->generation_ = generation;
  if (canary != nullptr) engine->canary_ = canary->token;
  engine->marks_ = std::make_unique<Marks>(engine->artefact_);
  Result<std::unique_ptr<Matcher>> matcher = Matcher::build(engine->artefact_, engine->marks_.get());
  if (!matcher.ok()) return matcher.error();
  // Every pattern is compiled; nothing below can fail for the artefact's sake.
  engine->matcher_ = std::move(*matcher);
  engine->classifier_ = std::make_unique<Classifier>(engine->image_, [marks = engine->marks_.get()](const Event& event) {
    const MarkTags tags = marks->tags(event);
    return Classifier::MarkBits{tags.tags, tags.known};
  });
  engine->reporter_ = std::make_unique<Reporter>(engine->artefact_);
  engine->state_ = std::make_unique<State>(engine->artefact_, *engine->marks_, seed);
  return engine;
}

Engine::~Engine() = default;

Status Engine::judge(std::span<const std::byte> record, Context& context, std::vector<Detection>& out) {
  count(Counter::k_events_seen);
  return judge(record, 0, context, out);
}

// round: how often the event has waited; Waiting::kRounds: it may not wait again.
Status Engine::judge(std::span<const std::byte> record, uint32_t round, Context& context, std::vector<Detection>& out) {
  if (Status decoded = event_.decode(record); !decoded.ok()) {
    count(Counter::k_record_malformed);
    return decoded;
  }
  // event_ is a bounds-checked view; nothing below reads raw bytes.
  if (is_canary()) return Done{};
  if (const auto next = state_->next_close(); next && *next <= event_.header().time_boot_ns)
    close_windows(event_.header().time_boot_ns, context, out);
  const bool everything = find_candidates();
  // candidates_ ∪ everything holds every trigger that can hold for this event (law 1).
  if (event_.truncated(FieldId::argv)) {
    // What was cut leaves terms open, and an open term lets through: long command lines of builds would match everything.
    if (auto arguments = context.arguments(event_)) (void)event_.complete_argv(std::move(*arguments));
  }
  if (event_.truncated(FieldId::env)) {
    if (auto environment = context.environment(event_)) (void)event_.complete_env(std::move(*environment));
  }
  matches_.clear();
  matcher_->match(event_, context, candidates_, everything, matches_);
  drop_excepted(context);
  // matches_ are the triggers that do hold, as far as context knows now.
  if (context.unsettled(event_)) {
    if (waiting_.add(record, round, Waiting::Clock::now())) return Done{};
    count(Counter::k_writers_unsettled);
  }
  report(context, out);
  return Done{};
}

void Engine::judge_waiting(Waiting::Clock::time_point now, bool last, Context& context, std::vector<Detection>& out) {
  while (const std::optional<Waiting::Due> due = waiting_.take(now))
    (void)judge(due->record(), last ? Waiting::kRounds : due->round, context, out);  // it was decoded before
}

void Engine::drop_excepted(Context& context) {
  excepted_ = std::erase_if(matches_, [&](const Match& match) {
    return matcher_->find_exception(artefact_.triggers[match.trigger.index()].recipe, event_, context) >= 0;
  });
}

void Engine::report(Context& context, std::vector<Detection>& out) {
  counters_[static_cast<size_t>(Counter::k_detections_excepted)] += excepted_;
  State::Verdict verdict = state_->judge(matches_, event_, context,
                                         [&](const Match& match) { return reporter_->report(match, event_, context, 0); });
  // Every sequence, count, memory and throttle has had its say.
  const std::vector<TriggerId> marking = verdict.marking;
  tell(std::move(verdict), context, out);
  state_->mark(marking, event_);
  counters_[static_cast<size_t>(Counter::k_marks_evicted)] = marks_->evicted();
}

// A match of the event that is judged is reported now; what the end of a time brings was reported when its event came.
void Engine::tell(State::Verdict verdict, Context& context, std::vector<Detection>& out) {
  for (State::Told& told : verdict.told) {
    const Trigger& trigger = artefact_.triggers[told.match.trigger.index()];
    if (told.match.open) count(Counter::k_match_truncated);
    Detection detection;
    if (told.over_unix_ns) {
      detection = std::move(told.events.back());
      told.events.pop_back();
      detection.time_unix_ns = *told.over_unix_ns;
      detection.id = uuid_v7(detection.time_unix_ns);
      reporter_->complete(detection, trigger, context);
    } else {
      detection = reporter_->report(told.match, event_, context, 0);
    }
    if (trigger.step != 0) detection.step = artefact_.recipes[trigger.recipe.index()].sequence->steps[trigger.step - 1].name;
    detection.events = std::move(told.events);
    detection.counted = told.counted;
    tell(std::move(detection), context, out);
  }
  counters_[static_cast<size_t>(Counter::k_detections_known)] += verdict.known.size();
  counters_[static_cast<size_t>(Counter::k_detections_throttled)] += verdict.throttled.size();
  counters_[static_cast<size_t>(Counter::k_state_evicted)] = state_->evicted();
}

// What is left leaves: from here on the sequence has no gaps.
void Engine::tell(Detection detection, Context& context, std::vector<Detection>& out) {
  counters_[static_cast<size_t>(Counter::k_context_gone)] = context.gone();
  detection.sequence = ++sequence_;
  out.push_back(std::move(detection));
  out.back().lost = changed_losses();
}

void Engine::close_windows(uint64_t now_boot_ns, Context& context, std::vector<Detection>& out) {
  tell(state_->close_sequences(now_boot_ns, context), context, out);
  while (auto held = state_->take_closed_throttle(now_boot_ns)) {
    held->id = uuid_v7(held->held_back->last_unix_ns);
    // Formats that know no tally show the message.
    held->message = std::to_string(held->held_back->count) + " more, held back by the throttle: " + held->message;
    tell(std::move(*held), context, out);
  }
}

// The one place where live and replay differ: the kernel has classified what it sent under our generation.
bool Engine::find_candidates() {
  const record_header& header = event_.header();
  const bool replayed = (header.flags & RECORD_REPLAYED) != 0;
  if (!replayed && header.generation == generation_) {
    candidates_.assign(event_.candidates().begin(), event_.candidates().end());
    return (header.flags & RECORD_ALL_CANDIDATES) != 0;
  }
  if (!replayed) count(Counter::k_generation_gone);
  return classifier_->classify(event_, candidates_);
}

// The token is 128 secret bits and is good for one event: nobody can hide behind it.
bool Engine::is_canary() {
  if (canary_.empty() || (event_.header().flags & RECORD_REPLAYED) != 0) return false;
  const auto argv = event_.argv();
  if (argv.size() != 2 || argv[1] != canary_) return false;
  canary_.clear();
  canary_seen_ = true;
  return true;
}

// Loss counters that changed since the last detection that told of them, with their totals.
std::vector<std::pair<std::string, uint64_t>> Engine::changed_losses() {
  std::vector<std::pair<std::string, uint64_t>> changed;
  for (size_t i = 0; i < counters_.size(); ++i) {
    const CounterInfo& row = info(static_cast<Counter>(i));
    if (!row.loss || counters_[i] == told_[i]) continue;
    changed.emplace_back(row.name, counters_[i]);
    told_[i] = counters_[i];
  }
  return changed;
}

}  // namespace recipe
