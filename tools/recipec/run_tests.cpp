// SPDX-License-Identifier: Apache-2.0
// See run_tests.h.
#include "tools/recipec/run_tests.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "compiler/lower/lower.h"
#include "runtime/artefact/encode.h"
#include "runtime/artefact/lay_out.h"
#include "runtime/classify/classify.h"
#include "runtime/context/context.h"
#include "runtime/match/matcher.h"
#include "tools/recipec/trace.h"

namespace recipe::recipec {
namespace {

// Tests are the same on every run, hashes included.
constexpr uint64_t kSeed = 0x7265636970656373;
constexpr uint32_t kGeneration = 1;

class Runner {
 public:
  static Result<std::unique_ptr<Runner>> build(const Artefact& compiled) {
    auto runner = std::unique_ptr<Runner>(new Runner);
    Result<Artefact> decoded = decode(encode(compiled));
    if (!decoded.ok()) return Error{"the artefact does not survive being written and read: " + decoded.error().message(), 0};
    runner->artefact_ = std::move(decoded).value();
    Result<FilterImage> image = lay_out(runner->artefact_.filter, kSeed, kGeneration);
    if (!image.ok()) return Error{"the filter cannot be laid out: " + image.error().message(), 0};
    runner->image_ = std::move(image).value();
    runner->marks_ = std::make_unique<Marks>(runner->artefact_);
    runner->classifier_ = std::make_unique<Classifier>(runner->image_, [marks = runner->marks_.get()](const Event& event) {
      const MarkTags tags = marks->tags(event);
      return Classifier::MarkBits{tags.tags, tags.known};
    });
    Result<std::unique_ptr<Matcher>> matcher = Matcher::build(runner->artefact_, runner->marks_.get());
    if (!matcher.ok()) return matcher.error();
    runner->matcher_ = std::move(matcher).value();
    runner->context_ = make_record_context();
    runner->triggers_.resize(runner->artefact_.recipes.size());
    for (uint32_t i = 0; i < runner->artefact_.triggers.size(); ++i) {
      runner->triggers_[runner->artefact_.triggers[i].recipe.index()].push_back(TriggerId{i});
    }
    return runner;
  }

  TestReport run(RecipeId recipe, const RecipeTest& test);

 private:
  Runner() = default;
  std::vector<TriggerId> triggers_of(RecipeId recipe, EventId event) const;
  bool read(const EventValues& values, TestReport& report);
  void find_matches();
  void remember();
  void judge(RecipeId recipe, const std::vector<TriggerId>& triggers, TestReport& report);
  void blame(const std::vector<TriggerId>& triggers, TestReport& report);

