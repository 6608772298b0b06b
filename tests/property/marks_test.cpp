// SPDX-License-Identifier: Apache-2.0
// Law 1 over sequences: an event depends on what events before it have marked. A small machine runs (processes fork, execute,
// exit, pids are used again), and what is remembered is compared with the slow evaluator's list of all markings: once as a
// replay, whose filter is told of the marks, and once as live, whose filter knows the kernel's array of bits alone: set by
// candidates, copied at fork, never taken back.
#include <catch2/catch.hpp>
#include <map>

#include "compiler/lower/lower.h"
#include "runtime/artefact/dump.h"
#include "runtime/artefact/encode.h"
#include "runtime/artefact/lay_out.h"
#include "runtime/classify/classify.h"
#include "runtime/context/context.h"
#include "runtime/match/matcher.h"
#include "tests/support/events.h"
#include "tests/support/slow_evaluator.h"

using namespace recipe;

namespace {

constexpr EventId kEvents[] = {EventId::exec, EventId::unlink, EventId::connect};
const std::vector<std::string> kMarks = {"a", "b", "c"};
const std::vector<std::string> kPrograms = {"/bin/sh", "/usr/bin/perl", "/tmp/x", "/opt/b/ruby"};
const std::vector<std::string> kPaths = {"/tmp/x", "/etc/passwd", "/opt/b/ruby"};

Predicate asks_mark(FieldId field, const std::string& name, bool negated) {
  Test test;
  test.subject.field = field;
  test.over = Over::kAnyElement;
  test.literals = {name};
  return leaf(test, negated);
}

// What triggers ask: plain conditions, and marks, joined at random.
Predicate condition(Random& random, EventId event) {
  const auto plain = [&]() -> Predicate {
    Test test;
    test.subject.field = random.chance(60) ? FieldId::process_name : FieldId::process_uid;
    if (test.subject.field == FieldId::process_uid) {
      test.literals = {int64_t{random.below(2)}};
    } else {
      test.literals = {std::string(random.chance(50) ? "perl" : "sh")};
      if (random.chance(30)) test.literals.emplace_back(std::string("x"));
    }
    return leaf(test, random.chance(25));
  };
  const auto mark = [&] {
    const bool file = event != EventId::connect && random.chance(35);
    return asks_mark(file ? FieldId::file_marked : FieldId::process_marked, random.pick(kMarks), random.chance(20));
  };
  const auto part = [&] { return random.chance(45) ? plain() : mark(); };
  if (random.chance(35)) return part();
  return join(random.chance(70) ? PredicateKind::kAnd : PredicateKind::kOr, {part(), part()});
}

Compilation random_recipes(Random& random) {
  Compilation compilation;
  for (uint32_t i = 0, count = 4 + random.below(12); i < count; ++i) {
    Recipe recipe;
    recipe.info.name = "r" + std::to_string(i);
    On on;
    on.event = random.pick(kEvents);
    on.when = condition(random, on.event);
    for (uint32_t m = random.below(3); m > 0; --m) {
      MarkAction action;
      action.target = static_cast<MarkTarget>(random.below(on.event == EventId::connect ? 2 : 3));
      action.name = random.pick(kMarks);
      action.for_ns = 1 + random.below(random.chance(30) ? 50 : 5000);
      on.marks.push_back(action);
    }
    recipe.ons.push_back(std::move(on));
    compilation.set.recipes.push_back(std::move(recipe));
  }
  lower(compilation);
  return compilation;
}

struct Process {
  int64_t pid = 0, start_time = 0, uid = 0;
  std::string exe = "/bin/sh";
  std::vector<Process> line;  // its ancestors when it was forked, the parent first
};

// Processes with few pids, so that they come again. Time goes on by odd steps: no start looks like one that /proc rounded.
class Machine {
 public:
  explicit Machine(Random& random) : random_(random) { live_.push_back({1, 1, 0, "/bin/sh", {}}); }

  Process& some() { return live_[random_.below(static_cast<uint32_t>(live_.size()))]; }
  int64_t tick() { return time_ += 1 + random_.below(40); }
  // nullptr: no pid is free.
  Process* fork(const Process& parent) {
    if (live_.size() >= 8) return nullptr;
    Process child = parent;
    child.pid = 2;
    const auto taken = [&](const Process& each) { return each.pid == child.pid; };
    while (std::any_of(live_.begin(), live_.end(), taken)) ++child.pid;
    child.start_time = tick();
    child.line.insert(child.line.begin(), parent);
    child.line.front().line.clear();
    if (child.line.size() > 6) child.line.resize(6);
    live_.push_back(std::move(child));
    return &live_.back();
  }
  void exit_some() {
    if (live_.size() > 1) live_.erase(live_.begin() + 1 + random_.below(static_cast<uint32_t>(live_.size() - 1)));
  }

