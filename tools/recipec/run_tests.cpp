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
  void remember();
  void judge(RecipeId recipe, const std::vector<TriggerId>& triggers, TestReport& report);
  void blame(const std::vector<TriggerId>& triggers, TestReport& report);

  Harness harness_;
  std::vector<uint64_t> record_;
  Event event_;
  std::vector<Match> matches_;
};

TestReport Runner::run(RecipeId recipe, const RecipeTest& test, Coverage* coverage) {
  TestReport report{test.title, test.expectation, false, false, {}, {}, 0};
  harness_.marks().clear();
  for (const EventValues& step : test.steps) {
    if (!read(step, report)) return report;
    harness_.match(event_, matches_);
    if (coverage != nullptr) coverage->add(event_);
    if (&step != &test.steps.back()) remember();
  }
  judge(recipe, harness_.triggers_of(recipe, test.steps.back().event), report);
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

// What the matches of the event mark, by whichever recipe of the set.
void Runner::remember() {
  std::vector<TriggerId> marking;
  for (const Match& match : matches_) {
    const Trigger& trigger = harness_.artefact().triggers[match.trigger.index()];
    if (!trigger.marks.empty() && harness_.matcher().find_exception(trigger.recipe, event_, harness_.context()) < 0)
      marking.push_back(match.trigger);
  }
  for (const TriggerId trigger : marking) harness_.marks().set(harness_.artefact().triggers[trigger.index()], event_);
}

void Runner::judge(RecipeId recipe, const std::vector<TriggerId>& triggers, TestReport& report) {
  const Match* held = nullptr;  // the first that is reported
  bool marks = false;
  for (const TriggerId trigger : triggers) {
    const auto match =
        std::find_if(matches_.begin(), matches_.end(), [&](const Match& each) { return each.trigger == trigger; });
    const bool through_filter = match != matches_.end();
    const bool alone = harness_.matcher().evaluate_trigger(trigger, event_, harness_.context()) != Truth::kFalse;
    if (through_filter != alone) {
      report.fault = true;
      report.reason = alone ? "the condition holds, and the kernel's filter would have dropped the event"
                            : "the matcher reports a match that the condition alone denies";
      blame(triggers, report);
      return;
    }
    if (!through_filter) continue;
    marks = marks || !harness_.artefact().triggers[trigger.index()].marks.empty();
    if (held == nullptr && harness_.artefact().triggers[trigger.index()].report) held = &*match;
  }

  const int exception = held != nullptr || marks ? harness_.matcher().find_exception(recipe, event_, harness_.context()) : -1;
  const bool matched = held != nullptr && exception < 0;
  report.passed = matched == (report.expectation == TestExpectation::kMatch) &&
                  (report.expectation != TestExpectation::kMark || (marks && exception < 0));
  if (report.passed) return;
  if (report.expectation == TestExpectation::kMark && !matched && exception < 0) {
    report.reason = "must mark, and does not";
    return blame(triggers, report);
  }
  if (exception >= 0) {
    const std::string& title = harness_.artefact().recipes[recipe.index()].exceptions[static_cast<size_t>(exception)].title;
    report.reason = std::string("must ") + (report.expectation == TestExpectation::kMark ? "mark" : "match") +
                    ", and an exception holds it back" + (title.empty() ? std::string() : ": " + title);
  } else if (matched) {
    report.reason = held->open ? "must match nothing, and a truncated field leaves the condition open"
                    : report.expectation == TestExpectation::kMark ? "must mark and not be reported, and is reported"
                                                                   : "must match nothing, and matches";
  } else {
    report.reason = triggers.empty() ? "must match, and the recipe has no `on` of this event" : "must match, and does not";
  }
  blame(triggers, report);
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
