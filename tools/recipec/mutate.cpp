// SPDX-License-Identifier: Apache-2.0
// A mutant is the predicates of the recipe, changed and lowered anew, together with the recipes that set the marks it asks for.
// It runs through the same path as the recipe itself, so what a test says of it is what a test would say of the fault.
#include "tools/recipec/mutate.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "compiler/check/check.h"
#include "compiler/lower/lower.h"
#include "compiler/prove/witness.h"
#include "tools/recipec/test_runner.h"

namespace recipe::recipec {
namespace {

enum class Fault : uint8_t { kLeftOut, kTurned, kWidened, kNever };

// Where in a recipe: its triggers' conditions, then its exceptions'.
struct Site {
  size_t part = 0;
  uint32_t node = 0;
};

struct Mutant {
  Fault fault = Fault::kLeftOut;
  std::string change;
  Span span;
  std::string way{};  // of kWidened: the Wider's words
  std::vector<Site> sites{};
};

// --- changes of a predicate ---

// The subtree at `at` leaves; its parents shrink. The parent keeps at least one child.
Predicate without(const Predicate& from, uint32_t at) {
  Predicate out = from;
  const uint32_t begin = at, end = from.nodes[at].end, size = end - begin;
  out.nodes.erase(out.nodes.begin() + begin, out.nodes.begin() + end);
  for (uint32_t i = 0; i < out.nodes.size(); ++i) {
    if (out.nodes[i].end > begin) out.nodes[i].end -= size;
  }
  return out;
}

// A `not` above the subtree at `at`.
Predicate turned(const Predicate& from, uint32_t at) {
  Predicate out = from;
  PredicateNode no;
  no.kind = PredicateKind::kNot;
  no.span = from.nodes[at].span;
  no.end = from.nodes[at].end;
  out.nodes.insert(out.nodes.begin() + at, no);
  for (uint32_t i = 0; i < out.nodes.size(); ++i) {
    // Those that end behind the place, and those that came behind it.
    if (out.nodes[i].end > at || i > at) ++out.nodes[i].end;
  }
  return out;
}

struct Wider {
  Test test;
  std::string change;
};

// Every literal as `change` leaves it, which says whether it has changed anything.
template <class Change>
void widen_literals(const Test& test, const char* words, const Change& change, std::vector<Wider>& out) {
  Wider wider{test, words};
  bool changed = false;
  for (Literal& literal : wider.test.literals) {
    if (auto* text = std::get_if<std::string>(&literal)) changed |= change(*text);
  }
  if (changed) out.push_back(std::move(wider));
}

bool folder_above(std::string& folder) {
  if (folder.size() < 2 || folder[0] != '/') return false;
  const size_t slash = folder.rfind('/', folder.size() - 2);
  if (slash == 0) return false;
  folder.resize(slash);
  return true;
}

bool without_begin(std::string& regex) {
  if (!regex.starts_with('^') || regex.size() < 2) return false;
  regex.erase(0, 1);
  return true;
}

bool without_end(std::string& regex) {
  if (!regex.ends_with('$') || regex.size() < 2) return false;
  size_t backslashes = 0;
  while (backslashes + 1 < regex.size() && regex[regex.size() - 2 - backslashes] == '\\') ++backslashes;
  if (backslashes % 2 != 0) return false;  // `\$`
  regex.pop_back();
  return true;
}

// Tests that hold for more, and how they differ.
std::vector<Wider> widened(const Test& test) {
  std::vector<Wider> out;
  if (!test.right.empty() || test.table != 0 || asks_marks(test)) return out;
  const auto as = [&](Operator op, const char* words) {
    out.push_back({test, words});
    out.back().test.op = op;
  };
  switch (test.op) {
    case Operator::kStartsWith:
      as(Operator::kContains, "`contains` for `startswith`");
      break;
    case Operator::kEndsWith:
      as(Operator::kContains, "`contains` for `endswith`");
      break;
    case Operator::kLess:
      as(Operator::kLessEqual, "`<=` for `<`");
      break;
    case Operator::kGreater:
      as(Operator::kGreaterEqual, "`>=` for `>`");
      break;
    case Operator::kUnder:
      widen_literals(test, "the folder above", folder_above, out);
      break;
    case Operator::kMatches:
      widen_literals(test, "no `^` at the beginning", without_begin, out);
      widen_literals(test, "no `$` at the end", without_end, out);
      break;
    default:
      break;
  }
  return out;
}

std::string words_of(const Compilation& compilation, Span span) {
  std::string out;
  for (const char c : compilation.sources.text(span)) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  constexpr size_t kShown = 100;
  return out.size() <= kShown ? out : out.substr(0, kShown) + "...";
}

bool is_leaf(const PredicateNode& node) {
  return node.kind == PredicateKind::kTest || node.kind == PredicateKind::kAny || node.kind == PredicateKind::kAll;
}

// All changes of a recipe, each with every place that the changed words have come to.
class Mutants {
 public:
  explicit Mutants(const Compilation& compilation) : compilation_(compilation) {}