  EventValues event(EventId id, Process& process) {
    EventValues event;
    event.event = id;
    event.time_unix_ns = tick();
    if (id == EventId::exec) process.exe = random_.pick(kPrograms);
    event.numbers = {{FieldId::process_pid, process.pid},
                     {FieldId::process_start_time, process.start_time},
                     {FieldId::process_uid, process.uid}};
    event.texts = {{FieldId::process_exe, process.exe}};
    if (id == EventId::unlink) event.texts.emplace_back(FieldId::file_path, random_.pick(kPaths));
    if (random_.chance(4)) event.truncated.push_back(id == EventId::unlink ? FieldId::file_path : FieldId::process_exe);
    event.ancestors.emplace();
    for (const Process& each : process.line) {
      EventValues::AncestorValues ancestor;
      ancestor.pid = each.pid;
      ancestor.start_time = each.start_time;
      event.ancestors->push_back(ancestor);
    }
    if (random_.chance(4)) event.truncated.push_back(FieldId::process_ancestors);
    return event;
  }

 private:
  Random& random_;
  std::vector<Process> live_;
  int64_t time_ = 1;
};

struct Seen {
  size_t matches = 0, by_mark = 0, rejected = 0;
};

class Run {
 public:
  Run(Random& random, const Compilation& compilation, bool live)
      : live_(live),
        artefact_(decode(encode(compilation.artefact)).value()),
        image_(lay_out(artefact_.filter, random.next(), 1).value()),
        classifier_(image_, [this](const Event&) { return bits_; }),
        marks_(artefact_),
        matcher_(Matcher::build(artefact_, &marks_).value()) {}

  void forked(int64_t parent, int64_t child) { kernel_[child] = kernel_[parent]; }

  void judge(const EventValues& values, int64_t pid, Seen& seen) {
    const std::vector<uint64_t> record = encode_record(values).value();
    Event event;
    REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
    const MarkTags remembered = marks_.tags(event);
    bits_ = live_ ? Classifier::MarkBits{kernel_[pid], true} : Classifier::MarkBits{remembered.tags, remembered.known};
    const std::vector<TriggerId> found = matches(event);
    kernel_[pid] |= classifier_.marks();
    for (uint32_t t = 0; t < artefact_.triggers.size(); ++t) {
      if (artefact_.triggers[t].event == event.id())
        judge_trigger(TriggerId{t}, std::find(found.begin(), found.end(), TriggerId{t}) != found.end(), event, values, seen);
    }
    for (const TriggerId trigger : found) {
      marks_.set(artefact_.triggers[trigger.index()], event);
      for (const MarkAction& action : artefact_.triggers[trigger.index()].marks) {
        if (const auto marking = slow::marking_of(action, values)) markings_.push_back(*marking);
      }
    }
  }

 private:
  void judge_trigger(TriggerId trigger, bool found, const Event& event, const EventValues& values, Seen& seen) {
    const Program& program = artefact_.triggers[trigger.index()].program;
    INFO("trigger " << trigger.index() << " " << dump(program) << describe(values));
    const Truth truth = slow::evaluate(program, {&values, &artefact_.option_tables, false, &markings_});
    REQUIRE(matcher_->evaluate_trigger(trigger, event, *context_) == truth);
    if (truth == Truth::kTrue) REQUIRE(found);
    if (truth == Truth::kFalse) REQUIRE_FALSE(found);
    // A cut line leaves open to a replay what the kernel's bits decide.
    if (truth == Truth::kUnknown && !live_) REQUIRE(found);
    ++(found ? seen.matches : seen.rejected);
    const std::vector<slow::Marking> none;
    if (found && slow::evaluate(program, {&values, &artefact_.option_tables, false, &none}) == Truth::kFalse) ++seen.by_mark;
  }

  std::vector<TriggerId> matches(const Event& event) {
    std::vector<candidate_word> words;
    const bool everything = classifier_.classify(event, words);
    std::vector<Match> found;
    matcher_->match(event, *context_, words, everything, found);
    std::vector<TriggerId> triggers;
    for (const Match& match : found) triggers.push_back(match.trigger);
    return triggers;
  }

  bool live_;
  Artefact artefact_;
  FilterImage image_;
  Classifier::MarkBits bits_;
  Classifier classifier_;
  Marks marks_;
  std::unique_ptr<Matcher> matcher_;
  std::unique_ptr<Context> context_ = make_record_context();
  std::map<int64_t, uint32_t> kernel_;  // process_entry.tags by pid
  std::vector<slow::Marking> markings_;
};

}  // namespace

TEST_CASE("sequences in which later events depend on marks lose no event, replayed and live") {
  Random random(test_seed() + 7);
  Seen seen;
  for (int round = 0; round < 200; ++round) {
    INFO("round " << round);
    const Compilation compilation = random_recipes(random);
    Run run(random, compilation, round % 2 == 0);
    Machine machine(random);
    for (int step = 0; step < 120; ++step) {
      const uint32_t what = random.below(10);
      if (what < 3) {
        const Process parent = machine.some();
        if (const Process* child = machine.fork(parent)) run.forked(parent.pid, child->pid);
      } else if (what == 3) {
        machine.exit_some();
      } else {
        Process& process = machine.some();
        const EventId id = random.pick(kEvents);
        run.judge(machine.event(id, process), process.pid, seen);
      }
    }
  }
  CHECK(seen.matches > 5000);
  CHECK(seen.by_mark > 500);
  CHECK(seen.rejected > 5000);
}
