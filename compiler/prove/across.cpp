// SPDX-License-Identifier: Apache-2.0
// See across.h.
#include "compiler/prove/across.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "compiler/lower/lower.h"
#include "compiler/prove/prove.h"
#include "compiler/prove/shapes.h"
#include "compiler/prove/tests.h"

namespace recipe::prove {
namespace {

constexpr size_t kSaidEach = 256;  // recipes between two calls of progress

uint64_t bit_of(size_t hash) {
  return uint64_t{1} << ((hash * 0x9e3779b97f4a7c15ull) >> 58);
}

size_t hash_of(const Subject& subject) {
  return std::hash<std::string>()(subject.option) * 31 + static_cast<size_t>(subject.field) * 1031 + subject.variable * 7u +
         static_cast<size_t>(subject.selector) * 3u + subject.operand * 131u;
}

size_t hash_of(const Subject& subject, const Literal& literal) {
  const auto* number = std::get_if<int64_t>(&literal);
  return hash_of(subject) * 131 +
         (number != nullptr ? std::hash<int64_t>()(*number) : std::hash<std::string>()(std::get<std::string>(literal)));
}

bool is_name(FieldId field) {
  return field == FieldId::process_name || field == FieldId::file_name || field == FieldId::process_exe ||
         field == FieldId::file_path || field == FieldId::dns_question || field == FieldId::socket_path;
}

// One value is needed: `==` with one literal, letters as they are.
bool asks_one(const Test& test) {
  return test.op == Operator::kEquals && test.literals.size() == 1 && !test.nocase && test.table == 0 && test.right.empty();
}

// A clause, and bits that tell most that cannot cover it. If d covers c, each term of d is implied by terms of c about the same
// subject: so c asks every subject that d asks, and has every single value that d insists on.
struct Entry {
  RecipeId recipe;
  Conjunction terms;
  uint64_t subjects = 0;           // of its tests
  uint64_t insists = 0;            // its single values
  uint64_t values = 0;             // all values of its `==`
  std::vector<std::string> names;  // that it asks for, "FIELD/NAME"; empty: of none in particular
  size_t constant = 0;             // terms that are no tests
};

Entry entry_of(RecipeId recipe, const Predicate& predicate, const Clause& clause) {
  Entry entry;
  entry.recipe = recipe;
  entry.terms = conjunction(predicate, clause);
  for (const Term& term : entry.terms) {
    const PredicateNode& node = predicate.nodes[term.node];
    if (node.kind != PredicateKind::kTest) {
      ++entry.constant;
      continue;
    }
    const Test& test = predicate.tests[node.test];
    entry.subjects |= bit_of(hash_of(test.subject));
    if (node.negated) continue;
    // `matches "^x$"` and `like "x"` are == in other words.
    const bool spelled_as_pattern = test.op == Operator::kLike || test.op == Operator::kMatches;
    if (asks_one(test)) entry.insists |= bit_of(hash_of(test.subject, test.literals[0]));
    if (test.op == Operator::kEquals && !test.nocase) {
      for (const Literal& literal : test.literals) entry.values |= bit_of(hash_of(test.subject, literal));
    }
    if (spelled_as_pattern || test.nocase || test.op == Operator::kHas || test.table != 0) entry.values = ~uint64_t{0};
    if (!entry.names.empty() || test.op != Operator::kEquals || test.nocase || test.table != 0 || !test.right.empty() ||
        !is_name(test.subject.field) || test.subject.variable != 0)
      continue;
    for (const Literal& literal : test.literals)
      entry.names.push_back(std::to_string(static_cast<int>(test.subject.field)) + "/" + std::get<std::string>(literal));
  }
  return entry;
}

// The clauses of one event's triggers, by the name they ask for.
struct Index {
  std::vector<Entry> entries;
  std::unordered_map<std::string, std::vector<uint32_t>> by_name;
  std::vector<uint32_t> nameless;

