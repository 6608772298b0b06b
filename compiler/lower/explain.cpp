// SPDX-License-Identifier: Apache-2.0
// `recipec explain`: one recipe in words and as a table, at most 100 columns wide: for each clause what the kernel decides,
// what is left to userspace and why, in which block of the filter it stands, and what an event pays for it.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/lower/lower.h"
#include "runtime/artefact/dump.h"
#include "runtime/artefact/keys.h"

namespace recipe {
namespace {

constexpr size_t kWidth = 100;
constexpr size_t kWhoWidth = 11;
constexpr size_t kTestWidth = 50;
constexpr size_t kIndent = 4;
constexpr size_t kWhyWidth = kWidth - kIndent - kWhoWidth - kTestWidth - 2;

// What reading a lane's value costs in the kernel, in nanoseconds: medians of measurements on one machine, good for comparing.
uint32_t lane_cost(uint32_t lane) {
  if (is_number_lane(lane)) return 40;
  if (is_argv_lane(lane)) return 350;
  if (lane == LANE_PARENT_NAME) return 400;
  if (lane == LANE_EXE || lane == LANE_FILE_PATH || lane == LANE_SOCKET_PATH) return 300;
  return 0;  // the name has been read for the pivot
}
std::string_view lane_name(uint32_t lane) {
  if (lane == LANE_TAGS) return "tags of process.ancestors";
  if (lane == LANE_SELF) return "both names";
  return info(field_of_lane(lane)).name;
}
constexpr uint32_t kPivotCost = 250;
constexpr uint32_t kBlockCost = 120;

// Lines of at most `width` bytes, broken at blanks where there are any.
std::vector<std::string> wrap(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    size_t end = text.rfind(' ', width);
    if (end == std::string_view::npos || end < width / 3) end = width;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  }
  lines.emplace_back(text);
  return lines;
}

// A term on a few lines: of a long list the first literals, of a long expression its beginning.
std::string shorten(const Predicate& predicate, uint32_t at) {
  constexpr size_t kLiterals = 6, kBytes = 4 * kTestWidth;
  const PredicateNode& node = predicate.nodes[at];
  std::string words;
  if (node.kind == PredicateKind::kTest && predicate.tests[node.test].literals.size() > kLiterals + 1) {
    Test test = predicate.tests[node.test];
    const size_t more = test.literals.size() - kLiterals;
    test.literals.resize(kLiterals);
    words = spell(test, node.negated);
    words.insert(words.size() - 1, fmt::format(", and {} more", more));
  } else {
    words = spell_term(predicate, at);
  }
  if (words.size() <= kBytes) return words;
  size_t end = kBytes;
  while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0) == 0x80) --end;  // no half of a character
  return words.substr(0, end) + " ...";
}

