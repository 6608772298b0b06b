// SPDX-License-Identifier: Apache-2.0
// Sequences and counts against slow twins that keep every event and try every way.
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "runtime/state/counts.h"
#include "runtime/state/sequences.h"

using namespace recipe;

namespace {

constexpr int kRounds = 400, kEvents = 60;

struct Happened {
  size_t step = 0;  // of the sequence whose trigger holds
  int64_t pid = 0;
  uint64_t time = 0;  // ns from boot
};

std::vector<uint64_t> record_of(const Happened& happened) {
  EventValues values;
  values.event = EventId::exec;
  values.time_unix_ns = static_cast<int64_t>(happened.time);
  values.numbers = {{FieldId::process_pid, happened.pid}};
  return encode_record(values).value();
}

Artefact one_sequence(const std::vector<bool>& absent, uint64_t within) {
  Artefact artefact;
  artefact.passages.resize(1);
  artefact.recipes.resize(1);
  artefact.recipes[0].name = "r";
  Sequence& sequence = artefact.recipes[0].sequence.emplace();
  sequence.by.relation = GroupRelation::kProcess;
  sequence.within_ns = within;
  for (size_t i = 0; i < absent.size(); ++i) {
    sequence.steps.push_back({"s" + std::to_string(i), absent[i], 0});
    Trigger& trigger = artefact.triggers.emplace_back();
    trigger.recipe = RecipeId{0};
    trigger.event = EventId::exec;
    trigger.step = static_cast<uint32_t>(i + 1);
  }
  return artefact;
}

// Every chain of events of one process that fits the steps that come, with none of an absent step between its neighbours.
class Chains {
 public:
  Chains(const std::vector<bool>& absent, uint64_t within, const std::vector<Happened>& events)
      : absent_(absent), within_(within), events_(events) {}

  // Those that end with the event; their first events.
  [[nodiscard]] std::vector<size_t> firsts(size_t last) const {
    size_t step = absent_.size();
    while (absent_[step - 1]) --step;
    std::vector<size_t> out;
    if (events_[last].step == step - 1) walk(last, step - 1, last, out);
    return out;
  }
  // Does an absent step of the end come behind `last`, up to the moment?
  [[nodiscard]] bool broken_behind(size_t last, uint64_t until) const {
    size_t step = absent_.size();
    while (absent_[step - 1]) --step;
    for (size_t i = last + 1; i < events_.size(); ++i) {
      if (events_[i].pid == events_[last].pid && events_[i].step >= step && events_[i].time <= until) return true;
    }
    return false;
  }

 private:
  void walk(size_t at, size_t step, size_t last, std::vector<size_t>& out) const {
    if (step == 0) {
      if (events_[last].time - events_[at].time <= within_) out.push_back(at);
      return;
    }
    size_t before = step - 1;
    while (absent_[before]) --before;
    for (size_t i = at; i-- > 0;) {
      if (events_[i].pid != events_[at].pid) continue;
      if (events_[i].step > before && events_[i].step < step) return;
      if (events_[i].step == before) walk(i, before, last, out);
    }
  }

  const std::vector<bool>& absent_;
  uint64_t within_;
  const std::vector<Happened>& events_;
};

std::vector<Happened> random_events(std::mt19937& random, size_t steps) {
  std::vector<Happened> events;
  uint64_t time = 1000;
  for (int i = 0; i < kEvents; ++i) {
    time += 1 + random() % 5;
    events.push_back({random() % steps, static_cast<int64_t>(10 + random() % 2), time});
  }
  return events;
}

}  // namespace

TEST_CASE("a sequence is told where its events came, and of each beginning") {
  std::mt19937 random(7);
  const std::unique_ptr<Context> context = make_record_context();
  size_t told = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<bool> absent(2 + random() % 3);
    for (size_t i = 1; i + 1 < absent.size(); ++i) absent[i] = random() % 3 == 0;
    const uint64_t within = 5 + random() % 30;
    const Artefact artefact = one_sequence(absent, within);
    const std::vector<Happened> events = random_events(random, absent.size());
    const Chains chains(absent, within, events);
    Sequences sequences(artefact, round);
    std::map<int64_t, size_t> told_last;  // by process: behind which event the next beginning has to lie
    for (size_t i = 0; i < events.size(); ++i) {
      const std::vector<uint64_t> record = record_of(events[i]);
      Event event;
      REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
      Match match;
      match.trigger = TriggerId{static_cast<uint32_t>(events[i].step)};
      const auto complete = sequences.take(match, event, i + 1, *context, [&] {
        Detection made;
        made.time_unix_ns = event.time_unix_ns();
        return made;
      });
      const std::vector<size_t> firsts = chains.firsts(i);
      INFO("round " << round << ", event " << i);
      if (complete) {
        ++told;
        // It is true: some chain ends here and begins with the event that is shown.
        REQUIRE_FALSE(complete->empty());
        const auto shown = [&](size_t first) {
          return static_cast<int64_t>(events[first].time) == complete->front().time_unix_ns;
        };
        CHECK(std::any_of(firsts.begin(), firsts.end(), shown));
        told_last[events[i].pid] = i;
      } else {
        // Nothing is missed: what would be told began before the last one that was.
        const auto known = told_last.find(events[i].pid);
        for (const size_t first : firsts) CHECK((known != told_last.end() && first <= known->second));
      }
    }
  }
  CHECK(told > 1000);
}

