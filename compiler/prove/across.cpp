// SPDX-License-Identifier: Apache-2.0
// See across.h.
#include "compiler/prove/across.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "compiler/check/check.h"
#include "compiler/lower/lower.h"
#include "compiler/prove/prove.h"
#include "compiler/prove/shapes.h"
#include "compiler/prove/tests.h"
#include "runtime/artefact/dump.h"

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

// Of what it reports.
struct Importances {
  Importance least = Importance::kCritical, most = Importance::kNone;
};

Importances importances_of(const Recipe& recipe) {
  Importances of;
  for (const On& on : recipe.ons) {
    if (!on.report) continue;
    of.least = std::min(of.least, on.importance);
    of.most = std::max(of.most, on.importance);
  }
  return of;
}

// The words of `beside` and `bound` that one trigger has.
void add_words(Reported& of, const Recipe& recipe, const On& on, const Predicate& simplified) {
  if (on.report && on.marks.empty() && on.count == 0 && on.step == 0) return;
  of.beside += std::string(info(on.event).name) + (on.report ? "" : " unreported") + "\n";
  for (const MarkAction& mark : on.marks) of.beside += spell(mark) + "\n";
  if (on.count != 0) of.beside += spell(recipe.state.counts[on.count - 1]) + "\n";
  if (on.step != 0) of.beside += "step " + std::to_string(on.step) + "\n";
  of.bound += print(simplified);
}

// It holds as long as the other does.
bool lasts(const Except& its, const Except& other) {
  return its.until_unix_ns == 0 || (other.until_unix_ns != 0 && its.until_unix_ns >= other.until_unix_ns);
}

bool is_asked_on(const Except& except, EventId event) {
  return std::find(except.events.begin(), except.events.end(), event) != except.events.end();
}

// What `back` holds back of a trigger, one of the exceptions holds back too, or it never meets the trigger.
bool is_held_too(const Reported::Exception& back, const Reported::Part& part,
                 const std::deque<Reported::Exception>& exceptions) {
  if (!is_asked_on(*back.written, part.event)) return true;
  return std::any_of(exceptions.begin(), exceptions.end(),
                     [&](const Reported::Exception& its) {
                       return is_asked_on(*its.written, part.event) && lasts(*its.written, *back.written) &&
                              implies(back.condition(), its.condition());
                     }) ||
         is_disjoint(back.condition(), part.condition);
}

}  // namespace

std::vector<Reported> reported(const Compilation& compilation) {
  std::vector<Reported> all;
  uint32_t next = 0;
  for (const Recipe& recipe : compilation.set.recipes) {
    Reported& of = all.emplace_back();
    of.enabled = recipe.info.enabled;
    of.of_events = !recipe.state.sequence && recipe.state.counts.empty();
    if (recipe.state.sequence) of.beside += spell(*recipe.state.sequence) + "\n";
    if (recipe.state.seen) of.beside += spell(*recipe.state.seen) + "\n";
    for (const On& on : recipe.ons) {
      add_words(of, recipe, on, compilation.simplified[next]);
      if (on.report) of.triggers.push_back({on.event, {&compilation.simplified[next], &compilation.clauses[next]}, next});
      ++next;
    }
    for (const Except& except : recipe.exceptions) {
      Predicate simplified = simplify(except.when);
      Clauses clauses = split_clauses(simplified);
      of.exceptions.push_back({&except, std::move(simplified), std::move(clauses)});
    }
  }
  return all;
}

bool covers(const Reported& wide, const Reported& narrow) {
  if (!wide.enabled || wide.beside != narrow.beside || wide.bound != narrow.bound) return false;
  const auto covered = [&](const Reported::Part& part) {
    const auto of_event = [&](const Reported::Part& other) { return other.event == part.event; };
    if (std::any_of(wide.triggers.begin(), wide.triggers.end(), [&](const Reported::Part& other) {
          return of_event(other) && is_same(*part.condition.predicate, *other.condition.predicate);
        }))
      return true;
    size_t pairs = 0;
    for (const Reported::Part& other : wide.triggers) pairs += of_event(other) ? other.condition.clauses->clauses.size() : 0;
    if (pairs * part.condition.clauses->clauses.size() > kMostPairs) return false;
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
  return std::all_of(wide.exceptions.begin(), wide.exceptions.end(), [&](const Reported::Exception& back) {
    return std::all_of(narrow.triggers.begin(), narrow.triggers.end(),
                       [&](const Reported::Part& part) { return is_held_too(back, part, narrow.exceptions); });
  });
}

std::vector<Subsumed> find_subsumed(const Compilation& compilation, const AcrossProgress& progress) {
  const std::vector<Reported> all = reported(compilation);
  std::vector<Importances> importances;
  for (const Recipe& recipe : compilation.set.recipes) importances.push_back(importances_of(recipe));
  std::unordered_map<uint16_t, Index> indices;                                    // by event
  std::vector<std::pair<uint16_t, uint32_t>> first(all.size(), {0, UINT32_MAX});  // each recipe's first clause
  for (uint32_t recipe = 0; recipe < all.size(); ++recipe) {
    if (!all[recipe].enabled || !all[recipe].beside.empty()) continue;
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
        if (importances[wide].least < importances[narrow].most) continue;
        seen[wide] = narrow;
        if (!covers(all[wide], all[narrow])) continue;
        const bool equal = importances[narrow].least >= importances[wide].most && covers(all[narrow], all[wide]);
        if (equal && wide > narrow) continue;  // said of the later one
        found.push_back({RecipeId{narrow}, RecipeId{wide}, equal});
        covered = true;
      }
    }
  }
  return found;
}

}  // namespace recipe::prove