  void add(const Predicate& predicate, size_t part) {
    for (uint32_t i = 0; i < predicate.nodes.size(); ++i) {
      const PredicateNode& node = predicate.nodes[i];
      if (node.kind == PredicateKind::kAnd || node.kind == PredicateKind::kOr) {
        const bool several = predicate.nodes[i + 1].end != node.end;
        for (uint32_t child = i + 1; several && child < node.end; child = predicate.nodes[child].end) {
          const Span span = predicate.nodes[child].span;
          add(predicate, {part, child}, {Fault::kLeftOut, "without " + quoted(span), span});
        }
      }
      if (!is_leaf(node)) continue;
      const std::string words = quoted(node.span);
      add(predicate, {part, i}, {Fault::kTurned, "with `not` before " + words, node.span});
      if (node.kind != PredicateKind::kTest) continue;
      for (const Wider& wider : widened(predicate.tests[node.test]))
        add(predicate, {part, i}, {Fault::kWidened, "with " + wider.change + " in " + words, node.span, wider.change});
    }
  }

  void add_never(const Except& exception, size_t part) {
    add(exception.when, {part, 0}, {Fault::kNever, "without the exception \"" + exception.title + "\"", exception.span});
  }

  [[nodiscard]] std::vector<Mutant>& all() { return mutants_; }

 private:
  std::string quoted(Span span) const { return "`" + words_of(compilation_, span) + "`"; }

  void add(const Predicate& predicate, Site site, Mutant mutant) {
    const auto [at, is_new] =
        known_.try_emplace({mutant.span.begin, mutant.span.source.index(), mutant.change}, mutants_.size());
    if (is_new) mutants_.push_back(std::move(mutant));
    std::vector<Site>& sites = mutants_[at->second].sites;
    // A node and one inside of it that have the same words: the outer one.
    const bool inside = !sites.empty() && sites.back().part == site.part && site.node < predicate.nodes[sites.back().node].end;
    if (!inside) sites.push_back(site);
  }

