// SPDX-License-Identifier: Apache-2.0
// All small tests of one field in pairs, against all small values of it: strings, paths, domains, numbers, flags, addresses,
// elements of lists. Every form of proof is reached: a pair of operators that proves nothing any more is seen.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "compiler/lower/lower.h"
#include "compiler/prove/prove.h"
#include "compiler/prove/tests.h"
#include "runtime/artefact/dump.h"
#include "runtime/base/address.h"
#include "runtime/base/pattern.h"
#include "tests/support/events.h"
#include "tests/support/slow_evaluator.h"

using namespace recipe;

namespace {

using Texts = std::vector<std::string>;
using Truths = std::vector<Truth>;
using Form = std::pair<Operator, Operator>;

// One field, what it is asked and what it may be.
struct Kind {
  EventId event = EventId::exec;
  Subject subject;
  std::vector<Test> tests;
  std::vector<EventValues> events;
  std::vector<std::optional<Literal>> values;  // of the events: what the field is; nullopt: absent, or truncated

  void ask(Operator op, std::vector<Literal> literals, bool nocase = false, Over over = Over::kValue) {
    Test test;
    test.subject = subject;
    test.op = op;
    test.literals = std::move(literals);
    test.nocase = nocase;
    test.over = over;
    tests.push_back(std::move(test));
  }
  void ask_each(Operator op, const Texts& texts, bool nocase_too, Over over = Over::kValue) {
    for (const std::string& text : texts) {
      ask(op, {text}, false, over);
      if (nocase_too) ask(op, {text}, true, over);
    }
  }
  EventValues& add_event() {
    EventValues& values_of = events.emplace_back();
    values_of.event = event;
    values.emplace_back();
    return values_of;
  }
  void add_text(const std::string& text) {
    add_event().texts.emplace_back(subject.field, text);
    values.back() = text;
  }
  void add_number(int64_t number) {
    add_event().numbers.emplace_back(subject.field, number);
    values.back() = number;
  }
  void add_absent_and_cut() {
    add_event();
    add_event().truncated.push_back(subject.field);
  }
};

Texts words(std::string_view alphabet, size_t longest) {
  Texts all = {""};
  for (size_t begin = 0, length = 1; length <= longest; ++length) {
    for (const size_t end = all.size(); begin < end; ++begin) {
      for (const char c : alphabet) all.push_back(all[begin] + c);
    }
  }
  return all;
}

// What a field can be: no path is empty, no label of a domain is.
Texts possible(Texts texts, FieldId field) {
  const bool domain = info(field).type == Type::kDomain;
  texts.erase(std::remove_if(texts.begin(), texts.end(),
                             [&](const std::string& text) {
                               if (info(field).type == Type::kString) return false;
                               return text.empty() || (domain && (text.front() == '.' || text.back() == '.' ||
                                                                  text.find("..") != std::string::npos));
                             }),
              texts.end());
  return texts;
}

const std::vector<ValueTable>* lists() {
  static const std::vector<ValueTable> kLists = sample_lists();
  return &kLists;
}

// The slow evaluator has the standard library's regexes, which know no `(?i)` and no Latin-1: RE2 itself is asked.
Truth finds(const Test& test, const std::optional<Literal>& value, const EventValues& event) {
  if (!value) return event.truncated.empty() ? Truth::kFalse : Truth::kUnknown;
  const bool found = std::any_of(test.literals.begin(), test.literals.end(), [&](const Literal& pattern) {
    const Result<Regex> regex = Regex::compile(std::get<std::string>(pattern), test.nocase);
    return regex.ok() && regex->found_in(std::get<std::string>(*value));
  });
  return found ? Truth::kTrue : Truth::kFalse;
}

Truths truths_of(const Test& test, const Kind& kind) {
  static const std::vector<OptionTable> kTables = sample_tables();
  const bool regex = test.op == Operator::kMatches && test.over == Over::kValue;
  const Predicate predicate = leaf(test);
  Truths truths;
  for (size_t i = 0; i < kind.events.size(); ++i) {
    truths.push_back(regex ? finds(test, kind.values[i], kind.events[i])
                           : slow::evaluate(predicate, {&kind.events[i], &kTables, false, nullptr, lists()}));
  }
  return truths;
}

struct Forms {
  std::map<Form, size_t> implied, excluded;
  size_t judged = 0;
};

Forms check(const Kind& kind) {
  Forms forms;
  std::vector<Truths> truths;
  for (const Test& test : kind.tests) truths.push_back(truths_of(test, kind));
  const auto refute = [&](size_t a, size_t b, size_t event, const char* what) {
    INFO(describe(kind.events[event]));
    INFO(spell(kind.tests[a], false));
    FAIL(what << " " << spell(kind.tests[b], false));
  };
  for (size_t a = 0; a < kind.tests.size(); ++a) {
    for (size_t i = 0; i < kind.events.size(); ++i) {
      if (!kind.values[i]) continue;
      const std::optional<bool> held = prove::holds(kind.tests[a], *kind.values[i]);
      forms.judged += held ? 1 : 0;
      if (held && *held != (truths[a][i] == Truth::kTrue)) refute(a, a, i, "is judged wrongly:");
    }
    for (size_t b = 0; b < kind.tests.size(); ++b) {
      if (a == b) continue;
      const Form form{kind.tests[a].op, kind.tests[b].op};
      if (prove::implies(kind.tests[a], kind.tests[b])) {
        ++forms.implied[form];
        for (size_t i = 0; i < kind.events.size(); ++i) {
          if (truths[a][i] > truths[b][i]) refute(a, b, i, "does not imply");
        }
      }
      if (prove::excludes(kind.tests[a], kind.tests[b])) {
        ++forms.excluded[form];
        for (size_t i = 0; i < kind.events.size(); ++i) {
          if (truths[a][i] > !truths[b][i]) refute(a, b, i, "does not exclude");
        }
      }
    }
  }
  return forms;
}

// Each of the forms is among those that were reached.
void check_reached(const std::map<Form, size_t>& reached, const std::set<Form>& wanted, const char* what) {
  for (const Form& form : wanted) {
    INFO(what << ": operator " << static_cast<int>(form.first) << " against " << static_cast<int>(form.second));
    CHECK(reached.contains(form));
  }
}

constexpr Operator kEq = Operator::kEquals, kFront = Operator::kStartsWith, kBack = Operator::kEndsWith,
                   kIn = Operator::kContains, kLike = Operator::kLike, kRegex = Operator::kMatches, kUnder = Operator::kUnder;

const std::set<Form> kImpliedTexts = {{kEq, kEq},     {kEq, kFront},    {kEq, kBack},     {kEq, kIn},      {kEq, kLike},
                                      {kEq, kRegex},  {kFront, kFront}, {kFront, kIn},    {kFront, kLike}, {kFront, kRegex},
                                      {kBack, kBack}, {kBack, kIn},     {kBack, kLike},   {kIn, kIn},      {kIn, kLike},
                                      {kLike, kLike}, {kLike, kFront},  {kLike, kBack},   {kLike, kIn},    {kRegex, kFront},
                                      {kRegex, kEq},  {kRegex, kIn},    {kRegex, kRegex}, {kLike, kEq}};
const std::set<Form> kExcludedTexts = {{kEq, kEq},     {kEq, kFront},    {kEq, kBack},    {kEq, kIn},     {kEq, kLike},
                                       {kEq, kRegex},  {kFront, kFront}, {kFront, kLike}, {kBack, kBack}, {kBack, kLike},
                                       {kLike, kLike}, {kRegex, kEq},    {kRegex, kFront}};

Kind texts_kind(FieldId field, EventId event, std::string_view alphabet, size_t longest, const Texts& globs,
                const Texts& regexes, bool folders) {
  Kind kind;
  kind.event = event;
  kind.subject.field = field;
  const Texts literals = possible(words(alphabet, 2), field);
  for (const Operator op : {kEq, kFront, kBack, kIn}) kind.ask_each(op, literals, true);
  Texts places = literals;  // as check leaves them: without a slash at the end
  places.erase(std::remove_if(places.begin(), places.end(), [](const std::string& text) { return text.ends_with('/'); }),
               places.end());
  if (folders) kind.ask_each(kUnder, places, true);
  kind.ask_each(kLike, globs, true);
  kind.ask_each(kRegex, regexes, true);
  for (const Operator op : {kEq, kFront, kLike}) kind.ask(op, {literals[1], literals[2]});
  kind.ask(kEq, {literals[1], literals[3], literals.back()}, true);
  kind.ask(Operator::kExists, {});
  for (const std::string& text : possible(words(alphabet, longest), field)) kind.add_text(text);
  kind.add_absent_and_cut();
  return kind;
}

}  // namespace