TEST_CASE("a sequence that ends with what does not come is told when its time is over") {
  std::mt19937 random(11);
  const std::unique_ptr<Context> context = make_record_context();
  size_t told = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<bool> absent = random() % 2 == 0 ? std::vector<bool>{false, true} : std::vector<bool>{false, false, true};
    const uint64_t within = 5 + random() % 30;
    const Artefact artefact = one_sequence(absent, within);
    const std::vector<Happened> events = random_events(random, absent.size());
    const Chains chains(absent, within, events);
    Sequences sequences(artefact, round);
    std::map<int64_t, std::vector<uint64_t>> ends;  // by process: when it was told
    const auto close = [&](uint64_t now) {
      while (const auto closed = sequences.take_closed(now)) {
        ++told;
        Event last;
        REQUIRE(last.decode(std::as_bytes(std::span(closed->record)).first(closed->record_bytes)).ok());
        const auto at = std::find_if(events.begin(), events.end(),
                                     [&](const Happened& each) { return each.time == last.header().time_boot_ns; });
        const auto index = static_cast<size_t>(at - events.begin());
        const auto end = static_cast<uint64_t>(closed->time_unix_ns);
        // It is true: a chain ends with that event, its time ends then, and what must not come did not.
        const std::vector<size_t> firsts = chains.firsts(index);
        CHECK(std::any_of(firsts.begin(), firsts.end(), [&](size_t first) { return events[first].time + within == end; }));
        CHECK_FALSE(chains.broken_behind(index, end));
        ends[at->pid].push_back(end);
      }
    };
    for (size_t i = 0; i < events.size(); ++i) {
      const std::vector<uint64_t> record = record_of(events[i]);
      Event event;
      REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
      close(events[i].time);
      Match match;
      match.trigger = TriggerId{static_cast<uint32_t>(events[i].step)};
      CHECK_FALSE(sequences.take(match, event, i + 1, *context, [] { return Detection(); }));
    }
    close(UINT64_MAX);
    // Nothing is missed: of each beginning that nothing breaks, one is told before its own time would be over.
    for (size_t i = 0; i < events.size(); ++i) {
      for (const size_t first : chains.firsts(i)) {
        const uint64_t end = events[first].time + within;
        if (chains.broken_behind(i, end)) continue;
        const std::vector<uint64_t>& known = ends[events[i].pid];
        INFO("round " << round << ", events " << first << " to " << i);
        CHECK(std::any_of(known.begin(), known.end(), [&](uint64_t each) { return each >= events[i].time && each <= end; }));
      }
    }
  }
  CHECK(told > 500);
}

TEST_CASE("a count is reached exactly where so many events lie within the time") {
  std::mt19937 random(13);
  const std::unique_ptr<Context> context = make_record_context();
  size_t told = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Count> rules(1);
    rules[0].least = 1 + static_cast<uint32_t>(random() % 6);
    rules[0].within_ns = random() % 30;
    rules[0].by.relation = GroupRelation::kProcess;
    Counts counts(rules, round);
    std::map<int64_t, std::vector<uint64_t>> kept;
    for (const Happened& happened : random_events(random, 1)) {
      const std::vector<uint64_t> record = record_of(happened);
      Event event;
      REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
      const auto reached = counts.add(1, event, *context, [] { return Detection(); });
      std::vector<uint64_t>& times = kept[happened.pid];
      times.push_back(happened.time);
      const auto within = static_cast<size_t>(
          std::count_if(times.begin(), times.end(), [&](uint64_t time) { return happened.time - time <= rules[0].within_ns; }));
      INFO("round " << round << ", at " << happened.time);
      CHECK(reached.has_value() == (within >= rules[0].least));
      if (!reached) continue;
      ++told;
      CHECK(reached->tally.count == rules[0].least);
      times.clear();
    }
  }
  CHECK(told > 1000);
}
