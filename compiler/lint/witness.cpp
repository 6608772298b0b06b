// SPDX-License-Identifier: Apache-2.0
// See witness.h.
#include "compiler/lint/witness.h"

#include <algorithm>
#include <optional>

#include "compiler/check/check.h"

namespace recipe {
namespace {

constexpr size_t kStepsEach = 64;   // sets of wishes tried for one note
constexpr size_t kMostBytes = 240;  // of an event that is shown
constexpr uint32_t kNoNode = UINT32_MAX;

bool holds(const PredicateNode& node, uint32_t at, uint32_t inner) {
  return at < inner && inner < node.end;
}

bool is_loop(const PredicateNode& node) {
  return node.kind == PredicateKind::kAny || node.kind == PredicateKind::kAll;
}

// The condition by way of one part: where an `or` holds the part, its other alternatives are left out.
//   (a or b and c) and d, by way of b, without c   →   b and d
class Path {
 public:
  Path(const Predicate& from, uint32_t part, uint32_t without) : from_(from), part_(part), without_(without) {}

  // nullopt: the part stands in a loop that is negated, and what meets the part does not meet the condition.
  std::optional<Predicate> run() {
    for (uint32_t i = 0; i < part_; ++i) {
      if (is_loop(from_.nodes[i]) && from_.nodes[i].negated && holds(from_.nodes[i], i, part_)) return std::nullopt;
    }
    out_.tests = from_.tests;
    emit(0);
    return std::move(out_);
  }

 private:
  // As deep as the predicate: kMaxExpressionDepth.
  void emit(uint32_t at) {
    const PredicateNode& node = from_.nodes[at];
    const bool chosen = node.kind == PredicateKind::kOr && holds(node, at, part_);
    const auto made = static_cast<uint32_t>(out_.nodes.size());
    if (!chosen) out_.nodes.push_back(node);
    for (uint32_t child = at + 1; child < node.end; child = from_.nodes[child].end) {
      const bool left_out = child == without_ || (chosen && child != part_ && !holds(from_.nodes[child], child, part_));
      if (!left_out) emit(child);
    }
    if (!chosen) out_.nodes[made].end = static_cast<uint32_t>(out_.nodes.size());
  }