  const Compilation& compilation_;
  std::vector<Mutant> mutants_;
  std::map<std::tuple<uint32_t, uint32_t, std::string>, size_t> known_;
};

// Is the node the only one below its parent?
bool is_alone(const Predicate& predicate, uint32_t at) {
  for (uint32_t parent = at; parent-- > 0;) {
    if (predicate.nodes[parent].end > at) return parent + 1 == at && predicate.nodes[parent].end == predicate.nodes[at].end;
  }
  return true;
}

Predicate with_fault(const Predicate& from, const Mutant& mutant, uint32_t at) {
  switch (mutant.fault) {
    case Fault::kLeftOut:
      return is_alone(from, at) ? from : without(from, at);
    case Fault::kTurned:
      return turned(from, at);
    case Fault::kWidened: {
      Predicate changed = from;
      changed.nodes[at].test = static_cast<uint32_t>(changed.tests.size());
      for (Wider& wider : widened(from.tests[from.nodes[at].test])) {
        if (wider.change == mutant.way) changed.tests.push_back(std::move(wider.test));
      }
      assert(changed.nodes[at].test < changed.tests.size());
      return changed;
    }
    case Fault::kNever:
      break;
  }
  Predicate never;
  never.nodes.emplace_back().end = 1;
  return never;
}

// --- the run ---

constexpr size_t kMostMutants = 1000;   // of one recipe
constexpr size_t kMostNodes = 500'000;  // lowered for the mutants of one recipe, all together
constexpr size_t kMostSearches = 64;    // for the test that a recipe lacks, each way

class Mutator {
 public:
  Mutator(Compilation& compilation, const std::vector<Recipe>& all, const std::function<bool(const std::string& path)>& wanted)
      : compilation_(compilation), all_(all), wanted_(wanted) {}

  Status run(const Recipe& recipe) {
    compilation_.set.recipes = {recipe};
    for (const Recipe* setter : setters_of(recipe)) compilation_.set.recipes.push_back(*setter);
    for (Recipe& each : compilation_.set.recipes) each.info.enabled = true;
    lower(compilation_);
    const prove::Reported as_written = std::move(prove::reported(compilation_).front());
    Result<Harness> harness = Harness::build(compilation_.artefact);
    if (!harness.ok()) return harness.error();
    original_.emplace(std::move(*harness));
    // What fails without a fault notices none.
    failing_.clear();
    for (const RecipeTest& test : recipe.tests) {
      if (!original_->run(RecipeId{0}, test).passed) failing_.insert(&test);
    }
    // What it points to; the mutants get their own.
    const std::vector<Predicate> simplified = std::exchange(compilation_.simplified, {});
    const std::vector<Clauses> clauses = std::exchange(compilation_.clauses, {});
    Mutants mutants(compilation_);
    const size_t conditions = recipe.ons.size();
    for (size_t i = 0; i < conditions; ++i) mutants.add(recipe.ons[i].when, i);
    for (size_t i = 0; i < recipe.exceptions.size(); ++i) {
      mutants.add(recipe.exceptions[i].when, conditions + i);
      mutants.add_never(recipe.exceptions[i], conditions + i);
    }
    // Each is lowered whole.
    size_t nodes = 1;
    for (const On& on : recipe.ons) nodes += on.when.nodes.size();
    const size_t most = std::min(kMostMutants, kMostNodes / nodes + 1);
    size_t made = 0;
    for (const Mutant& mutant : mutants.all()) {
      if (++made > most) {
        untried_[recipe.info.name] = mutants.all().size() - most;
        break;
      }
      if (!wanted_(compilation_.sources[mutant.span.source].path)) continue;
      if (Status tried = attempt(recipe, mutant, as_written); !tried.ok()) return tried;
    }
    return Done{};
  }

  std::vector<MutationReport> reports(Allows& allows) {
    std::vector<MutationReport> all;
    std::map<std::string, size_t> known;
    for (const Tried& tried : tried_) {
      const auto [at, is_new] = known.try_emplace(tried.of, all.size());
      if (is_new) all.push_back({tried.of, tried.shared, 0, 0, 0, {}});
      MutationReport& report = all[at->second];
      ++report.mutants;
      if (tried.noticed) continue;
      if (allows.explain(kUntestedTerm, tried.span)) {
        ++report.explained;
        continue;
      }
      const Sources& sources = compilation_.sources;
      report.survivors.push_back({tried.change, sources[tried.span.source].path,
                                  sources.position(tried.span.source, tried.span.begin).line, tried.test});
    }
    for (MutationReport& report : all) {
      const auto untried = untried_.find(report.of);
      if (!report.shared && untried != untried_.end()) report.untried = untried->second;
    }
    return all;
  }

