// SPDX-License-Identifier: Apache-2.0
// See run_tests.h.
#include "tools/recipec/run_tests.h"

#include <algorithm>
#include <span>
#include <utility>

#include "compiler/lower/lower.h"
#include "tools/recipec/coverage.h"
#include "tools/recipec/harness.h"
#include "tools/recipec/trace.h"

namespace recipe::recipec {
namespace {

class Runner {
 public:
  explicit Runner(Harness harness) : harness_(std::move(harness)) {}

  TestReport run(RecipeId recipe, const RecipeTest& test, Coverage* coverage);
  [[nodiscard]] Harness& harness() { return harness_; }

 private:
  bool read(const EventValues& values, TestReport& report);
  State::Verdict settle();
  bool closes(RecipeId recipe, uint64_t now);
  bool agrees(const std::vector<TriggerId>& triggers, TestReport& report);
  void judge(RecipeId recipe, const std::vector<TriggerId>& triggers, const State::Verdict& verdict, TestReport& report);
  void judge_wait(RecipeId recipe, int64_t wait_ns, TestReport& report);
  [[nodiscard]] std::string why_not(RecipeId recipe, const std::vector<TriggerId>& triggers);
  void blame(const std::vector<TriggerId>& triggers, TestReport& report);

  Harness harness_;
  std::vector<uint64_t> record_;
  Event event_;
  std::vector<Match> matches_;
};

TestReport Runner::run(RecipeId recipe, const RecipeTest& test, Coverage* coverage) {
  TestReport report{test.title, test.expectation, false, false, {}, {}, 0};
  harness_.state().clear();
  State::Verdict verdict;
  for (const EventValues& step : test.steps) {
    if (!read(step, report)) return report;
    (void)closes(recipe, event_.header().time_boot_ns);
    harness_.match(event_, matches_);
    if (coverage != nullptr) coverage->add(event_);
    verdict = settle();
  }
  const std::vector<TriggerId> triggers = harness_.triggers_of(recipe, test.steps.back().event);
  if (!agrees(triggers, report)) return report;
  if (test.wait_ns > 0) {
    judge_wait(recipe, test.wait_ns, report);
  } else {
    judge(recipe, triggers, verdict, report);
  }
  if (!report.passed) blame(triggers, report);
  return report;
}

// The event as a record, decoded into event_. false: the report says why not.
bool Runner::read(const EventValues& values, TestReport& report) {
  const Result<std::vector<uint64_t>> record = encode_record(values);
  if (!record.ok()) {
    report.reason = "no such event can be: " + record.error().message();
    return false;
  }
  record_ = *record;
  if (const Status decoded = event_.decode(std::as_bytes(std::span(record_))); !decoded.ok()) {
    report.fault = true;
    report.reason = "the event does not survive being written and read: " + decoded.error().message();
    return false;
  }
  return true;
}

// What all recipes of the set make of the event, as the engine does it.
State::Verdict Runner::settle() {
  std::vector<Match> matches = matches_;
  const auto& triggers = harness_.artefact().triggers;
  std::erase_if(matches, [&](const Match& match) {
    return harness_.matcher().find_exception(triggers[match.trigger.index()].recipe, event_, harness_.context()) >= 0;
  });
  State::Verdict verdict =
      harness_.state().judge(matches, event_, harness_.context(), [](const Match&) { return Detection(); });
  for (const TriggerId trigger : verdict.marking) harness_.marks().set(triggers[trigger.index()], event_);
  // The matches go with this call: what is told is asked by its trigger.
  for (State::Told& told : verdict.told) {
    const TriggerId trigger = told.match->trigger;
    told.match = &*std::find_if(matches_.begin(), matches_.end(), [&](const Match& each) { return each.trigger == trigger; });
  }
  return verdict;
}

// Does the recipe tell of something that is over before `now`?
bool Runner::closes(RecipeId recipe, uint64_t now) {
  bool closed = false;
  while (auto sequence = harness_.state().take_closed_sequence(now)) {
    const Trigger& trigger = harness_.artefact().triggers[sequence->match.trigger.index()];
    State::Verdict verdict;
    Event last;
    if (!last.decode(std::as_bytes(std::span(sequence->record)).first(sequence->record_bytes)).ok()) continue;
    const bool held = harness_.state().holds_back(trigger, last, harness_.context(), verdict, [] { return Detection(); });
    closed = closed || (trigger.recipe == recipe && trigger.report && !held);
  }
  return closed;
}

// Law 1: a condition that holds passes the filter. And the reverse, for the filter knows these events whole.
bool Runner::agrees(const std::vector<TriggerId>& triggers, TestReport& report) {
  for (const TriggerId trigger : triggers) {
    const bool through_filter =
        std::any_of(matches_.begin(), matches_.end(), [&](const Match& each) { return each.trigger == trigger; });
    const bool alone = harness_.matcher().evaluate_trigger(trigger, event_, harness_.context()) != Truth::kFalse;
    if (through_filter == alone) continue;
    report.fault = true;
    report.reason = alone ? "the condition holds, and the kernel's filter would have dropped the event"
                          : "the matcher reports a match that the condition alone denies";
    blame(triggers, report);
    return false;
  }
  return true;
}

void Runner::judge_wait(RecipeId recipe, int64_t wait_ns, TestReport& report) {
  // A moment later: what lasts that long is over.
  const bool told = closes(recipe, event_.header().time_boot_ns + static_cast<uint64_t>(wait_ns) + 1);
  report.passed = told == (report.expectation == TestExpectation::kMatch);
  if (!report.passed)
    report.reason =
        told ? "must match nothing, and the end of the time brings a match" : "must match, and the time ends without";
}

void Runner::judge(RecipeId recipe, const std::vector<TriggerId>& triggers, const State::Verdict& verdict, TestReport& report) {
  const auto& all = harness_.artefact().triggers;
  const auto is_own = [&](TriggerId trigger) { return all[trigger.index()].recipe == recipe; };
  const auto told = std::find_if(verdict.told.begin(), verdict.told.end(),
                                 [&](const State::Told& each) { return is_own(each.match->trigger); });
  const bool matched = told != verdict.told.end();
  const bool marks = std::any_of(verdict.marking.begin(), verdict.marking.end(), is_own);
  report.passed =
      matched == (report.expectation == TestExpectation::kMatch) && (report.expectation != TestExpectation::kMark || marks);
  if (report.passed) return;
  if (matched) {
    report.reason = told->match->open ? "must match nothing, and a truncated field leaves the condition open"
                    : report.expectation == TestExpectation::kMark ? "must mark and not be reported, and is reported"
                                                                   : "must match nothing, and matches";
    return;
  }
  const bool mark = report.expectation == TestExpectation::kMark;
  report.reason = std::string("must ") + (mark ? "mark" : "match") + ", and " + why_not(recipe, triggers);
}

// Why a recipe says nothing of the event.
std::string Runner::why_not(RecipeId recipe, const std::vector<TriggerId>& triggers) {
  const Artefact& artefact = harness_.artefact();
  if (triggers.empty()) return "the recipe has no `on` of this event";
  const auto match = std::find_if(matches_.begin(), matches_.end(), [&](const Match& each) {
    return std::find(triggers.begin(), triggers.end(), each.trigger) != triggers.end();
  });
  if (match == matches_.end()) return "does not";
  const int exception = harness_.matcher().find_exception(recipe, event_, harness_.context());
  if (exception >= 0) {
    const std::string& title = artefact.recipes[recipe.index()].exceptions[static_cast<size_t>(exception)].title;
    return "an exception holds it back" + (title.empty() ? std::string() : ": " + title);
  }
  const Trigger& trigger = artefact.triggers[match->trigger.index()];
  if (trigger.step != 0)
    return "step `" + artefact.recipes[recipe.index()].sequence->steps[trigger.step - 1].name +
           "` does not complete the sequence";
  if (trigger.count != 0) return "its count is not reached";
  return artefact.recipes[recipe.index()].unless_seen ? "the like was seen before" : "does not";
}

void Runner::blame(const std::vector<TriggerId>& triggers, TestReport& report) {
  Result<Tracer> tracer = Tracer::build(harness_.artefact(), harness_.marks(), triggers);
  if (tracer.ok()) {
    report.terms = tracer->nearest(event_, harness_.context());
  } else {
    report.reason += "; the terms cannot be told apart: " + tracer.error().message();
  }
}

}  // namespace

Result<std::vector<RecipeReport>> run_tests(Compilation& compilation,
                                            const std::function<bool(const std::string& path)>& wanted,
                                            const std::function<void(size_t done, size_t total)>& progress,
                                            bool with_coverage) {
  assert(compilation.ok);
  // A recipe that is switched off has no clauses, and its tests are to hold all the same.
  bool switched_off = false;
  for (Recipe& recipe : compilation.set.recipes) switched_off |= !std::exchange(recipe.info.enabled, true);
  if (switched_off) lower(compilation);
  Result<Harness> harness = Harness::build(compilation.artefact);
  if (!harness.ok()) return harness.error();
  Runner runner(std::move(*harness));
  std::vector<RecipeReport> reports;
  const size_t total = compilation.set.recipes.size();
  for (uint32_t i = 0; i < total; ++i) {
    const Recipe& recipe = compilation.set.recipes[i];
    const auto line_of = [&](Span span) { return compilation.sources.position(span.source, span.begin).line; };
    const std::string& file = compilation.sources[recipe.span.source].path;
    if (wanted(file)) {
      RecipeReport report{recipe.info.name, file, line_of(recipe.name_span), {}, {}};
      std::optional<Coverage> coverage;
      if (with_coverage) {
        Result<Coverage> built = Coverage::build(runner.harness(), RecipeId{i});
        if (!built.ok()) return built.error();
        coverage.emplace(std::move(*built));
      }
      for (const RecipeTest& test : recipe.tests) {
        report.tests.push_back(runner.run(RecipeId{i}, test, coverage ? &*coverage : nullptr));
        report.tests.back().line = line_of(test.span);
      }
      if (coverage) report.coverage = coverage->report();
      reports.push_back(std::move(report));
    }
    if (progress) progress(i + 1, total);
  }
  return reports;
}

}  // namespace recipe::recipec