  Artefact artefact_;
  FilterImage image_;
  std::unique_ptr<Classifier> classifier_;
  std::unique_ptr<Marks> marks_;
  std::unique_ptr<Matcher> matcher_;
  std::unique_ptr<Context> context_;
  std::vector<std::vector<TriggerId>> triggers_;  // by RecipeId
  std::vector<uint64_t> record_;
  Event event_;
  std::vector<candidate_word> candidates_;
  std::vector<Match> matches_;
};

std::vector<TriggerId> Runner::triggers_of(RecipeId recipe, EventId event) const {
  std::vector<TriggerId> same;
  for (const TriggerId trigger : triggers_[recipe.index()]) {
    if (artefact_.triggers[trigger.index()].event == event) same.push_back(trigger);
  }
  return same;
}

TestReport Runner::run(RecipeId recipe, const RecipeTest& test) {
  TestReport report{test.title, test.expectation, false, false, {}, {}, 0};
  marks_->clear();
  for (const EventValues& step : test.steps) {
    if (!read(step, report)) return report;
    find_matches();
    if (&step != &test.steps.back()) remember();
  }
  judge(recipe, triggers_of(recipe, test.steps.back().event), report);
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

// As the engine does.
void Runner::find_matches() {
  candidates_.clear();
  matches_.clear();
  const bool everything = classifier_->classify(event_, candidates_);
  matcher_->match(event_, *context_, candidates_, everything, matches_);
}

// What the matches of the event mark, by whichever recipe of the set.
void Runner::remember() {
  std::vector<TriggerId> marking;
  for (const Match& match : matches_) {
    const Trigger& trigger = artefact_.triggers[match.trigger.index()];
    if (!trigger.marks.empty() && matcher_->find_exception(trigger.recipe, event_, *context_) < 0)
      marking.push_back(match.trigger);
  }
  for (const TriggerId trigger : marking) marks_->set(artefact_.triggers[trigger.index()], event_);
}

void Runner::judge(RecipeId recipe, const std::vector<TriggerId>& triggers, TestReport& report) {
  const Match* held = nullptr;  // the first that is reported
  bool marks = false;
  for (const TriggerId trigger : triggers) {
    const auto match =
        std::find_if(matches_.begin(), matches_.end(), [&](const Match& each) { return each.trigger == trigger; });
    const bool through_filter = match != matches_.end();
    const bool alone = matcher_->evaluate_trigger(trigger, event_, *context_) != Truth::kFalse;
    if (through_filter != alone) {
      report.fault = true;
      report.reason = alone ? "the condition holds, and the kernel's filter would have dropped the event"
                            : "the matcher reports a match that the condition alone denies";
      blame(triggers, report);
      return;
    }
    if (!through_filter) continue;
    marks = marks || !artefact_.triggers[trigger.index()].marks.empty();
    if (held == nullptr && artefact_.triggers[trigger.index()].report) held = &*match;
  }

  const int exception = held != nullptr || marks ? matcher_->find_exception(recipe, event_, *context_) : -1;
  const bool matched = held != nullptr && exception < 0;
  report.passed = matched == (report.expectation == TestExpectation::kMatch) &&
                  (report.expectation != TestExpectation::kMark || (marks && exception < 0));
  if (report.passed) return;
  if (report.expectation == TestExpectation::kMark && !matched && exception < 0) {
    report.reason = "must mark, and does not";
    return blame(triggers, report);
  }
  if (exception >= 0) {
    const std::string& title = artefact_.recipes[recipe.index()].exceptions[static_cast<size_t>(exception)].title;
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
  Result<std::vector<TermReport>> terms = Tracer(artefact_, *marks_).nearest(triggers, event_, *context_);
  if (terms.ok()) {
    report.terms = std::move(terms).value();
  } else {
    report.reason += "; the terms cannot be told apart: " + terms.error().message();
  }
}

}  // namespace

Result<std::vector<RecipeReport>> run_tests(Compilation& compilation,
                                            const std::function<bool(const std::string& path)>& wanted,
                                            const std::function<void(size_t done, size_t total)>& progress) {
  assert(compilation.ok);
  // A recipe that is switched off has no clauses, and its tests are to hold all the same.
  bool switched_off = false;
  for (Recipe& recipe : compilation.set.recipes) switched_off |= !std::exchange(recipe.info.enabled, true);
  if (switched_off) lower(compilation);
  Result<std::unique_ptr<Runner>> runner = Runner::build(compilation.artefact);
  if (!runner.ok()) return runner.error();
  std::vector<RecipeReport> reports;
  const size_t total = compilation.set.recipes.size();
  for (uint32_t i = 0; i < total; ++i) {
    const Recipe& recipe = compilation.set.recipes[i];
    const auto line_of = [&](Span span) { return compilation.sources.position(span.source, span.begin).line; };
    const std::string& file = compilation.sources[recipe.span.source].path;
    if (wanted(file)) {
      RecipeReport report{recipe.info.name, file, line_of(recipe.name_span), {}};
      for (const RecipeTest& test : recipe.tests) {
        report.tests.push_back(runner.value()->run(RecipeId{i}, test));
        report.tests.back().line = line_of(test.span);
      }
      reports.push_back(std::move(report));
    }
    if (progress) progress(i + 1, total);
  }
  return reports;
}

}  // namespace recipe::recipec
