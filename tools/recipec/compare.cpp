// SPDX-License-Identifier: Apache-2.0
// See compare.h. First the proof (compiler/prove); where it fails, a search for an event: those of the recipes' own tests, and
// built ones, which meet a clause of one side and leave a term of each clause of the other unmet.
#include "tools/recipec/compare.h"

#include <algorithm>
#include <map>
#include <set>

#include "compiler/check/check.h"
#include "compiler/prove/across.h"
#include "compiler/prove/witness.h"
#include "runtime/feed/json.h"
#include "tools/recipec/harness.h"

namespace recipe::recipec {
namespace {

bool asks_options(const Predicate& predicate) {
  return std::any_of(predicate.tests.begin(), predicate.tests.end(), [](const Test& test) {
    return test.op == Operator::kHasFlag || test.op == Operator::kHasOption || test.subject.selector == Selector::kOption ||
           test.subject.selector == Selector::kOperand;
  });
}

bool asks_options(const prove::Reported& recipe) {
  return std::any_of(recipe.triggers.begin(), recipe.triggers.end(),
                     [](const prove::Reported::Part& part) { return asks_options(*part.condition.predicate); }) ||
         std::any_of(recipe.exceptions.begin(), recipe.exceptions.end(),
                     [](const prove::Reported::Exception& exception) { return asks_options(exception.predicate); });
}

std::set<int64_t> ends_of(const prove::Reported& recipe) {
  std::set<int64_t> ends;
  for (const prove::Reported::Exception& exception : recipe.exceptions) {
    if (exception.written->until_unix_ns > 0) ends.insert(exception.written->until_unix_ns);
  }
  return ends;
}

// In words: of a recipe that remembers no single event shows what they change.
std::string exceptions_of(const prove::Reported& recipe) {
  std::string out;
  for (const prove::Reported::Exception& exception : recipe.exceptions) out += print(exception.predicate);
  return out;
}

// One set: its recipes by name, and how to ask it.
struct Side {
  const Compilation* compilation = nullptr;
  std::vector<prove::Reported> reported;
  std::map<std::string, uint32_t> by_name;
  std::optional<Harness> harness;

  static Result<Side> make(const Compilation& compilation) {
    Side side;
    side.compilation = &compilation;
    side.reported = prove::reported(compilation);
    for (uint32_t i = 0; i < compilation.set.recipes.size(); ++i) side.by_name.emplace(compilation.set.recipes[i].info.name, i);
    Result<Harness> harness = Harness::build(compilation.artefact);
    if (!harness.ok()) return harness.error();
    side.harness.emplace(std::move(harness).value());
    return side;
  }

  [[nodiscard]] bool detects(std::optional<uint32_t> recipe, const Event& event) {
    return recipe && reported[*recipe].enabled && harness->detects(RecipeId{*recipe}, event);
  }
};

class Comparer {
 public:
  Comparer(Side& old, Side& fresh) : old_(old), fresh_(fresh) {
    lists_ = old.compilation->artefact.tables;
    const auto& more = fresh.compilation->artefact.tables;
    lists_.insert(lists_.end(), more.begin(), more.end());
    same_options_ = old.compilation->artefact.option_tables == fresh.compilation->artefact.option_tables;
  }

  RecipeChange compare(const std::string& name) {
    RecipeChange out;
    out.name = name;
    const auto before = index_of(old_, name), after = index_of(fresh_, name);
    const Side& shown = after ? fresh_ : old_;
    const Recipe& recipe = shown.compilation->set.recipes[after ? *after : *before];
    out.file = shown.compilation->sources[recipe.span.source].path;
    out.now = direction(fresh_, after, old_, before);
    out.gone = direction(old_, before, fresh_, after);
    if (before && after) {
      const prove::Reported &then = old_.reported[*before], &now = fresh_.reported[*after];
      const bool remembers = !now.beside.empty() && (then.bound != now.bound || exceptions_of(then) != exceptions_of(now));
      out.beside = then.enabled != now.enabled || (now.enabled && (then.beside != now.beside || remembers));
    }
    out.change = !before                                             ? Change::kAdded
                 : !after                                            ? Change::kRemoved
                 : out.now.witness || out.gone.witness || out.beside ? Change::kChanged
                 : out.now.none && out.gone.none                     ? Change::kEqual
                                                                     : Change::kUnknown;
    return out;
  }