TEST_CASE("no two small tests of a string are said to imply or to exclude each other and do not") {
  // Bytes above 0x7f: RE2 folds the Latin-1 letters, the plain operators do not.
  const Forms forms = check(texts_kind(FieldId::process_name, EventId::exec, "aAb\xe9\xc9", 3,
                                       {"a*",     "*a",  "*a*",   "*",   "?",  "a?", "?a", "[ab]", "[!a]",  "[A-Z]",
                                        "[a-z]*", "a*b", "a*a*b", "\\*", "**", "",   "ab", "A*",   "*[ab]", "\xe9*"},
                                       {"^a", "a$", "a", "^a$", "^ab$", "[ab]", "(?i)a", "(?-i)a", "a|b", "\xe9", "^.$", "a.*b",
                                        "", "^", "^A", "\\.", "A", "(?-i)A", "^\xc9$"},
                                       false));
  check_reached(forms.implied, kImpliedTexts, "implied");
  check_reached(forms.excluded, kExcludedTexts, "excluded");
  CHECK(forms.judged > 20000);
}

TEST_CASE("no two small tests of a path are said to imply or to exclude each other and do not") {
  const Forms forms = check(texts_kind(FieldId::file_path, EventId::open, "a/b", 5,
                                       {"/a/*", "/a/**", "**/a", "*a", "/*", "/**", "**", "*", "?a", "/[!a]", "[/]a", "a[!b]b",
                                        "/a", "/*/a", "/**/a", "**a**", "a**b", "*/*"},
                                       {"^/a", "/a$", "^/a$", "a", "/", "^/a/", "[/]", "^/[^/]*$"}, true));
  std::set<Form> implied = kImpliedTexts, excluded = kExcludedTexts;
  implied.insert({{kEq, kUnder}, {kUnder, kUnder}, {kUnder, kFront}, {kUnder, kIn}, {kUnder, kLike}, {kLike, kUnder}});
  excluded.insert({{kEq, kUnder}, {kUnder, kEq}, {kUnder, kUnder}, {kUnder, kFront}, {kFront, kUnder}, {kUnder, kLike}});
  check_reached(forms.implied, implied, "implied");
  check_reached(forms.excluded, excluded, "excluded");
}

