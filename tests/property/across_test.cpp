// SPDX-License-Identifier: Apache-2.0
// What is said of whole recipes: that one covers another, and which are subsumed in a set. Random recipes with exceptions that
// end, of two events, many of them changed a little from another one; each claim is held against the slow evaluator over all
// events of a small world, and each form of it is reached.
#include "compiler/prove/across.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "runtime/artefact/dump.h"
#include "tests/support/events.h"
#include "tests/support/slow_evaluator.h"

using namespace recipe;

namespace {

const std::vector<std::string> kNames = {"process.name == a",
                                         "process.name == b",
                                         "process.name in [a, b]",
                                         "process.name startswith \"a\"",
                                         "process.name matches r\"^a\\x62?$\"",
                                         "process.name like \"a*\"",
                                         "process.name != b"};
const std::vector<std::string> kTerms = {
    "process.uid == 0",          "process.uid < 5",          "process.uid in [0, 1]",
    "process.uid != 0",          "exists process.uid",       "argv contains \"-e\"",
    "any argv startswith \"-\"", "argv not contains \"-x\"", "argv contains any [\"-e\", \"-x\"]",
    "process.exe under \"/x\"",  "process.exe == \"/x/a\"",  "process.exe in [\"/x/a\", \"/y/b\"]",
    "exists process.exe"};
const std::vector<std::string> kEnds = {"", "", "", " until 2030-01-01", " until 2031-01-01"};

// One recipe as text, in parts that can be changed.
struct Draft {
  std::vector<std::vector<std::string>> clauses;  // of its trigger on exec
  bool opens = false;                             // another trigger, on open
  std::vector<std::string> exceptions;            // `until DAY when ...`
  std::string importance = "low";
  bool enabled = true;

