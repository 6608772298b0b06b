// SPDX-License-Identifier: Apache-2.0
// An event goes the way of the engine: time passes, filter, programs, exceptions, state, marks. Between programs and marks the
// questions are asked whose answers the event changes: which terms fail, and how long a recipe's programs take.
#include "tools/recipec/measure.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <tuple>

namespace recipe::recipec {
namespace {

// A repeat that takes longer, as a multiple of the shortest, was interrupted: that is the machine's, and is cut.
constexpr uint64_t kMostOfLeast = 4;

uint64_t now_ns() {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
}

// The least of many: what stands between two looks at the clock where nothing else does.
uint64_t cost_of_clock() {
  uint64_t least = std::numeric_limits<uint64_t>::max();
  for (int i = 0; i < 1000; ++i) {
    const uint64_t begin = now_ns();
    least = std::min(least, now_ns() - begin);
  }
  return least;
}

}  // namespace

Result<Measurement> Measurement::build(const Artefact& compiled) {
  Result<Harness> harness = Harness::build(compiled, Harness::Throttling::kOn);
  if (!harness.ok()) return harness.error();
  Measurement made(std::move(*harness));
  const Artefact& artefact = made.artefact();
  made.recipes_.resize(artefact.recipes.size());
  for (uint32_t i = 0; i < artefact.recipes.size(); ++i) {
    made.recipes_[i].excepted.resize(artefact.recipes[i].exceptions.size());
    made.by_name_[artefact.recipes[i].name] = RecipeId{i};
  }
  std::map<EventId, std::vector<TriggerId>> triggers;
  for (uint32_t i = 0; i < artefact.triggers.size(); ++i) {
    if (artefact.recipes[artefact.triggers[i].recipe.index()].enabled)
      triggers[artefact.triggers[i].event].push_back(TriggerId{i});
  }
  for (const auto& [event, all] : triggers) {
    if (const Status traced = made.trace(event, all); !traced.ok()) return traced.error();
  }
  made.clock_ns_ = cost_of_clock();
  return made;
}

Status Measurement::trace(EventId event, const std::vector<TriggerId>& triggers) {
  Result<Tracer> built = Tracer::build(artefact(), harness_.marks(), triggers);
  if (!built.ok()) return built.error();
  Terms& made = by_event_.emplace(event, Terms{std::move(*built), {}, {}}).first->second;
  std::map<std::tuple<RecipeId, uint32_t, uint32_t, std::string>, size_t> known;
  const std::vector<Tracer::Term>& terms = made.tracer.terms();
  for (size_t i = 0; i < terms.size(); ++i) {
    made.of.try_emplace(terms[i].clause, i, i).first->second.second = i + 1;
    const Passage& passage = made.tracer.passage(terms[i]);
    const RecipeId recipe = artefact().triggers[terms[i].trigger.index()].recipe;
    std::string words = made.tracer.words(terms[i]);
    const auto [place, is_new] = known.try_emplace({recipe, passage.file, passage.line, words}, terms_.size());
    made.rows.push_back(place->second);
    if (!is_new) continue;
    const std::string file = passage.file < artefact().files.size() ? artefact().files[passage.file] : "";
    terms_.push_back({recipe, std::move(words), file, passage.line, terms[i].kernel, 0});
  }
  return Done{};
}

void Measurement::begin() {
  harness_.state().clear();
  times_.reset();
}

void Measurement::end() {
  pass_time(std::numeric_limits<uint64_t>::max());
  // A capture may say any times: the difference of signed ones could overflow.
  if (times_) span_ns_ += static_cast<uint64_t>(times_->second) - static_cast<uint64_t>(times_->first);
}

Status Measurement::add(std::span<const std::byte> record) {
  if (Status decoded = event_.decode(record); !decoded.ok()) return decoded;
  record_ = record;
  ++events_;
  note_time();
  const uint64_t now = event_.header().time_boot_ns;
  if (const auto next = harness_.state().next_close(); next && *next <= now) pass_time(now);
  harness_.match(event_, matches_);
  passed_ += harness_.passed() ? 1 : 0;
  find_wanted();
  for (size_t begin = 0, end = 0; begin < wanted_.size(); begin = end) {
    for (end = begin; end < wanted_.size() && wanted_[end].recipe == wanted_[begin].recipe; ++end) continue;
    const std::span<const Wanted> wanted = std::span(wanted_).subspan(begin, end - begin);
    RecipeFigures& figures = recipes_[wanted[0].recipe.index()];
    ++figures.passed;
    figures.alone += wanted.size() == wanted_.size() ? 1 : 0;
    take_time(wanted, figures);
    const bool held = std::any_of(matches_.begin(), matches_.end(), [&](const Match& match) {
      return artefact().triggers[match.trigger.index()].recipe == wanted[0].recipe;
    });
    if (held) continue;
    ++figures.in_vain;
    blame(wanted);
  }
  for (const Match& match : matches_) {
    RecipeFigures& figures = of(match.trigger);
    ++figures.matched;
    if (match.clause.valid()) ++figures.clauses[match.clause];
  }
  Harness::Excepted excepted;
  note(harness_.settle(
      event_, matches_, [this](const Match& match) { return witness(match); }, &excepted));
  for (const auto& [trigger, exception] : excepted) ++of(trigger).excepted[exception];
  return Done{};
}

// Events of one moment, and some that come late, are usual.
void Measurement::note_time() {
  const int64_t time = event_.time_unix_ns();
  if (time == 0) {
    ++untimed_;
  } else if (!times_) {
    times_.emplace(time, time);
  } else {
    times_->first = std::min(times_->first, time);
    times_->second = std::max(times_->second, time);
  }
}

void Measurement::pass_time(uint64_t now_boot_ns) {
  note(harness_.state().close_sequences(now_boot_ns, harness_.context()));
  while (const auto summary = harness_.state().take_closed_throttle(now_boot_ns))
    ++recipes_[by_name_.at(summary->recipe).index()].detections;
}

// Of a detection only its recipe is asked here, and its time by what remembers it.
Detection Measurement::witness(const Match& match) const {
  Detection made;
  made.recipe = artefact().recipes[artefact().triggers[match.trigger.index()].recipe.index()].name;
  made.time_unix_ns = event_.time_unix_ns();
  return made;
}

void Measurement::note(const State::Verdict& verdict) {
  for (const State::Told& told : verdict.told) ++of(told.match.trigger).detections;
  for (const TriggerId trigger : verdict.known) ++of(trigger).known;
  for (const TriggerId trigger : verdict.throttled) ++of(trigger).throttled;
}

RecipeFigures& Measurement::of(TriggerId trigger) {
  return recipes_[artefact().triggers[trigger.index()].recipe.index()];
}

void Measurement::find_wanted() {
  wanted_.clear();
  for (const ClauseId clause : harness_.candidates(event_.id())) {
    const TriggerId trigger = artefact().clauses[clause.index()].trigger;
    wanted_.push_back({artefact().triggers[trigger.index()].recipe, trigger, clause});
  }
  const auto place = [](const Wanted& each) { return std::tuple(each.recipe, each.trigger, each.clause); };
  std::sort(wanted_.begin(), wanted_.end(), [&](const Wanted& a, const Wanted& b) { return place(a) < place(b); });
  const auto same = [&](const Wanted& a, const Wanted& b) { return place(a) == place(b); };
  wanted_.erase(std::unique(wanted_.begin(), wanted_.end(), same), wanted_.end());
}

// Each time the event is read anew, outside of what is measured: a recipe pays itself for what it makes of an event, such as
// its command line and its parsed options. So what several recipes share is paid by each.
void Measurement::take_time(std::span<const Wanted> wanted, RecipeFigures& figures) {
  Matcher& matcher = harness_.matcher();
  std::array<uint64_t, RecipeFigures::kRepeats> took{};
  for (uint64_t& ns : took) {
    (void)event_.decode(record_).ok();  // it was decoded before
    const uint64_t begin = now_ns();
    bool held = false;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (i > 0 && wanted[i].trigger == wanted[i - 1].trigger) continue;
      held = matcher.evaluate_trigger(wanted[i].trigger, event_, harness_.context()) != Truth::kFalse || held;
    }
    if (held) (void)matcher.find_exception(wanted[0].recipe, event_, harness_.context());
    const uint64_t passed = now_ns() - begin;
    ns = passed - std::min(passed, clock_ns_);
  }
  const uint64_t most = kMostOfLeast * *std::min_element(took.begin(), took.end());
  for (size_t i = 0; i < took.size(); ++i) figures.ns[i] += std::min(took[i], most);
}

void Measurement::blame(std::span<const Wanted> wanted) {
  Terms& terms = by_event_.at(event_.id());
  std::vector<size_t> rows;
  for (const Wanted& each : wanted) {
    const auto place = terms.of.find(&artefact().clauses[each.clause.index()]);
    if (place == terms.of.end()) continue;  // a clause without terms
    for (size_t i = place->second.first; i < place->second.second; ++i) {
      if (terms.tracer.judge(i, event_, harness_.context()) == Truth::kFalse) rows.push_back(terms.rows[i]);
    }
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  for (const size_t row : rows) ++terms_[row].events;
}

}  // namespace recipe::recipec
