// SPDX-License-Identifier: Apache-2.0
// `test "..." match exec { process: { name: perl }, argv: [perl, "-e"] }` → EventValues. A field is `process.name: perl` or
// nested; the record is encoded once here, so that an event which cannot be is refused with its place.
#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <limits>

#include "bpf/abi/limits.h"
#include "compiler/check/test_events.h"
#include "runtime/artefact/names.h"

namespace recipe::checking {
namespace {

constexpr int64_t kStepNs = 1'000'000;       // where nothing is said
constexpr uint32_t kMaxTestEvents = 10'000;  // of one test
constexpr size_t kMaxTestRows = 1'000;       // that `each` makes of one

// One test with its steps; of `each` one row of its values.
class TestReader {
 public:
  TestReader(Context& context, DocumentIndex document, const WrittenTest& test, const Environment* row)
      : context_(context), place_{document, row}, test_(test) {}

  // nullopt: reported.
  std::optional<RecipeTest> read() {
    RecipeTest made{test_.title.text, test_.expectation, {}, test_.span};
    made.todo = test_.todo;
    if (test_.events) {
      // Beside the file that names it.
      const std::filesystem::path own = context_.compilation.sources[test_.span.source].path;
      made.events = (own.parent_path() / test_.events->text).string();
      return made;
    }
    for (const WrittenStep& step : test_.steps) {
      const bool last = &step == &test_.steps.back();
      if (!(step.event.text == "wait" && !step.values.valid() ? wait(step, last, made) : happen(step, last, made)))
        return std::nullopt;
    }
    if (made.steps.empty()) return std::nullopt;
    return made;
  }

 private:
  // What is not written is `otherwise`. nullopt: reported.
  std::optional<int64_t> time_of(const std::optional<ValueId>& written, int64_t otherwise) {
    if (!written) return otherwise;
    const std::optional<Item> item = item_of(*written);
    if (!item) return std::nullopt;
    const WrittenValue& value = context_.written(*item);
    if (value.form == ValueForm::kDuration && value.number >= 0) return value.number;
    context_.fault(Code::kWrongEvent, value.span, fmt::format("`{}` is no time", spell_value(context_, *item)),
                   "a duration, as in `after 5s`");
    return std::nullopt;
  }

  std::optional<Item> item_of(ValueId id) {
    if (!id.valid()) return context_.silent_fault(), std::nullopt;
    return scalar(context_, place_, id);
  }

  std::optional<uint32_t> number_of(const std::optional<ValueId>& written, uint32_t otherwise, std::string_view wanted) {
    if (!written) return otherwise;
    const std::optional<Item> item = item_of(*written);
    if (!item) return std::nullopt;
    const WrittenValue& value = context_.written(*item);
    if (value.form == ValueForm::kInt && value.number >= 1 && value.number <= kMaxTestEvents)
      return static_cast<uint32_t>(value.number);
    context_.fault(Code::kWrongEvent, value.span, fmt::format("`{}` does not fit here", spell_value(context_, *item)),
                   fmt::format("a number from 1 to {}, as in `{}`", kMaxTestEvents, wanted));
    return std::nullopt;
  }

  void pass(int64_t time) { time_ += std::min(time, std::numeric_limits<int64_t>::max() - time_); }

  bool wait(const WrittenStep& step, bool last, RecipeTest& made) {
    const std::optional<int64_t> wait = time_of(step.after, 0);
    if (!wait) return false;
    if (made.steps.empty()) {
      context_.fault(Code::kWrongEvent, step.event.span, "a test does not begin with `wait`", "nothing has happened yet");
      return false;
    }
    pass(*wait);
    if (last) made.wait_ns = *wait;
    return true;
  }

  bool happen(const WrittenStep& step, bool last, RecipeTest& made) {
    const std::optional<EventValues> values = event_of_step(step, made.steps.empty());
    const std::optional<uint32_t> times = number_of(step.times, 1, "times 21");
    const std::optional<int64_t> every = time_of(step.every, kStepNs);
    if (!values || !times || !every || !expectations(step, last, made)) return false;
    if (made.steps.size() + *times > kMaxTestEvents) {
      context_.fault(Code::kTooLarge, test_.title.span, fmt::format("a test has at most {} events", kMaxTestEvents));
      return false;
    }
    for (uint32_t i = 0; i < *times; ++i) {
      if (i > 0) pass(*every);
      made.steps.push_back(*values);
      made.steps.back().time_unix_ns = time_;
    }
    return true;
  }