  [[nodiscard]] std::string text(size_t number) const {
    std::string condition;
    for (const auto& clause : clauses) {
      std::string terms;
      for (const std::string& term : clause) terms += (terms.empty() ? "" : " and ") + term;
      condition += (condition.empty() ? "(" : " or (") + terms + ")";
    }
    std::string out = fmt::format("recipe r{} {{\n  importance {}\n  on exec when {}\n", number, importance, condition);
    if (!enabled) out += "  enabled false\n";
    if (opens) out += "  on open when process.name == a and file.path under \"/x\"\n";
    for (size_t i = 0; i < exceptions.size(); ++i) out += fmt::format("  except \"e{}\"{}\n", i, exceptions[i]);
    return out + "}\n";
  }
};

std::vector<std::string> random_clause(Random& random) {
  std::vector<std::string> clause;
  if (random.chance(85)) clause.push_back(random.pick(kNames));
  for (uint32_t more = random.below(3); more > 0; --more) clause.push_back(random.pick(kTerms));
  if (clause.empty()) clause.push_back(random.pick(kTerms));
  return clause;
}

std::string random_exception(Random& random) {
  const std::string more = random.chance(30) ? " and " + random.pick(kTerms) : "";
  return random.pick(kEnds) + " when " + (random.chance(40) ? random.pick(kNames) : random.pick(kTerms)) + more;
}

Draft random_draft(Random& random) {
  Draft draft;
  for (uint32_t more = 1 + random.below(2); more > 0; --more) draft.clauses.push_back(random_clause(random));
  draft.opens = random.chance(15);
  if (random.chance(35)) draft.exceptions.push_back(random_exception(random));
  if (random.chance(20)) draft.importance = "high";
  draft.enabled = !random.chance(4);
  return draft;
}

Draft changed(Random& random, Draft draft) {
  switch (random.below(6)) {
    case 0:
      draft.clauses[random.below(static_cast<uint32_t>(draft.clauses.size()))].push_back(random.pick(kTerms));
      break;
    case 1:
      draft.clauses.push_back(random_clause(random));
      break;
    case 2:
      draft.exceptions.push_back(random_exception(random));
      break;
    case 3:
      if (!draft.exceptions.empty()) draft.exceptions.pop_back();
      break;
    case 4:
      draft.importance = draft.importance == "low" ? "high" : "low";
      break;
    default:
      draft.opens = !draft.opens;
  }
  return draft;
}

// Midnight UTC at the end of a day that exceptions name, and moments around it.
constexpr int64_t kTimes[] = {1'800'000'000'000'000'000, 1'900'000'000'000'000'000, 2'000'000'000'000'000'000};

std::vector<EventValues> small_world() {
  struct Program {
    std::optional<std::string> name, exe;
    bool cut = false;
  };
  const std::vector<Program> programs = {{{}, {}},    {"a", {}},     {"b", {}},     {"ab", {}},      {"a", "/x/a"},
                                         {"a", "/a"}, {"b", "/y/b"}, {"b", "/x/b"}, {"a", {}, true}, {"c", {}}};
  const std::vector<std::optional<std::vector<std::string>>> arguments = {std::nullopt, {{}},           {{"-e"}},
                                                                          {{"-x"}},     {{"-e", "-x"}}, {{"y"}}};
  std::vector<EventValues> all;
  for (const Program& program : programs) {
    for (const std::optional<int64_t> uid :
         {std::optional<int64_t>(), std::optional<int64_t>(0), std::optional<int64_t>(1), std::optional<int64_t>(7)}) {
      for (const auto& argv : arguments) {
        for (const bool cut : {false, true}) {
          EventValues event;
          event.event = EventId::exec;
          if (program.name) event.texts.emplace_back(FieldId::process_name, *program.name);
          if (program.exe) event.texts.emplace_back(FieldId::process_exe, *program.exe);
          if (program.cut) event.truncated.push_back(FieldId::process_exe);
          if (uid) event.numbers.emplace_back(FieldId::process_uid, *uid);
          event.argv = argv;
          if (cut && argv) event.truncated.push_back(FieldId::argv);
          if (cut && !argv) event.event = EventId::open, event.texts.emplace_back(FieldId::file_path, "/x/y");
          all.push_back(std::move(event));
        }
      }
    }
  }
  return all;
}

bool has(const std::vector<EventId>& events, EventId event) {
  return std::find(events.begin(), events.end(), event) != events.end();
}

// By event and time: is there a detection?
std::vector<bool> detections(const Recipe& recipe, const std::vector<EventValues>& events) {
  std::vector<bool> out;
  for (const EventValues& event : events) {
    const slow::World world{&event, nullptr, false, nullptr, nullptr};
    const bool holds = recipe.info.enabled && std::any_of(recipe.ons.begin(), recipe.ons.end(), [&](const On& on) {
                         return on.event == event.event && slow::evaluate(on.when, world) != Truth::kFalse;
                       });
    std::vector<const Except*> back;
    for (const Except& except : recipe.exceptions) {
      if (holds && has(except.events, event.event) && slow::evaluate(except.when, world) == Truth::kTrue)
        back.push_back(&except);
    }
    for (const int64_t time : kTimes) {
      out.push_back(holds && std::none_of(back.begin(), back.end(), [&](const Except* except) {
                      return except->until_unix_ns == 0 || time < except->until_unix_ns;
                    }));
    }
  }
  return out;
}

Importance importance(const Recipe& recipe) {
  return recipe.ons[0].importance;
}

// What was reached.
struct Reached {
  size_t covers = 0, held_by_another = 0, never_met = 0, longer = 0, of_two_events = 0, by_several = 0;
  size_t subsumed = 0, equal = 0, lost = 0;
};

// An exception of the wide one is not written in the narrow one: another holds as much back, or it never meets the trigger.
void count_exceptions(const Recipe& wide, const Recipe& narrow, Reached& reached) {
  for (const Except& back : wide.exceptions) {
    const bool same = std::any_of(narrow.exceptions.begin(), narrow.exceptions.end(), [&](const Except& its) {
      return prove::is_same(its.when, back.when) && its.until_unix_ns == back.until_unix_ns;
    });
    if (same) continue;
    const bool as_long = std::any_of(narrow.exceptions.begin(), narrow.exceptions.end(),
                                     [&](const Except& its) { return prove::is_same(its.when, back.when); });
    reached.longer += as_long ? 1 : 0;
    ++(narrow.exceptions.empty() ? reached.never_met : reached.held_by_another);
  }
}

}  // namespace