  void add(Entry entry) {
    const auto at = static_cast<uint32_t>(entries.size());
    for (const std::string& name : entry.names) by_name[name].push_back(at);
    if (entry.names.empty()) nameless.push_back(at);
    entries.push_back(std::move(entry));
  }
};

bool may_cover(const Entry& wide, const Entry& narrow) {
  return wide.recipe != narrow.recipe && (wide.insists & ~narrow.values) == 0 &&
         (narrow.constant > 0 || ((wide.subjects & ~narrow.subjects) == 0 && wide.constant == 0));
}

// Every name that any of its tests asks for: another clause may be found by another field.
std::vector<std::string> all_names(const Entry& entry) {
  std::vector<std::string> names;
  for (const Term& term : entry.terms) {
    const PredicateNode& node = term.predicate->nodes[term.node];
    if (node.kind != PredicateKind::kTest || node.negated) continue;
    const Test& test = term.predicate->tests[node.test];
    if (test.op == Operator::kExists || test.subject.variable != 0 || !is_name(test.subject.field) || test.literals.empty())
      continue;
    // One literal is enough: what covers the clause covers each of them.
    const auto* text = std::get_if<std::string>(&test.literals[0]);
    if (text == nullptr) continue;
    std::string plain = *text;
    if (test.op == Operator::kMatches || test.op == Operator::kLike) {
      const auto read =
          test.op == Operator::kMatches ? plain_regex(*text) : plain_glob(*text, text_kind(test.subject) == TextKind::kPath);
      if (read) plain = read->text;
    }
    names.push_back(std::to_string(static_cast<int>(test.subject.field)) + "/" + plain);
  }
  return names;
}

struct Traits {
  Importance importance = Importance::kCritical;  // the least that it reports with
  bool plain = true;                              // reports each match, marks nothing, is on
};

Traits traits_of(const Recipe& recipe) {
  Traits traits;
  traits.plain = recipe.info.enabled && !recipe.state.sequence && !recipe.state.seen && recipe.state.counts.empty();
  for (const On& on : recipe.ons) {
    traits.importance = std::min(traits.importance, on.importance);
    traits.plain = traits.plain && on.report && on.marks.empty();
  }
  return traits;
}

Condition as_condition(const std::pair<Predicate, Clauses>& exception) {
  return {&exception.first, &exception.second};
}

}  // namespace

std::vector<Reported> reported(const Compilation& compilation) {
  std::vector<Reported> all;
  uint32_t next = 0;
  for (const Recipe& recipe : compilation.set.recipes) {
    Reported& of = all.emplace_back();
    for (const On& on : recipe.ons) {
      if (on.report) of.triggers.push_back({on.event, {&compilation.simplified[next], &compilation.clauses[next]}, next});
      ++next;
    }
    for (const Except& except : recipe.exceptions) {
      Predicate simplified = simplify(except.when);
      Clauses clauses = split_clauses(simplified);
      of.exceptions.emplace_back(std::move(simplified), std::move(clauses));
    }
  }
  return all;
}

bool covers(const Reported& wide, const Reported& narrow) {
  const auto covered = [&](const Reported::Part& part) {
    const auto of_event = [&](const Reported::Part& other) { return other.event == part.event; };
    if (std::any_of(wide.triggers.begin(), wide.triggers.end(), [&](const Reported::Part& other) {
          return of_event(other) && is_same(*part.condition.predicate, *other.condition.predicate);
        }))
      return true;
    // Each clause by some trigger of the event.
    return std::all_of(
        part.condition.clauses->clauses.begin(), part.condition.clauses->clauses.end(), [&](const Clause& clause) {
          const Conjunction terms = conjunction(*part.condition.predicate, clause);
          return std::any_of(wide.triggers.begin(), wide.triggers.end(),
                             [&](const Reported::Part& other) { return of_event(other) && implies(terms, other.condition); });
        });
  };
  if (!std::all_of(narrow.triggers.begin(), narrow.triggers.end(), covered)) return false;
  // What holds the wide one back holds the narrow one back, or never meets it.
  return std::all_of(wide.exceptions.begin(), wide.exceptions.end(), [&](const auto& exception) {
    const Condition back = as_condition(exception);
    return std::any_of(narrow.exceptions.begin(), narrow.exceptions.end(),
                       [&](const auto& its) { return implies(back, as_condition(its)); }) ||
           std::all_of(narrow.triggers.begin(), narrow.triggers.end(),
                       [&](const Reported::Part& part) { return is_disjoint(back, part.condition); });
  });
}

std::vector<Subsumed> find_subsumed(const Compilation& compilation, const AcrossProgress& progress) {
  const std::vector<Reported> all = reported(compilation);
  std::vector<Traits> traits;
  for (const Recipe& recipe : compilation.set.recipes) traits.push_back(traits_of(recipe));
  std::unordered_map<uint16_t, Index> indices;                                    // by event
  std::vector<std::pair<uint16_t, uint32_t>> first(all.size(), {0, UINT32_MAX});  // each recipe's first clause
  for (uint32_t recipe = 0; recipe < all.size(); ++recipe) {
    if (!traits[recipe].plain) continue;
    for (const Reported::Part& part : all[recipe].triggers) {
      const auto event = static_cast<uint16_t>(part.event);
      Index& index = indices[event];
      for (const Clause& clause : part.condition.clauses->clauses) {
        if (first[recipe].second == UINT32_MAX) first[recipe] = {event, static_cast<uint32_t>(index.entries.size())};
        index.add(entry_of(RecipeId{recipe}, *part.condition.predicate, clause));
      }
    }
  }
  std::vector<Subsumed> found;
  std::vector<uint32_t> seen(all.size(), UINT32_MAX);  // the narrow recipe that this one was last compared with
  for (uint32_t narrow = 0; narrow < all.size(); ++narrow) {
    if (progress && (narrow % kSaidEach == 0 || narrow + 1 == all.size())) progress(narrow + 1, all.size());
    if (first[narrow].second == UINT32_MAX) continue;
    const Index& index = indices[first[narrow].first];
    const Entry& clause = index.entries[first[narrow].second];
    std::vector<const std::vector<uint32_t>*> buckets = {&index.nameless};
    for (const std::string& name : all_names(clause)) {
      if (const auto bucket = index.by_name.find(name); bucket != index.by_name.end()) buckets.push_back(&bucket->second);
    }
    bool covered = false;
    for (const std::vector<uint32_t>* bucket : buckets) {
      for (const uint32_t at : *bucket) {
        const Entry& other = index.entries[at];
        const uint32_t wide = other.recipe.index();
        if (covered || seen[wide] == narrow || !may_cover(other, clause)) continue;
        if (traits[wide].importance < traits[narrow].importance) continue;
        seen[wide] = narrow;
        if (!covers(all[wide], all[narrow])) continue;
        const bool equal = traits[wide].importance == traits[narrow].importance && covers(all[narrow], all[wide]);
        if (equal && wide > narrow) continue;  // said of the later one
        found.push_back({RecipeId{narrow}, RecipeId{wide}, equal});
        covered = true;
      }
    }
  }
  return found;
}

}  // namespace recipe::prove