TEST_CASE("no two small tests of a domain are said to imply or to exclude each other and do not") {
  const Forms forms =
      check(texts_kind(FieldId::dns_question, EventId::dns, "a.b", 5, {"*.a", "a.*", "*a", "a", "?.a", "*", "[ab].a", "*.*"},
                       {"\\.a$", "^a", "^a$", "a", "[.]"}, true));
  const std::set<Form> implied = {{kEq, kUnder}, {kUnder, kUnder}, {kUnder, kBack},
                                  {kUnder, kIn}, {kUnder, kLike},  {kLike, kUnder}};
  const std::set<Form> excluded = {{kEq, kUnder}, {kUnder, kUnder}, {kUnder, kBack}, {kBack, kUnder}, {kUnder, kEq}};
  check_reached(forms.implied, implied, "implied");
  check_reached(forms.excluded, excluded, "excluded");
}

TEST_CASE("no two small tests of a number are said to imply or to exclude each other and do not") {
  constexpr Operator kOperators[] = {Operator::kEquals, Operator::kLess, Operator::kLessEqual, Operator::kGreater,
                                     Operator::kGreaterEqual};
  constexpr int64_t kLow = std::numeric_limits<int64_t>::min(), kHigh = std::numeric_limits<int64_t>::max();
  Kind kind;
  kind.subject.field = FieldId::process_uid;
  for (const Operator op : kOperators) {
    for (const int64_t number : {kLow, int64_t{-1}, int64_t{0}, int64_t{1}, int64_t{2}, kHigh}) kind.ask(op, {number});
    kind.ask(op, {int64_t{0}, int64_t{2}});
    kind.ask(op, {});
  }
  kind.ask(Operator::kExists, {});
  for (const int64_t number :
       {kLow, kLow + 1, int64_t{-2}, int64_t{-1}, int64_t{0}, int64_t{1}, int64_t{2}, int64_t{3}, kHigh - 1, kHigh})
    kind.add_number(number);
  kind.add_absent_and_cut();
  const Forms forms = check(kind);
  std::set<Form> all;
  for (const Operator one : kOperators) {
    for (const Operator other : kOperators) all.insert({one, other});
  }
  check_reached(forms.implied, all, "implied");
  check_reached(forms.excluded, all, "excluded");
}