  const Predicate& from_;
  const uint32_t part_, without_;
  Predicate out_;
};

// One part alone; nullopt: it stands in a loop, whose element it asks.
std::optional<Predicate> alone(const Predicate& from, uint32_t part) {
  for (uint32_t i = 0; i < part; ++i) {
    if (is_loop(from.nodes[i]) && holds(from.nodes[i], i, part)) return std::nullopt;
  }
  Predicate out;
  out.tests = from.tests;
  for (uint32_t i = part; i < from.nodes[part].end; ++i) {
    out.nodes.push_back(from.nodes[i]);
    out.nodes.back().end -= part;
  }
  return out;
}

// The clause's terms, but one.
Predicate without_term(const Predicate& from, const Clause& clause, uint32_t without) {
  Predicate out;
  out.tests = from.tests;
  out.nodes.push_back({PredicateKind::kAnd, false, FieldId::kNone, 0, 0, {}});
  for (const uint32_t term : clause.terms) {
    const auto moved = static_cast<uint32_t>(out.nodes.size());
    for (uint32_t i = term; term != without && i < from.nodes[term].end; ++i) {
      out.nodes.push_back(from.nodes[i]);
      out.nodes.back().end = out.nodes.back().end - term + moved;
    }
  }
  out.nodes[0].end = static_cast<uint32_t>(out.nodes.size());
  return out;
}

prove::Wish wish(const Predicate& condition, bool truth) {
  return {{&condition, 0}, truth};
}

}  // namespace

bool Witness::is_short(const EventValues& event) {
  const std::optional<std::string> spelled = spell_event(event);
  return spelled && spelled->size() <= kMostBytes;
}

void Witness::add(std::string_view words, const EventValues& event, Diagnostic& out) const {
  if (const auto spelled = spell_event(event)) out.notes.push_back(std::string(words) + ": `" + *spelled + "`");
}

prove::World Witness::world() const {
  return {&compilation_.artefact.option_tables, &compilation_.artefact.tables};
}

size_t Witness::take_steps() {
  const size_t taken = std::min(kStepsEach, steps_left_);
  steps_left_ -= taken;
  return taken;
}

void Witness::show(const Implied& parts, const Words& words, Diagnostic& out) {
  if (judge_ == nullptr || steps_left_ < 2) return;
  steps_left_ -= 2;
  const auto is_true = [&](const std::optional<Predicate>& condition, const EventValues& event) {
    return judge_->evaluate(*condition, event) == Truth::kTrue;
  };
  const auto narrow = Path(parts.predicate, parts.narrow, kNoNode).run(),
             wide = Path(parts.predicate, parts.wide, kNoNode).run();
  if (!narrow || !wide) return;
  const bool both = prove::find_event(parts.event, {wish(*narrow, true)}, world(), [&](const EventValues& event) {
    if (!is_short(event) || !is_true(narrow, event) || !is_true(wide, event)) return false;
    add(words.both, event, out);
    return true;
  });
  // In an `and` the narrow part stands beside the wide one: it is left out of what is to hold, to be false.
  const auto rest = Path(parts.predicate, parts.wide, parts.narrow).run(), refused = alone(parts.predicate, parts.narrow);
  if (!both || !rest || !refused) return;
  static_cast<void>(
      prove::find_event(parts.event, {wish(*rest, true), wish(*refused, false)}, world(), [&](const EventValues& event) {
        if (!is_short(event) || !is_true(rest, event) || judge_->evaluate(*refused, event) != Truth::kFalse) return false;
        add(words.wider, event, out);
        return true;
      }));
}

void Witness::show_rest(const TriggerView& trigger, const Clause& clause, uint32_t without, std::string_view words,
                        Diagnostic& out) {
  if (judge_ == nullptr || steps_left_ == 0 || clause.terms.size() < 2) return;
  --steps_left_;
  const Predicate rest = without_term(trigger.predicate, clause, without);
  static_cast<void>(prove::find_event(trigger.on.event, {wish(rest, true)}, world(), [&](const EventValues& event) {
    if (!is_short(event) || judge_->evaluate(rest, event) != Truth::kTrue) return false;
    add(words, event, out);
    return true;
  }));
}

void Witness::show(const prove::Subsumed& pair, Diagnostic& out) {
  if (judge_ == nullptr || steps_left_ == 0) return;
  if (reported_.empty()) reported_ = prove::reported(compilation_);
  const Recipe& narrow = compilation_.set.recipes[pair.narrow.index()];
  const Recipe& wide = compilation_.set.recipes[pair.wide.index()];
  const prove::Shows both = [&](const EventValues& event) {
    if (!is_short(event) || !judge_->detects(pair.narrow, event) || !judge_->detects(pair.wide, event)) return false;
    add("both detect", event, out);
    return true;
  };
  const bool of_tests = std::any_of(narrow.tests.begin(), narrow.tests.end(), [&](const RecipeTest& test) {
    return test.expectation == TestExpectation::kMatch && test.steps.size() == 1 && both(test.steps[0]);
  });
  size_t steps = take_steps();
  const bool found = of_tests || prove::find_difference(reported_[pair.narrow.index()], {}, world(), steps, both);
  give_back(steps);
  if (!found || pair.equal) return;
  steps = take_steps();
  static_cast<void>(prove::find_difference(
      reported_[pair.wide.index()], reported_[pair.narrow.index()], world(), steps, [&](const EventValues& event) {
        if (!is_short(event) || !judge_->detects(pair.wide, event) || judge_->detects(pair.narrow, event)) return false;
        add("`" + wide.info.name + "` alone detects", event, out);
        return true;
      }));
  give_back(steps);
}

}  // namespace recipe