 private:
  struct Tried {
    std::string of;
    bool shared = false;
    std::string change;
    Span span;
    bool noticed = false;
    std::string test{};
  };

  static Predicate& condition_of(Recipe& recipe, size_t part) {
    return part < recipe.ons.size() ? recipe.ons[part].when : recipe.exceptions[part - recipe.ons.size()].when;
  }

  Status attempt(const Recipe& recipe, const Mutant& mutant, const prove::Reported& as_written) {
    const auto known = known_.find({mutant.span.source.index(), mutant.span.begin, mutant.change});
    if (known != known_.end() && tried_[known->second].noticed) return Done{};
    Recipe& changed = compilation_.set.recipes.front();
    bool differs = false;
    // From behind: a node that leaves moves those that come after it.
    for (size_t i = mutant.sites.size(); i-- > 0;) {
      Predicate& condition = condition_of(changed, mutant.sites[i].part);
      condition = with_fault(condition, mutant, mutant.sites[i].node);
    }
    for (const Site& site : mutant.sites) {
      const Predicate& original =
          site.part < recipe.ons.size() ? recipe.ons[site.part].when : recipe.exceptions[site.part - recipe.ons.size()].when;
      differs = differs || !(simplify(condition_of(changed, site.part)) == simplify(original));
    }
    if (differs) {
      if (Status judged = judge(recipe, mutant, as_written); !judged.ok()) return judged;
    }
    changed = recipe;
    changed.info.enabled = true;
    return Done{};
  }

  // Proved: the same events, each as important as before.
  [[nodiscard]] bool is_same(const prove::Reported& a, const prove::Reported& b) const {
    std::set<Importance> levels;
    for (const prove::Reported::Part& part : a.triggers) levels.insert(importance_of(part));
    const auto from = [&](prove::Reported of, Importance least) {
      std::erase_if(of.triggers, [&](const prove::Reported::Part& part) { return importance_of(part) < least; });
      return of;
    };
    return std::all_of(levels.begin(), levels.end(), [&](Importance least) {
      const prove::Reported one = from(a, least), other = from(b, least);
      return prove::covers(one, other) && prove::covers(other, one);
    });
  }
  [[nodiscard]] Importance importance_of(const prove::Reported::Part& part) const {
    return compilation_.artefact.triggers[part.trigger].importance;
  }

  Status judge(const Recipe& recipe, const Mutant& mutant, const prove::Reported& as_written) {
    lower(compilation_);
    Result<Harness> harness = Harness::build(compilation_.artefact);
    if (!harness.ok()) return harness.error();
    TestRunner runner(std::move(*harness));
    const bool noticed = std::any_of(recipe.tests.begin(), recipe.tests.end(), [&](const RecipeTest& test) {
      if (failing_.contains(&test)) return false;
      const TestReport report = runner.run(RecipeId{0}, test);
      return !report.passed && !report.fault;
    });
    std::string test;
    if (!noticed) {
      const std::vector<prove::Reported> now = prove::reported(compilation_);
      if (is_same(now.front(), as_written)) return Done{};
      test = missing_test(as_written, now.front(), runner.harness());
    }
    const auto [at, is_new] = known_.try_emplace({mutant.span.source.index(), mutant.span.begin, mutant.change}, tried_.size());
    if (is_new) {
      const bool own = mutant.span.source == recipe.span.source && mutant.span.begin >= recipe.span.begin &&
                       mutant.span.end <= recipe.span.end;
      tried_.push_back(
          {own ? recipe.info.name : compilation_.sources[mutant.span.source].path, !own, mutant.change, mutant.span});
    }
    tried_[at->second].noticed |= noticed;
    if (tried_[at->second].test.empty()) tried_[at->second].test = std::move(test);
    return Done{};
  }