TEST_CASE("no two small tests of flags are said to imply or to exclude each other and do not") {
  Kind kind;
  kind.event = EventId::open;
  kind.subject.field = FieldId::file_access;
  for (int64_t mask = 1; mask < 8; ++mask) {
    kind.ask(Operator::kHas, {mask});
    kind.ask(Operator::kHas, {mask & 1, mask & 6});
  }
  kind.ask(Operator::kExists, {});
  for (int64_t bits = 0; bits < 16; ++bits) kind.add_number(bits);
  kind.add_absent_and_cut();
  const Forms forms = check(kind);
  check_reached(forms.implied, {{Operator::kHas, Operator::kHas}, {Operator::kHas, Operator::kExists}}, "implied");
  CHECK(forms.excluded.empty());
}

TEST_CASE("no two small tests of an address are said to imply or to exclude each other and do not") {
  Kind kind;
  kind.event = EventId::connect;
  kind.subject.field = FieldId::dst_ip;
  const Texts ranges = {"0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3",      "10.1.2.2/31",
                        "::/0",      "fd00::/8",   "::1",         "192.0.2.128/25"};
  for (const std::string& one : ranges) {
    kind.ask(Operator::kEquals, {*parse_range(one)});
    for (const std::string& other : ranges) kind.ask(Operator::kEquals, {*parse_range(one), *parse_range(other)});
  }
  kind.ask(Operator::kExists, {});
  for (const char* address :
       {"10.1.2.3", "10.1.2.2", "10.1.0.1", "10.2.0.1", "11.0.0.1", "192.0.2.129", "192.0.2.1", "::1", "::2", "fd00::5"})
    kind.add_text(parse_range(address)->substr(0, kAddressBytes));
  kind.add_absent_and_cut();
  const Forms forms = check(kind);
  CHECK(forms.implied.at({kEq, kEq}) > 1000);
  CHECK(forms.excluded.at({kEq, kEq}) > 900);
}

TEST_CASE("no two small tests of a list's elements are said to imply each other and do not") {
  Kind kind;
  kind.subject.field = FieldId::argv;
  for (const Over over : {Over::kAnyElement, Over::kAllElements}) {
    for (const Operator op : {kEq, kFront, kBack, kIn}) kind.ask_each(op, {"", "a", "b", "ab"}, true, over);
    kind.ask_each(kLike, {"a*", "*b", "?", "*"}, true, over);
    kind.ask_each(kRegex, {"^a", "b$", "[ab]"}, true, over);
    kind.ask(kEq, {"a", "b"}, false, over);
    kind.ask(kEq, {}, false, over);
  }
  kind.ask(Operator::kExists, {});
  const Texts elements = {"", "a", "b", "ab", "B"};
  kind.add_event().argv = Texts{};
  for (const std::string& one : elements) {
    kind.add_event().argv = Texts{one};
    for (const std::string& other : elements) kind.add_event().argv = Texts{one, other};
  }
  for (size_t i = 0, count = kind.events.size(); i < count; ++i) {
    EventValues cut = kind.events[i];
    cut.truncated.push_back(FieldId::argv);
    kind.events.push_back(std::move(cut));
    kind.values.emplace_back();
  }
  kind.add_absent_and_cut();
  const Forms forms = check(kind);
  check_reached(forms.implied, {{kEq, kEq}, {kEq, kFront}, {kEq, kRegex}, {kFront, kIn}, {kLike, kFront}, {kRegex, kFront}},
                "implied");
  CHECK(forms.excluded.empty());  // another element may be the other
}

