// SPDX-License-Identifier: Apache-2.0
// RecipeSet → Artefact, as a table of contents: a step a call, and what holds after it.
#include "compiler/lower/lower.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "runtime/artefact/encode.h"
#include "runtime/artefact/merge.h"
#include "runtime/base/parallel.h"

namespace recipe {
namespace {

constexpr size_t kMaxPassageBytes = 512;

// Fewer conditions are lowered before a second thread has begun.
constexpr size_t kWorthThreads = 256;

// What becomes of one condition by itself.
struct Lowered {
  Predicate simplified;  // no kNot is left
  Clauses clauses;       // of a trigger
  BuiltProgram built;
};

// The words of one passage, and whether they are shown negated.
struct Place {
  Span span;
  bool negated = false;
  friend bool operator==(const Place&, const Place&) = default;
};
struct PlaceHash {
  size_t operator()(const Place& place) const {
    const uint64_t where = (uint64_t{place.span.source.value} << 32 | place.span.begin) * 0x9e3779b97f4a7c15;
    return static_cast<size_t>(where ^ where >> 29) + place.span.end * 2 + (place.negated ? 1 : 0);
  }
};

// White space folded to one blank, comments left out, at most kMaxPassageBytes.
std::string fold_words(std::string_view text) {
  std::string out;
  bool blank = false, quoted = false;
  for (size_t i = 0; i < text.size() && out.size() < kMaxPassageBytes; ++i) {
    const char c = text[i];
    if (!quoted && c == '#') {
      while (i + 1 < text.size() && text[i + 1] != '\n') ++i;
      blank = true;
    } else if (!quoted && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) {
      blank = true;
    } else {
      if (blank && !out.empty()) out += ' ';
      blank = false;
      out += c;
      if (quoted && c == '\\' && i + 1 < text.size()) out += text[++i];
      if (c == '"') quoted = !quoted;
    }
  }
  if (out.size() > kMaxPassageBytes) out.resize(kMaxPassageBytes);
  return out;
}

class Lowering {
 public:
  explicit Lowering(Compilation& compilation) : compilation_(compilation), artefact_(compilation.artefact) {}

  void run() {
    artefact_.passages.emplace_back();
    artefact_.option_tables = compilation_.set.option_tables;
    artefact_.tables = std::move(compilation_.set.tables);  // of millions of entries one copy is enough
    lower_conditions();
    for (const Recipe& recipe : compilation_.set.recipes) add_recipe(recipe);
    add_clauses();
    // Every index is in range, every clause has a slot.
    assert(verify(artefact_).ok());
  }

 private:
  // In the order in which add_recipe takes them. They know nothing of each other, so all processors work on them.
  void lower_conditions() {
    struct Condition {
      const Predicate* when;
      bool is_trigger;
    };
    std::vector<Condition> all;
    for (const Recipe& recipe : compilation_.set.recipes) {
      for (const On& on : recipe.ons) all.push_back({&on.when, true});
      for (const Except& exception : recipe.exceptions) all.push_back({&exception.when, false});
    }
    lowered_.resize(all.size());
    const auto work = [&](Items& items) {
      while (const std::optional<size_t> i = items.next()) {
        Lowered& out = lowered_[*i];
        out.simplified = simplify(*all[*i].when);
        if (all[*i].is_trigger) out.clauses = split_clauses(out.simplified);
        out.built = build_program(out.simplified);
      }
    };
    work_on(all.size(), work, all.size() < kWorthThreads ? 1 : processors());
  }

  void add_recipe(const Recipe& recipe) {
    const RecipeId id{static_cast<uint32_t>(artefact_.recipes.size())};
    artefact_.recipes.push_back(recipe.info);
    artefact_.recipes.back().exceptions.clear();
    artefact_.recipes.back().passage = head_passage(recipe.name_span);
    for (const Span tune : recipe.tunes) artefact_.recipes.back().tunes.push_back(passage(tune));
    const auto counts = static_cast<uint32_t>(artefact_.counts.size());
    add_state(recipe.state);
    for (const On& on : recipe.ons) {
      add_trigger(id, on);
      if (on.count != 0) artefact_.triggers.back().count = counts + on.count;
      artefact_.triggers.back().step = on.step;
    }
    for (const Except& exception : recipe.exceptions) add_exception(exception);
  }

  void add_state(const WrittenState& state) {
    for (size_t i = 0; i < state.counts.size(); ++i) {
      artefact_.counts.push_back(state.counts[i]);
      artefact_.counts.back().passage = passage(state.count_spans[i]);
    }
    RecipeInfo& info = artefact_.recipes.back();
    info.unless_seen = state.seen;
    if (info.unless_seen) info.unless_seen->passage = passage(state.seen_span);
    info.sequence = state.sequence;
    if (!info.sequence) return;
    info.sequence->passage = passage(state.sequence_span);
    for (size_t i = 0; i < state.step_spans.size(); ++i) info.sequence->steps[i].passage = passage(state.step_spans[i]);
  }