  // importance high clause 2: of the last event, and of one that matches.
  bool expectations(const WrittenStep& step, bool last, RecipeTest& made) {
    if (!step.importance && !step.clause) return true;
    if (!last || test_.expectation != TestExpectation::kMatch) {
      context_.fault(Code::kWrongEvent, step.event.span, "nothing is told of this event",
                     "`importance` and `clause` stand at the last event of a test that matches");
      return false;
    }
    const std::optional<uint32_t> clause = number_of(step.clause, 0, "clause 2");
    if (!clause) return false;
    made.clause = *clause;
    if (!step.importance) return true;
    const std::optional<Item> item = item_of(*step.importance);
    if (!item) return false;
    made.importance = find_importance(context_.written(*item).text);
    if (made.importance) return true;
    context_.fault(Code::kWrongEvent, context_.written(*item).span,
                   fmt::format("`{}` is no importance", spell_value(context_, *item)),
                   "write `none`, `low`, `medium`, `high` or `critical`");
    return false;
  }

  // under [bash, sshd]: ancestors of these names, parent first.
  bool put_under(const WrittenStep& step, EventValues& values) {
    if (!step.under) return true;
    if (!step.under->valid()) return context_.silent_fault(), false;
    const Span span = context_.document(place_.document)[*step.under].span;
    std::vector<Item> items;
    if (!collect(context_, place_, *step.under, true, items)) return false;
    if (values.ancestors || items.size() > RECIPE_ANCESTORS) {
      context_.fault(Code::kWrongEvent, span,
                     values.ancestors ? "the ancestors are given twice"
                                      : fmt::format("a record holds at most {} ancestors", RECIPE_ANCESTORS),
                     values.ancestors ? "and in the event" : fmt::format("{} given", items.size()));
      return false;
    }
    values.ancestors.emplace();
    for (const Item& item : items) values.ancestors->emplace_back().name = context_.written(item).text;
    return true;
  }

  // nullopt: reported.
  std::optional<EventValues> event_of_step(const WrittenStep& step, bool first) {
    const size_t before = context_.faults;
    const EventInfo* event = event_of(context_, step.event);
    if (event == nullptr) return std::nullopt;
    if (!step.values.valid()) return context_.silent_fault(), std::nullopt;
    EventValues values;
    values.event = event->id;
    read_event(context_, place_, step.values, values);
    const std::optional<int64_t> gap = time_of(step.after, first ? 0 : kStepNs);
    if (!put_under(step, values) || context_.faults != before || !gap) return std::nullopt;
    pass(*gap);
    values.time_unix_ns = time_;
    if (const auto record = encode_record(values); !record) {
      context_.fault(Code::kWrongEvent, context_.document(place_.document)[step.values].span, "the event cannot be",
                     record.error().message());
      return std::nullopt;
    }
    return values;
  }

  Context& context_;
  Place place_;
  const WrittenTest& test_;
  int64_t time_ = 0;
};

// Calls `each` for every combination of the values, with what follows the title: " [perl, -e]".
void for_each_row(Context& context, DocumentIndex document, const WrittenTest& test,
                  const std::function<void(const Environment* row, const std::string& title)>& each) {
  if (test.each.empty()) return each(nullptr, "");
  WrittenMacro names;  // a row binds names as a call binds the parameters of a macro
  std::vector<std::vector<Item>> values;
  size_t rows = 1;
  for (const WrittenEach& column : test.each) {
    names.parameters.push_back(column.name);
    if (!column.values.valid()) return context.silent_fault();
    if (!collect(context, {document, nullptr}, column.values, false, values.emplace_back())) return;
    rows *= values.back().size();
    if (rows > kMaxTestRows) {
      context.fault(Code::kTooLarge, test.title.span, fmt::format("a test has at most {} rows", kMaxTestRows));
      return;
    }
  }
  for (size_t row = 0; row < rows; ++row) {
    Environment environment{&names, {}};
    std::string title;
    size_t rest = row;
    for (const std::vector<Item>& column : values) {
      const Item& item = column[rest % column.size()];
      rest /= column.size();
      environment.bindings.push_back({item.document, item.value, item.environment, false});
      title += (title.empty() ? " [" : ", ") + spell_value(context, item);
    }
    each(&environment, title + "]");
  }
}

}  // namespace

void check_tests(Context& context, DocumentIndex document, const WrittenRecipe& written, Recipe& out) {
  std::unordered_map<std::string_view, Span> titles;
  for (const WrittenTest& test : written.tests) {
    if (const auto [first, fresh] = titles.emplace(test.title.text, test.title.span); !fresh) {
      Diagnostic& fault = context.fault(Code::kDuplicateName, test.title.span,
                                        fmt::format("the test \"{}\" is there already", test.title.text), "named again here");
      fault.secondary.push_back({first->second, "first named here"});
    }
    for_each_row(context, document, test, [&](const Environment* row, const std::string& title) {
      std::optional<RecipeTest> made = TestReader(context, document, test, row).read();
      if (!made) return;
      made->title += title;
      out.tests.push_back(std::move(*made));
    });
  }
}

}  // namespace recipe::checking
