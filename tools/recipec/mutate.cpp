// SPDX-License-Identifier: Apache-2.0
// A mutant is a predicate of the recipe, changed and lowered anew, together with the recipes that set the marks it asks for. It
// runs through the same path as the recipe itself, so what a test says of it is what a test would say of the fault.
#include "tools/recipec/mutate.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "compiler/lower/lower.h"
#include "tools/recipec/test_runner.h"

namespace recipe::recipec {
namespace {

struct Mutant {
  Predicate predicate;
  std::string change;
  Span span;
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

// A test that holds for more, and how it differs; nullopt: none is at hand.
std::optional<std::pair<Test, std::string>> widened(const Test& test) {
  Test out = test;
  if (!test.right.empty() || test.table != 0 || asks_marks(test)) return std::nullopt;
  switch (test.op) {
    case Operator::kStartsWith:
      return out.op = Operator::kContains, std::pair(out, "`contains` for `startswith`");
    case Operator::kEndsWith:
      return out.op = Operator::kContains, std::pair(out, "`contains` for `endswith`");
    case Operator::kLess:
      return out.op = Operator::kLessEqual, std::pair(out, "`<=` for `<`");
    case Operator::kGreater:
      return out.op = Operator::kGreaterEqual, std::pair(out, "`>=` for `>`");
    default:
      break;
  }
  const bool texts = !test.literals.empty() && std::holds_alternative<std::string>(test.literals.front());
  const bool address = test.subject.field != FieldId::kNone && test.subject.selector == Selector::kNone &&
                       info(test.subject.field).type == Type::kIp;
  if (test.op == Operator::kEquals && texts && !address)
    return out.op = Operator::kStartsWith, std::pair(out, "a prefix for the whole");
  if (test.op != Operator::kUnder || !texts) return std::nullopt;
  bool changed = false;
  for (Literal& literal : out.literals) {
    std::string& folder = std::get<std::string>(literal);
    if (folder.size() < 2 || folder[0] != '/') continue;
    const size_t slash = folder.rfind('/', folder.size() - 2);
    if (slash == 0) continue;
    folder.resize(slash);
    changed = true;
  }
  if (!changed) return std::nullopt;
  return std::pair(out, "the folder above");
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

// All changes of one predicate. What a macro brings in several places is changed in each.
std::vector<Mutant> mutants_of(const Compilation& compilation, const Predicate& predicate) {
  std::vector<Mutant> out;
  for (uint32_t i = 0; i < predicate.nodes.size(); ++i) {
    const PredicateNode& node = predicate.nodes[i];
    const std::string words = "`" + words_of(compilation, node.span) + "`";
    if (node.kind == PredicateKind::kAnd || node.kind == PredicateKind::kOr) {
      const bool several = predicate.nodes[i + 1].end != node.end;
      for (uint32_t child = i + 1; several && child < node.end; child = predicate.nodes[child].end) {
        const Span span = predicate.nodes[child].span;
        out.push_back({without(predicate, child), "without `" + words_of(compilation, span) + "`", span});
      }
    }
    if (!is_leaf(node)) continue;
    out.push_back({turned(predicate, i), "with `not` before " + words, node.span});
    if (node.kind != PredicateKind::kTest) continue;
    if (auto wider = widened(predicate.tests[node.test])) {
      Predicate changed = predicate;
      changed.nodes[i].test = static_cast<uint32_t>(changed.tests.size());
      changed.tests.push_back(std::move(wider->first));
      out.push_back({std::move(changed), "with " + wider->second + " in " + words, node.span});
    }
  }
  return out;
}

// --- the run ---

class Mutator {
 public:
  Mutator(Compilation& compilation, const std::vector<Recipe>& all) : compilation_(compilation), all_(all) {}

  Result<MutationReport> run(const Recipe& recipe) {
    report_ = {recipe.info.name, 0, {}};
    compilation_.set.recipes = {recipe};
    for (const Recipe* setter : setters_of(recipe)) compilation_.set.recipes.push_back(*setter);
    for (Recipe& each : compilation_.set.recipes) each.info.enabled = true;
    for (size_t i = 0; i < recipe.ons.size(); ++i) {
      for (Mutant& mutant : mutants_of(compilation_, recipe.ons[i].when)) {
        const auto put = [&](Recipe& changed, Predicate predicate) { changed.ons[i].when = std::move(predicate); };
        if (Status tried = attempt(mutant, recipe.ons[i].when, put); !tried.ok()) return tried.error();
      }
    }
    for (size_t i = 0; i < recipe.exceptions.size(); ++i) {
      const Except& exception = recipe.exceptions[i];
      std::vector<Mutant> mutants = mutants_of(compilation_, exception.when);
      Predicate never;
      never.nodes.emplace_back().end = 1;
      mutants.push_back({never, "without the exception \"" + exception.title + "\"", exception.span});
      for (Mutant& mutant : mutants) {
        const auto put = [&](Recipe& changed, Predicate predicate) { changed.exceptions[i].when = std::move(predicate); };
        if (Status tried = attempt(mutant, exception.when, put); !tried.ok()) return tried.error();
      }
    }
    return std::move(report_);
  }

 private:
  template <class Put>
  Status attempt(Mutant& mutant, const Predicate& original, const Put& put) {
    if (simplify(mutant.predicate) == simplify(original)) return Done{};  // the same recipe
    Recipe& changed = compilation_.set.recipes.front();
    put(changed, std::move(mutant.predicate));
    lower(compilation_);
    Result<Harness> harness = Harness::build(compilation_.artefact);
    put(changed, original);
    if (!harness.ok()) return harness.error();
    ++report_.mutants;
    TestRunner runner(std::move(*harness));
    for (const RecipeTest& test : changed.tests) {
      const TestReport report = runner.run(RecipeId{0}, test);
      if (!report.passed && !report.fault) return Done{};
    }
    report_.survivors.push_back({std::move(mutant.change), compilation_.sources[mutant.span.source].path,
                                 compilation_.sources.position(mutant.span.source, mutant.span.begin).line});
    return Done{};
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
  MutationReport report_;
};

}  // namespace

Result<std::vector<MutationReport>> mutate(Compilation& compilation, const std::function<bool(const std::string& path)>& wanted,
                                           const std::function<void(size_t done, size_t total)>& progress) {
  assert(compilation.ok);
  const std::vector<Recipe> all = std::exchange(compilation.set.recipes, {});
  std::vector<MutationReport> reports;
  Mutator mutator(compilation, all);
  for (size_t i = 0; i < all.size(); ++i) {
    if (wanted(compilation.sources[all[i].span.source].path) && !all[i].tests.empty()) {
      Result<MutationReport> report = mutator.run(all[i]);
      if (!report.ok()) return report.error();
      reports.push_back(std::move(*report));
    }
    if (progress) progress(i + 1, all.size());
  }
  compilation.set.recipes = all;
  return reports;
}

}  // namespace recipe::recipec