  void add_trigger(RecipeId recipe, const On& on) {
    Lowered& lowered = lowered_[taken_++];
    BuiltProgram& built = lowered.built;
    note_passages(built, lowered.simplified);
    compilation_.simplified.push_back(std::move(lowered.simplified));
    compilation_.clauses.push_back(std::move(lowered.clauses));
    node_of_.push_back(std::move(built.node_of));
    artefact_.triggers.push_back(
        {recipe, on.event, on.importance, on.message, std::move(built.program), passage(on.span), on.report, on.marks});
  }

  // An exception is asked of every event that the recipe names and that has its fields.
  void add_exception(const Except& exception) {
    Lowered& lowered = lowered_[taken_++];
    BuiltProgram& built = lowered.built;
    note_passages(built, lowered.simplified);
    for (const EventId event : exception.events) {
      artefact_.recipes.back().exceptions.push_back(
          {exception.title, event, built.program, passage(exception.span), exception.until_unix_ns});
    }
  }

  // A recipe that is not enabled has programs and no clauses: nothing wakes it, and the kernel pays nothing for it.
  void add_clauses() {
    std::vector<KernelClause> kernel_clauses;
    for (uint32_t t = 0; t < artefact_.triggers.size(); ++t) {
      if (!artefact_.recipes[artefact_.triggers[t].recipe.index()].enabled) continue;
      for (const Clause& clause : compilation_.clauses[t].clauses) {
        const ClauseId id{static_cast<uint32_t>(artefact_.clauses.size())};
        kernel_clauses.push_back({id, artefact_.triggers[t].event, &compilation_.simplified[t], &clause});
        ClauseInfo& info = artefact_.clauses.emplace_back();
        info.trigger = TriggerId{t};
        for (const uint32_t term : clause.terms) info.terms.push_back({node_of_[t][term], false, false});
      }
    }
    artefact_.filter = build_filter(kernel_clauses, artefact_.clauses);
    set_slot_marks(artefact_);
    artefact_.filter.environment = asked_keys(artefact_, FieldId::env);  // check has counted them
    artefact_.filter.writers = asks(artefact_, FieldId::process_stdin_writers);
    artefact_.filter.commands = asks_commands(artefact_);
  }

  void note_passages(BuiltProgram& built, const Predicate& predicate) {
    for (size_t i = 0; i < predicate.nodes.size(); ++i) {
      const PredicateNode& node = predicate.nodes[i];
      built.program.nodes[built.node_of[i]].passage = passage(node.span, node.negated && !node.spelled);
    }
  }

  // negated: the words stand inside a `not (...)` that is not theirs alone, so it is said.
  uint32_t passage(Span span, bool negated = false) {
    if (!span.source.valid() || span.source.index() >= compilation_.sources.size() || span.end <= span.begin) return 0;
    const auto [found, is_new] = passages_.try_emplace(Place{span, negated}, static_cast<uint32_t>(artefact_.passages.size()));
    if (is_new) {
      const Position position = compilation_.sources.position(span.source, span.begin);
      const std::string words = fold_words(compilation_.sources.text(span));
      artefact_.passages.push_back({file(span.source), position.line, negated ? "not (" + words + ")" : words});
    }
    return found->second;
  }

  // The line that names the recipe, up to its name.
  uint32_t head_passage(Span name) {
    if (!name.source.valid() || name.source.index() >= compilation_.sources.size()) return 0;
    const std::string& text = compilation_.sources[name.source].text;
    const size_t line = name.begin == 0 ? std::string::npos : text.rfind('\n', name.begin - 1);
    return passage({name.source, line == std::string::npos ? 0 : static_cast<uint32_t>(line + 1), name.end});
  }

  uint32_t file(SourceId source) {
    const auto [found, is_new] = files_.try_emplace(source.value, static_cast<uint32_t>(artefact_.files.size()));
    if (is_new) artefact_.files.push_back(compilation_.sources[source].path);
    return found->second;
  }

  Compilation& compilation_;
  Artefact& artefact_;
  std::vector<std::vector<uint32_t>> node_of_;  // by trigger
  std::vector<Lowered> lowered_;                // by condition, see lower_conditions
  size_t taken_ = 0;                            // of them
  std::unordered_map<Place, uint32_t, PlaceHash> passages_;
  std::map<uint32_t, uint32_t> files_;
};

}  // namespace

void lower(Compilation& compilation) {
  compilation.simplified.clear();
  compilation.clauses.clear();
  // The lists from files were moved there by an earlier call.
  if (compilation.set.tables.empty()) compilation.set.tables = std::move(compilation.artefact.tables);
  compilation.artefact = {};
  Lowering(compilation).run();
  compilation.ok = true;
}

}  // namespace recipe