 private:
  static std::optional<uint32_t> index_of(const Side& side, const std::string& name) {
    const auto found = side.by_name.find(name);
    return found == side.by_name.end() ? std::nullopt : std::optional(found->second);
  }

  // What `a` detects and `b` does not.
  Direction direction(Side& a, std::optional<uint32_t> of_a, Side& b, std::optional<uint32_t> of_b) {
    Direction out;
    if (!of_a || !a.reported[*of_a].enabled) {
      out.none = true;
      return out;
    }
    const prove::Reported& mine = a.reported[*of_a];
    if (of_b) {
      const prove::Reported& its = b.reported[*of_b];
      out.none = (same_options_ || (!asks_options(mine) && !asks_options(its))) && prove::covers(its, mine);
      if (out.none) return out;
    }
    // Where several events make one match, no single one shows a difference.
    if (!mine.of_events || (of_b && !b.reported[*of_b].of_events)) return out;
    // At the end of each exception too: before it, nothing may differ.
    std::set<int64_t> ends = ends_of(mine);
    if (of_b) ends.merge(ends_of(b.reported[*of_b]));
    const auto differs = [&](const EventValues& values) {
      const auto record = encode_record(values);
      Event event;
      if (!record.ok() || !event.decode(std::as_bytes(std::span(*record))).ok()) return false;
      if (!a.detects(of_a, event) || b.detects(of_b, event)) return false;
      out.witness = write_json(event);
      return true;
    };
    const auto ask = [&](const EventValues& values) {
      return differs(values) || std::any_of(ends.begin(), ends.end(), [&](int64_t end) {
               EventValues later = values;
               later.time_unix_ns = end;
               return differs(later);
             });
    };
    if (of_tests(a, of_a, ask) || of_tests(b, of_b, ask)) return out;
    const prove::Reported nothing;
    const prove::World world{&a.compilation->artefact.option_tables, &lists_};
    size_t left = SIZE_MAX;
    static_cast<void>(prove::find_difference(mine, of_b ? b.reported[*of_b] : nothing, world, left, ask));
    return out;
  }

  template <class Ask>
  static bool of_tests(const Side& side, std::optional<uint32_t> recipe, const Ask& ask) {
    if (!recipe) return false;
    const auto& tests = side.compilation->set.recipes[*recipe].tests;
    return std::any_of(tests.begin(), tests.end(),
                       [&](const RecipeTest& test) { return !test.steps.empty() && ask(test.steps.back()); });
  }

  Side &old_, &fresh_;
  std::vector<ValueTable> lists_;  // of both: those of the new set behind those of the old
  bool same_options_ = false;
};

// Numbers of lists mean the same on both sides: an equal list of `old`, else one behind all of them.
void number_lists(const Compilation& old, Compilation& fresh) {
  const auto& known = old.artefact.tables;
  std::vector<uint32_t> number = {0};
  for (const ValueTable& list : fresh.artefact.tables) {
    const auto same = std::find_if(known.begin(), known.end(), [&](const ValueTable& other) {
      return other.bytes == list.bytes && other.entries == list.entries;
    });
    number.push_back(static_cast<uint32_t>(same != known.end() ? same - known.begin() + 1 : known.size() + number.size()));
  }
  const auto renumber = [&](Predicate& predicate) {
    for (Test& test : predicate.tests) test.table = number[test.table];
  };
  for (Predicate& predicate : fresh.simplified) renumber(predicate);
  for (Recipe& recipe : fresh.set.recipes) {
    for (Except& except : recipe.exceptions) renumber(except.when);
  }
}

}  // namespace

Result<std::vector<RecipeChange>> compare(const Compilation& old, Compilation& fresh,
                                          const std::function<void(size_t done, size_t total)>& progress) {
  number_lists(old, fresh);
  Result<Side> before = Side::make(old), after = Side::make(fresh);
  if (!before.ok()) return before.error();
  if (!after.ok()) return after.error();
  std::map<std::string, bool> names;
  for (const auto& [name, index] : before->by_name) names.emplace(name, true);
  for (const auto& [name, index] : after->by_name) names.emplace(name, true);
  Comparer comparer(*before, *after);
  std::vector<RecipeChange> changes;
  for (const auto& [name, there] : names) {
    changes.push_back(comparer.compare(name));
    if (progress) progress(changes.size(), names.size());
  }
  return changes;
}

}  // namespace recipe::recipec