TEST_CASE("what several terms say together is so, by cases and by parts of a list too") {
  Kind names = texts_kind(FieldId::process_name, EventId::exec, "ab", 3, {"a*", "?", "[!a]*"}, {"^a", "b$", "[ab]"}, false);
  for (const auto& list : {Texts{"a", "b"}, Texts{"a", "ab", "b"}, Texts{"ab", "bb"}, Texts{"a", "aa", "ba"}})
    names.ask(kEq, {list.begin(), list.end()});
  std::vector<Predicate> leaves;
  std::vector<Truths> truths;
  for (const Test& test : names.tests) {
    if (test.nocase) continue;
    for (const bool negated : {false, true}) {
      leaves.push_back(simplify(leaf(test, negated)));
      truths.push_back(truths_of(test, names));
      if (negated)
        std::transform(truths.back().begin(), truths.back().end(), truths.back().begin(), [](Truth t) { return !t; });
    }
  }
  Random random(test_seed() + 21);
  const auto draw = [&] { return random.below(static_cast<uint32_t>(leaves.size())); };
  size_t by_cases = 0, impossible_by_cases = 0, by_parts = 0;
  for (int round = 0; round < 60000; ++round) {
    const uint32_t a = draw(), b = draw(), c = draw(), d = draw();
    const prove::Term one{&leaves[a], 0}, two{&leaves[b], 0}, three{&leaves[c], 0};
    const prove::Conjunction both = {one, two};
    const auto all_of = [&](const auto& refuted) {
      for (size_t i = 0; i < names.events.size(); ++i) {
        if (!refuted(i)) continue;
        INFO(describe(names.events[i]));
        INFO(spell_term(leaves[a], 0) << " · " << spell_term(leaves[b], 0));
        FAIL(spell_term(leaves[c], 0) << " · " << spell_term(leaves[d], 0));
      }
    };
    if (prove::implies(both, three)) {
      if (!prove::implies(one, three) && !prove::implies(two, three)) ++by_cases;
      all_of([&](size_t i) { return std::min(truths[a][i], truths[b][i]) > truths[c][i]; });
    }
    const prove::Conjunction triple = {one, two, three};
    if (prove::is_impossible(triple)) {
      const auto clash = [](const prove::Term& x, const prove::Term& y) { return prove::is_impossible({x, y}); };
      if (!clash(one, two) && !clash(one, three) && !clash(two, three)) ++impossible_by_cases;
      all_of([&](size_t i) { return std::min({truths[a][i], truths[b][i], truths[c][i]}) == Truth::kTrue; });
    }
    // One clause against two alternatives.
    const Predicate either = simplify(join(PredicateKind::kOr, {leaves[c], leaves[d]}));
    const Clauses clauses = split_clauses(either);
    if (!prove::implies(both, prove::Condition{&either, &clauses})) continue;
    const prove::Term four{&leaves[d], 0};
    if (!prove::implies(both, three) && !prove::implies(both, four)) ++by_parts;
    all_of([&](size_t i) { return std::min(truths[a][i], truths[b][i]) > std::max(truths[c][i], truths[d][i]); });
  }
  CHECK(by_cases > 100);
  CHECK(impossible_by_cases > 20);
  CHECK(by_parts > 50);
}