std::string count(size_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

class Explainer {
 public:
  Explainer(const Compilation& compilation, RecipeId recipe, bool colour)
      : compilation_(compilation), artefact_(compilation.artefact), recipe_(recipe), colour_(colour) {}

  std::string run() {
    const RecipeInfo& recipe = artefact_.recipes[recipe_.index()];
    out_ = paint(recipe.name, "1");
    if (!recipe.title.empty()) out_ += ": " + recipe.title;
    out_ += "\n";
    if (const Passage& head = artefact_.passages[recipe.passage]; recipe.passage != 0) {
      out_ += fmt::format("  {}:{}\n", artefact_.files[head.file], head.line);
    }
    for (const uint32_t tune : recipe.tunes)
      out_ += fmt::format("  tuned by {}:{}\n", artefact_.files[artefact_.passages[tune].file], artefact_.passages[tune].line);
    if (recipe.sequence) out_ += fmt::format("  {}\n", spell(*recipe.sequence));
    if (!recipe.enabled)
      out_ += "  it is not enabled" + off() + ": no event is a candidate of it, and the kernel pays nothing\n";
    for (uint32_t t = 0; t < artefact_.triggers.size(); ++t) {
      if (artefact_.triggers[t].recipe == recipe_) explain_trigger(t);
    }
    if (recipe.unless_seen) out_ += fmt::format("\n{}\n", spell(*recipe.unless_seen));
    if (!recipe.exceptions.empty()) out_ += "\n" + paint("except", "1") + ", asked in userspace of each match:\n";
    for (const ExceptionInfo& exception : recipe.exceptions) {
      out_ += "  " + (exception.title.empty() ? std::string("(no title)") : exception.title) + "\n";
      std::string words = artefact_.passages[exception.passage].text;
      for (const std::string& line : wrap(words, kWidth - kIndent)) out_ += std::string(kIndent, ' ') + line + "\n";
    }
    return std::move(out_);
  }

 private:
  std::string paint(std::string_view text, std::string_view code) const {
    return colour_ ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
  }

  // " (FILE:LINE)": where that is said.
  std::string off() const {
    const std::optional<Span>& span = compilation_.set.recipes[recipe_.index()].enabled_span;
    if (!span) return "";
    const Sources& sources = compilation_.sources;
    return fmt::format(" ({}:{})", sources[span->source].path, sources.position(span->source, span->begin).line);
  }

  void explain_trigger(uint32_t t) {
    const Trigger& trigger = artefact_.triggers[t];
    const Clauses& clauses = compilation_.clauses[t];
    const RecipeInfo& recipe = artefact_.recipes[recipe_.index()];
    const std::string_view event = info(trigger.event).name;
    const std::string head = trigger.step == 0
                                 ? fmt::format("on {}", event)
                                 : fmt::format("{}{}: {}", recipe.sequence->steps[trigger.step - 1].absent ? "not " : "",
                                               recipe.sequence->steps[trigger.step - 1].name, event);
    out_ += "\n" + paint(head, "1");
    if (clauses.clauses.empty()) {
      out_ += ": the condition can never hold\n";
      return;
    }
    out_ += fmt::format(": {}; an event leaves the kernel where what the kernel decides of one of them holds\n",
                        count(clauses.clauses.size(), "clause", "clauses"));
    if (clauses.widened) {
      out_ += "  the bound on clauses was met: a part of the condition stays whole and is left to userspace\n";
    }
    std::vector<uint32_t> infos;
    for (uint32_t i = 0; i < artefact_.clauses.size(); ++i) {
      if (artefact_.clauses[i].trigger.value == t) infos.push_back(i);
    }
    for (size_t c = 0; c < clauses.clauses.size(); ++c) {
      const ClauseInfo* info = c < infos.size() ? &artefact_.clauses[infos[c]] : nullptr;
      out_ += fmt::format("\n  {}{}\n", paint(fmt::format("clause {}", c + 1), "1"),
                          info != nullptr && info->exact ? ": the kernel alone decides it" : "");
      explain_clause(t, clauses.clauses[c], info);
      if (info != nullptr) explain_slots(ClauseId{infos[c]});
    }
    if (!infos.empty()) table(infos);
    if (trigger.count != 0) out_ += fmt::format("\n  told by {}\n", spell(artefact_.counts[trigger.count - 1]));
    if (!trigger.marks.empty()) out_ += "\n";
    for (const MarkAction& mark : trigger.marks) out_ += fmt::format("  then {}\n", spell(mark));
    if (!trigger.report) out_ += "  and is not reported\n";
  }

  void explain_clause(uint32_t t, const Clause& clause, const ClauseInfo* clause_info) {
    const Predicate& predicate = compilation_.simplified[t];
    if (clause.terms.empty()) out_ += std::string(kIndent, ' ') + "always: every event is a match\n";
    for (size_t i = 0; i < clause.terms.size(); ++i) {
      const ClauseTerm term = clause_info != nullptr ? clause_info->terms[i] : ClauseTerm{};
      const std::string_view who = term.exact ? "kernel" : term.in_kernel ? "both" : "userspace";
      const std::vector<std::string> test = wrap(shorten(predicate, clause.terms[i]), kTestWidth);
      const std::vector<std::string> why = wrap(reason(predicate, clause.terms[i], term), kWhyWidth);
      for (size_t line = 0; line < std::max(test.size(), why.size()); ++line) {
        std::string row(kIndent, ' ');
        const std::string first = fmt::format("{:<{}}", line == 0 ? who : "", kWhoWidth);
        row += line == 0 ? paint(first, term.exact ? "32" : term.in_kernel ? "36" : "33") : first;
        row += fmt::format("{:<{}}  {}", line < test.size() ? test[line] : "", kTestWidth, line < why.size() ? why[line] : "");
        out_ += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
      }
    }
  }

  static std::string field_reason(const Test& test) {
    const FieldInfo& field = info(test.subject.field);
    switch (field.origin) {
      case Origin::kContext:
        return "asked of the machine on demand";
      case Origin::kDerived:
        return "computed from other fields";
      case Origin::kRecord:
        return field.lane == Lane::kNone ? "the kernel has no index of this field" : "";
      case Origin::kState:
        return field.lane == Lane::kNone ? "remembered in userspace" : "";
    }
    return "";
  }

  // Why the kernel does not decide the term, or not wholly.
  static std::string reason(const Predicate& predicate, uint32_t at, const ClauseTerm& term) {
    const PredicateNode& node = predicate.nodes[at];
    if (node.kind == PredicateKind::kAny || node.kind == PredicateKind::kAll) return "a loop";
    if (node.kind != PredicateKind::kTest) return "past the bound on clauses";
    const Test& test = predicate.tests[node.test];
    if (term.exact) return "";
    if (test.subject.variable > 0) return "a loop's element";
    if (test.subject.selector == Selector::kKey) return "read from the environment once the rest holds";
    const bool options =
        test.subject.selector == Selector::kOption || test.op == Operator::kHasFlag || test.op == Operator::kHasOption;
    if (term.in_kernel) {
      if (asks_marks(test)) return "the kernel knows who was marked, not for how long";
      if (options) return "the kernel sees the letter or word, options are parsed after it";
      if (test.op == Operator::kLike) return "the kernel sees the glob's fixed end";
      return "the kernel sees a part of it";
    }
    if (std::string why = field_reason(test); !why.empty()) return why;
    if (test.nocase) return "`nocase` has no index";
    if (node.negated && options) return "an option's absence needs the parse";
    if (test.subject.selector == Selector::kOperand) return "operands need the parse of options";
    if (test.over == Over::kAllElements) return "asks every element";
    switch (test.op) {
      case Operator::kEquals:
      case Operator::kStartsWith:
      case Operator::kEndsWith:
      case Operator::kUnder:
      case Operator::kHasFlag:
      case Operator::kHasOption:
      case Operator::kHas:
        return node.negated ? "cannot exclude for certain" : "other terms of this clause hold its lane";
      case Operator::kLike:
        return node.negated ? "a glob cannot exclude for certain" : "the glob has no fixed end";
      case Operator::kLess:
      case Operator::kLessEqual:
      case Operator::kGreater:
      case Operator::kGreaterEqual:
      case Operator::kContains:
      case Operator::kMatches:
      case Operator::kExists:
        return "this operator has no index";
    }
    return "";
  }

  // Where a clause stands in the filter, and what an exec that reaches it pays there.
  struct Place {
    std::string slot;  // of the first block: "3.1", "+2" where it stands in two more
    size_t blocks = 0, names = 0, shared = 0, block_slots = 0;
    bool every_event = false;  // in the default block
    bool any = false;          // some slot has no terms
    std::string lanes;         // what is read beyond the name
    uint32_t cost = kPivotCost + kBlockCost;
  };

  Place place_of(ClauseId clause) const {
    const Filter& filter = artefact_.filter;
    Place place;
    uint32_t reads = 0;
    for (size_t b = 0; b < filter.blocks.size(); ++b) {
      const FilterBlock& block = filter.blocks[b];
      for (size_t i = 0; i < block.slots.size(); ++i) {
        const FilterSlot& slot = block.slots[i];
        if (std::find(slot.clauses.begin(), slot.clauses.end(), clause) == slot.clauses.end()) continue;
        if (place.blocks++ == 0) place.slot = fmt::format("{}.{}", b, i);
        place.block_slots = std::max(place.block_slots, block.slots.size());
        place.names += block.names.size();
        place.every_event = place.every_event || block.names.empty();
        place.shared = std::max(place.shared, slot.clauses.size());
        place.any = place.any || slot.terms.empty();
        for (const FilterTerm& term : slot.terms) reads |= 1u << (is_argv_lane(term.lane) ? uint32_t{LANE_ARGV} : term.lane);
        break;
      }
    }
    if (place.blocks > 1) place.slot += fmt::format(" +{}", place.blocks - 1);
    for (uint32_t lane = 0; lane < LANES; ++lane) {
      if ((reads & (1u << lane)) == 0) continue;
      place.cost += lane_cost(lane);
      if (lane != LANE_NAME) place.lanes.append(place.lanes.empty() ? "" : ", ").append(lane_name(lane));
    }
    return place;
  }

  // One row a clause: the same facts, to compare.
  void table(const std::vector<uint32_t>& infos) {
    const std::string_view event = info(artefact_.triggers[artefact_.clauses[infos[0]].trigger.index()].event).name;
    out_ += fmt::format("\n  {}\n", paint(fmt::format("{:>6}  {:<12} {:<11} {:>5}  {:<30} {:>4}  {}", "clause", "block.slot",
                                                      "names", "terms", "read in the kernel", "µs", "decided by"),
                                          "1"));
    for (size_t c = 0; c < infos.size(); ++c) {
      const Place place = place_of(ClauseId{infos[c]});
      const ClauseInfo& clause = artefact_.clauses[infos[c]];
      const bool some =
          std::any_of(clause.terms.begin(), clause.terms.end(), [](const ClauseTerm& term) { return term.in_kernel; });
      out_ += fmt::format("  {:>6}  {:<12} {:<11} {:>5}  {:<30} {:>4.1f}  {}\n", c + 1, place.blocks == 0 ? "none" : place.slot,
                          place.every_event ? "every " + std::string(event) : std::to_string(place.names), clause.terms.size(),
                          place.lanes.empty() ? "name" : "name, " + place.lanes, place.cost / 1000.0,
                          clause.exact ? "kernel"
                          : some       ? "both"
                                       : "userspace");
    }
  }

  void explain_slots(ClauseId clause) {
    const Place place = place_of(clause);
    const std::string_view event = info(artefact_.triggers[artefact_.clauses[clause.index()].trigger.index()].event).name;
    const std::string indent(kIndent, ' ');
    std::string where;
    if (place.every_event) {
      where = fmt::format("in the block of every event: no name narrows it, so every {} pays for this clause", event);
    } else {
      where = fmt::format("in {} of {}: other {}s pay one look-up of their name", count(place.blocks, "block", "blocks"),
                          count(place.names, "name", "names"), event);
    }
    where += fmt::format("; up to {} there", count(place.block_slots, "slot", "slots"));
    if (place.shared > 1) where += fmt::format(", this one shared by {} clauses", place.shared);
    std::string price = place.lanes.empty() ? "reads nothing more" : "reads " + place.lanes;
    price += fmt::format(": about {:.1f} µs of {}", place.cost / 1000.0,
                         (place.every_event ? fmt::format("every {}", event) : fmt::format("each {} of such a name", event)));
    if (place.any && place.every_event) price += fmt::format("; and every {} is sent to userspace", event);
    for (const std::string& text : {where, price}) {
      for (const std::string& line : wrap(text, kWidth - kIndent - 2))
        out_ += indent + paint("· " + line, place.every_event ? "33" : "2") + "\n";
    }
  }

  const Compilation& compilation_;
  const Artefact& artefact_;
  RecipeId recipe_;
  bool colour_;
  std::string out_;
};

}  // namespace

std::string explain(const Compilation& compilation, RecipeId recipe, bool colour) {
  return Explainer(compilation, recipe, colour).run();
}

}  // namespace recipe