TEST_CASE("no event refutes that a recipe covers another, and each that is covered is found in the set") {
  constexpr size_t kRecipes = 120;
  const std::vector<EventValues> events = small_world();
  Random random(test_seed() + 31);
  Reached reached;
  for (int round = 0; round < 12; ++round) {
    std::vector<Draft> drafts;
    std::string text;
    for (size_t i = 0; i < kRecipes; ++i) {
      drafts.push_back(i > 0 && random.chance(60) ? changed(random, drafts[random.below(static_cast<uint32_t>(i))])
                                                  : random_draft(random));
      text += drafts.back().text(i);
    }
    Compilation compilation;
    compile_text(compilation, "set.recipe", text, {});
    INFO(text);
    for (const Diagnostic& each : compilation.diagnostics.all()) UNSCOPED_INFO(each.message);
    REQUIRE(compilation.ok);
    const std::vector<Recipe>& recipes = compilation.set.recipes;
    std::vector<std::vector<bool>> detected;
    for (const Recipe& recipe : recipes) detected.push_back(detections(recipe, events));
    const std::vector<prove::Reported> reported = prove::reported(compilation);
    const auto refute = [&](size_t narrow, size_t wide) {
      for (size_t i = 0; i < detected[narrow].size(); ++i) {
        if (!detected[narrow][i] || detected[wide][i]) continue;
        UNSCOPED_INFO(drafts[narrow].text(narrow) << drafts[wide].text(wide) << describe(events[i / std::size(kTimes)]));
        FAIL("is not covered");
      }
    };
    std::vector<bool> has_cover(recipes.size());
    for (size_t wide = 0; wide < recipes.size(); ++wide) {
      for (size_t narrow = 0; narrow < recipes.size(); ++narrow) {
        if (wide == narrow || !prove::covers(reported[wide], reported[narrow])) continue;
        ++reached.covers;
        reached.of_two_events += recipes[narrow].ons.size() > 1 ? 1 : 0;
        reached.by_several += reported[narrow].triggers[0].condition.clauses->clauses.size() > 1 ? 1 : 0;
        count_exceptions(recipes[wide], recipes[narrow], reached);
        refute(narrow, wide);
        const bool both =
            importance(recipes[wide]) == importance(recipes[narrow]) && prove::covers(reported[narrow], reported[wide]);
        if (recipes[narrow].info.enabled && importance(recipes[wide]) >= importance(recipes[narrow]) &&
            (!both || wide < narrow))
          has_cover[narrow] = true;
      }
    }
    for (const prove::Subsumed& pair : prove::find_subsumed(compilation, {})) {
      const size_t narrow = pair.narrow.index(), wide = pair.wide.index();
      ++reached.subsumed;
      reached.equal += pair.equal ? 1 : 0;
      CHECK(importance(recipes[wide]) >= importance(recipes[narrow]));
      CHECK(recipes[wide].info.enabled);
      CHECK(has_cover[narrow]);
      refute(narrow, wide);
      if (pair.equal) refute(wide, narrow);
      has_cover[narrow] = false;
    }
    reached.lost += static_cast<size_t>(std::count(has_cover.begin(), has_cover.end(), true));
  }
  CAPTURE(reached.covers, reached.held_by_another, reached.never_met, reached.longer, reached.of_two_events, reached.by_several,
          reached.subsumed, reached.equal);
  CHECK(reached.covers > 2000);
  CHECK(reached.held_by_another > 20);
  CHECK(reached.never_met > 20);
  CHECK(reached.longer > 5);
  CHECK(reached.of_two_events > 20);
  CHECK(reached.by_several > 200);
  CHECK(reached.subsumed > 200);
  CHECK(reached.equal > 20);
  // The index that spares most pairs loses none that the proof would have found.
  CHECK(reached.lost == 0);
}
