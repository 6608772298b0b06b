// SPDX-License-Identifier: Apache-2.0
#include "tools/recipec/test_runner.h"

#include <algorithm>
#include <span>

#include "runtime/artefact/names.h"
#include "runtime/base/read_file.h"
#include "runtime/feed/json.h"
#include "runtime/match/trace.h"

namespace recipe::recipec {
namespace {

constexpr size_t kMostEventBytes = 64u << 20;

}  // namespace

TestReport TestRunner::run(RecipeId recipe, const RecipeTest& test, Coverage* coverage) {
  if (!test.events.empty()) return run_file(recipe, test);
  TestReport report{test.title, test.expectation, false, false, test.todo, {}, {}, 0};
  const std::optional<State::Verdict> verdict = play(test, report, coverage);
  if (!verdict) return report;
  const std::vector<TriggerId> triggers = harness_.triggers_of(recipe, test.steps.back().event);
  if (!agrees(triggers, report)) return report;
  judge(recipe, triggers, test, *verdict, report);
  if (report.passed && report.expectation == TestExpectation::kMatch) compare(recipe, test, *verdict, report);
  if (!report.passed) blame(triggers, report);
  if (test.todo) turn_round(report);
  return report;
}

// All events one after the other; what becomes of the last one, or of the time behind it. nullopt: the report says why not.
std::optional<State::Verdict> TestRunner::play(const RecipeTest& test, TestReport& report, Coverage* coverage) {
  harness_.state().clear();
  State::Verdict verdict;
  for (const EventValues& step : test.steps) {
    if (!read(step, report)) return std::nullopt;
    (void)harness_.state().close_sequences(event_.header().time_boot_ns, harness_.context());
    harness_.match(event_, matches_);
    if (coverage != nullptr) coverage->add(event_);
    verdict = settle();
  }
  if (test.wait_ns == 0) return verdict;
  // A moment later: what lasts that long is over.
  const uint64_t now = event_.header().time_boot_ns + static_cast<uint64_t>(test.wait_ns) + 1;
  return harness_.state().close_sequences(now, harness_.context());
}

// What is known not to hold passes as long as it does not.
void TestRunner::turn_round(TestReport& report) {
  if (report.fault) return;
  report.passed = !report.passed;
  report.terms.clear();
  report.reason = report.passed ? "" : "is marked `todo`, and holds now: take the word out";
}

// Which clause held, and how much it matters.
void TestRunner::compare(RecipeId recipe, const RecipeTest& test, const State::Verdict& verdict, TestReport& report) {
  const Artefact& artefact = harness_.artefact();
  for (const State::Told& told : verdict.told) {
    const Trigger& trigger = artefact.triggers[told.match.trigger.index()];
    if (trigger.recipe != recipe) continue;
    if (test.importance && trigger.importance != *test.importance) {
      report.reason = "must be of importance " + std::string(importance_name(*test.importance)) + ", and is " +
                      std::string(importance_name(trigger.importance));
    } else if (test.clause != 0) {
      uint32_t clause = 0;
      for (uint32_t i = 0; i <= told.match.clause.value && i < artefact.clauses.size(); ++i)
        clause += artefact.clauses[i].trigger == told.match.trigger ? 1 : 0;
      if (clause != test.clause)
        report.reason =
            "must match by clause " + std::to_string(test.clause) + ", and matches by clause " + std::to_string(clause);
    }
    report.passed = report.reason.empty();
    return;
  }
}

// nothing in "events.jsonl": no event of the file is told, by none of its lines.
TestReport TestRunner::run_file(RecipeId recipe, const RecipeTest& test) {
  TestReport report{test.title, test.expectation, false, false, test.todo, {}, {}, 0};
  const auto refuse = [&](std::string reason) {  // whatever is expected: nothing was judged
    report.reason = std::move(reason);
    return report;
  };
  const Result<std::string> text = read_file(test.events, kMostEventBytes);
  if (!text.ok()) return refuse("cannot read the events: " + text.error().message());
  harness_.state().clear();
  JsonEvents events;
  size_t number = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    ++number;
    const size_t end = rest.find('\n');
    const std::string line(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string at = test.events + ":" + std::to_string(number) + ": ";
    const Result<EventValues> values = events.parse(line);
    if (!values.ok()) return refuse(at + values.error().message());
    if (!read(*values, report)) return refuse(at + report.reason);
    std::vector<RecipeId> told = recipes_of(harness_.state().close_sequences(event_.header().time_boot_ns, harness_.context()));
    harness_.match(event_, matches_);
    const std::vector<RecipeId> now = recipes_of(settle());
    told.insert(told.end(), now.begin(), now.end());
    if (std::find(told.begin(), told.end(), recipe) == told.end()) continue;
    blame(harness_.triggers_of(recipe, event_.id()), report);
    report.reason = at + "must match nothing, and matches";
    break;
  }
  report.passed = report.reason.empty();
  if (test.todo) turn_round(report);
  return report;
}

// The event as a record, decoded into event_. false: the report says why not.
bool TestRunner::read(const EventValues& values, TestReport& report) {
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

// What all recipes of the set make of the event.
State::Verdict TestRunner::settle() {
  return harness_.settle(event_, matches_, [](const Match&) { return Detection(); });
}

std::vector<RecipeId> TestRunner::recipes_of(const State::Verdict& verdict) const {
  std::vector<RecipeId> out;
  for (const State::Told& told : verdict.told) out.push_back(harness_.artefact().triggers[told.match.trigger.index()].recipe);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<RecipeId> TestRunner::told_by(const RecipeTest& test) {
  TestReport ignored;
  const std::optional<State::Verdict> verdict = play(test, ignored, nullptr);
  return verdict ? recipes_of(*verdict) : std::vector<RecipeId>{};
}

// Law 1: a condition that holds passes the filter. And the reverse, for the filter knows these events whole.
bool TestRunner::agrees(const std::vector<TriggerId>& triggers, TestReport& report) {
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

void TestRunner::judge(RecipeId recipe, const std::vector<TriggerId>& triggers, const RecipeTest& test,
                       const State::Verdict& verdict, TestReport& report) {
  const auto& all = harness_.artefact().triggers;
  const auto is_own = [&](TriggerId trigger) { return all[trigger.index()].recipe == recipe; };
  const auto told = std::find_if(verdict.told.begin(), verdict.told.end(),
                                 [&](const State::Told& each) { return is_own(each.match.trigger); });
  const bool matched = told != verdict.told.end();
  const bool marks = std::any_of(verdict.marking.begin(), verdict.marking.end(), is_own);
  report.passed =
      matched == (report.expectation == TestExpectation::kMatch) && (report.expectation != TestExpectation::kMark || marks);
  if (report.passed) return;
  if (matched) {
    report.reason = told->match.open ? "must match nothing, and a truncated field leaves the condition open"
                    : report.expectation == TestExpectation::kMark ? "must mark and not be reported, and is reported"
                    : test.wait_ns > 0 ? "must match nothing, and the end of the time brings a match"
                                       : "must match nothing, and matches";
    return;
  }
  const bool mark = report.expectation == TestExpectation::kMark;
  report.reason = std::string("must ") + (mark ? "mark" : "match") + ", and " +
                  (test.wait_ns > 0 ? "the time ends without" : why_not(recipe, triggers));
}

// Why a recipe says nothing of the event.
std::string TestRunner::why_not(RecipeId recipe, const std::vector<TriggerId>& triggers) {
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

void TestRunner::blame(const std::vector<TriggerId>& triggers, TestReport& report) {
  Result<Tracer> tracer = Tracer::build(harness_.artefact(), harness_.marks(), triggers);
  if (tracer.ok()) {
    report.terms = tracer->nearest(event_, harness_.context());
  } else {
    report.reason += "; the terms cannot be told apart: " + tracer.error().message();
  }
}

}  // namespace recipe::recipec