  // An event that the recipe and the mutant judge otherwise, as a test of the recipe. "": none was found, or no single one can
  // show it.
  std::string missing_test(const prove::Reported& as_written, const prove::Reported& mutant, Harness& changed) {
    if (!as_written.of_events || !as_written.beside.empty()) return "";
    Harness& original = original_->harness();
    const prove::World world{&original.artefact().option_tables, &original.artefact().tables};
    std::string test;
    const auto shows = [&](std::string_view expectation, Harness& yes, Harness& no) {
      return [&, expectation](const EventValues& event) {
        if (!yes.detects(RecipeId{0}, event) || no.detects(RecipeId{0}, event)) return false;
        const std::optional<std::string> spelled = spell_event(event);
        if (spelled) test = std::string(expectation) + " " + *spelled;
        return spelled.has_value();
      };
    };
    size_t left = kMostSearches;
    if (!prove::find_difference(mutant, as_written, world, left, shows("nothing", changed, original))) {
      left = kMostSearches;
      static_cast<void>(prove::find_difference(as_written, mutant, world, left, shows("match", original, changed)));
    }
    return test;
  }

  // Recipes that set marks which the recipe asks for, and which these ask for.
  std::vector<const Recipe*> setters_of(const Recipe& recipe) const {
    std::vector<const Recipe*> out;
    std::set<std::pair<bool, std::string>> asked;
    const auto ask = [&](const Predicate& predicate) {
      for (const Test& test : predicate.tests) {
        if (!asks_marks(test)) continue;
        for (const Literal& literal : test.literals)
          asked.emplace(test.subject.field == FieldId::file_marked, std::get<std::string>(literal));
      }
    };
    const auto ask_all = [&](const Recipe& of) {
      for (const On& on : of.ons) ask(on.when);
      for (const Except& exception : of.exceptions) ask(exception.when);
    };
    const auto sets = [&](const Recipe& other) {
      return std::any_of(other.ons.begin(), other.ons.end(), [&](const On& on) {
        return std::any_of(on.marks.begin(), on.marks.end(), [&](const MarkAction& mark) {
          return asked.contains({mark.target == MarkTarget::kFile, mark.name});
        });
      });
    };
    ask_all(recipe);
    for (bool more = !asked.empty(); more;) {
      more = false;
      for (const Recipe& other : all_) {
        const bool known = other.info.name == recipe.info.name || std::find(out.begin(), out.end(), &other) != out.end();
        if (known || !sets(other)) continue;
        out.push_back(&other);
        ask_all(other);
        more = true;
      }
    }
    return out;
  }

  Compilation& compilation_;
  const std::vector<Recipe>& all_;
  const std::function<bool(const std::string& path)>& wanted_;
  std::optional<TestRunner> original_;  // of the recipe that is being tried
  std::set<const RecipeTest*> failing_;
  std::map<std::string, size_t> untried_;  // by recipe
  std::vector<Tried> tried_;
  std::map<std::tuple<uint32_t, uint32_t, std::string>, size_t> known_;  // by source, place and change
};

}  // namespace

Result<std::vector<MutationReport>> mutate(Compilation& compilation, Allows& allows,
                                           const std::function<bool(const std::string& path)>& wanted,
                                           const std::function<void(size_t done, size_t total)>& progress) {
  assert(compilation.ok);
  const std::vector<Recipe> all = std::exchange(compilation.set.recipes, {});
  Mutator mutator(compilation, all, wanted);
  for (size_t i = 0; i < all.size(); ++i) {
    if (wanted(compilation.sources[all[i].span.source].path) && !all[i].tests.empty()) {
      if (Status ran = mutator.run(all[i]); !ran.ok()) return ran.error();
    }
    if (progress) progress(i + 1, all.size());
  }
  std::vector<MutationReport> reports = mutator.reports(allows);
  compilation.set.recipes = all;
  return reports;
}

}  // namespace recipe::recipec
