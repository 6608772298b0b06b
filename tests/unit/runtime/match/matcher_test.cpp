// SPDX-License-Identifier: Apache-2.0
// The file is long because all of it is sentences over one small vocabulary of nodes.
#include "runtime/match/matcher.h"

#include <catch2/catch.hpp>
#include <cstring>

using namespace recipe;

namespace {

constexpr Truth kF = Truth::kFalse, kU = Truth::kUnknown, kT = Truth::kTrue;

struct Node {
  NodeKind kind = NodeKind::kTest;
  Test test;
  std::vector<Node> children;
  bool negated = false;
  FieldId list = FieldId::kNone;
};

Node t(FieldId field, Operator op, std::vector<Literal> literals, Over over = Over::kValue, bool nocase = false) {
  Node node;
  node.test.subject.field = field;
  node.test.op = op;
  node.test.over = over;
  node.test.nocase = nocase;
  node.test.literals = std::move(literals);
  return node;
}
Node any_argv(Operator op, std::vector<Literal> literals) {
  return t(FieldId::argv, op, std::move(literals), Over::kAnyElement);
}
Node all_argv(Operator op, std::vector<Literal> literals) {
  return t(FieldId::argv, op, std::move(literals), Over::kAllElements);
}
Node element(FieldId field, Operator op, std::vector<Literal> literals, uint8_t variable = 1) {
  Node node = t(field, op, std::move(literals));
  node.test.subject.variable = variable;
  return node;
}
Node option(std::string name, Operator op, std::vector<Literal> literals, Over over = Over::kAnyElement) {
  Node node = t(FieldId::argv, op, std::move(literals), over);
  node.test.subject.selector = Selector::kOption;
  node.test.subject.option = std::move(name);
  return node;
}
Node operand(uint32_t n, Operator op, std::vector<Literal> literals) {
  Node node = t(FieldId::argv, op, std::move(literals));
  node.test.subject.selector = Selector::kOperand;
  node.test.subject.operand = n;
  return node;
}
Node variable(std::string name, Operator op, std::vector<Literal> literals) {
  Node node = t(FieldId::env, op, std::move(literals), Over::kAnyElement);
  node.test.subject.selector = Selector::kKey;
  node.test.subject.option = std::move(name);
  return node;
}
Node no(Node node) {
  node.negated = !node.negated;
  return node;
}
Node join(NodeKind kind, std::vector<Node> children) {
  Node node;
  node.kind = kind;
  node.children = std::move(children);
  return node;
}
Node loop(NodeKind kind, FieldId list, Node child) {
  Node node = join(kind, {std::move(child)});
  node.list = list;
  return node;
}

void flatten(const Node& node, Program& program) {
  const size_t at = program.nodes.size();
  ProgramNode flat;
  flat.kind = node.kind;
  flat.negated = node.negated;
  flat.list = node.list;
  if (node.kind == NodeKind::kTest) {
    flat.test = static_cast<uint32_t>(program.tests.size());
    program.tests.push_back(node.test);
  }
  program.nodes.push_back(flat);
  for (const Node& child : node.children) flatten(child, program);
  program.nodes[at].end = static_cast<uint32_t>(program.nodes.size());
}

// One recipe a condition, each with one clause of one term (the whole condition) in its own slot of the default block.
Artefact artefact_of(const std::vector<Node>& conditions) {
  Artefact artefact;
  artefact.passages.emplace_back();
  artefact.filter.blocks.emplace_back();
  for (const Node& condition : conditions) {
    const auto i = static_cast<uint32_t>(artefact.recipes.size());
    RecipeInfo recipe;
    recipe.name = "r" + std::to_string(i);
    artefact.recipes.push_back(recipe);
    Trigger trigger;
    trigger.recipe = RecipeId{i};
    trigger.event = EventId::exec;
    flatten(condition, trigger.program);
    artefact.triggers.push_back(trigger);
    artefact.clauses.push_back({TriggerId{i}, {{0, false, false}}, false});
    artefact.filter.blocks[0].slots.push_back({{}, {ClauseId{i}}});
  }
  return artefact;
}

struct Decoded {
  std::vector<uint64_t> record;
  Event event;
  explicit Decoded(const EventValues& values) {
    auto encoded = encode_record(values);
    REQUIRE(encoded.ok());
    record = std::move(encoded.value());
    REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
  }
};

EventValues perl() {
  EventValues values;
  values.event = EventId::exec;
  values.numbers = {{FieldId::process_uid, 1000}};
  values.texts = {{FieldId::process_exe, "/usr/bin/perl"}};
  values.argv = {{"perl", "-lane", "print 1"}};
  values.ancestors = {{{41, 1000, {}, "bash", {}, {}, {}}, {12, 0, {}, "dpkg", {}, {}, {}}}};
  return values;
}

Truth truth_of(const Node& condition, const EventValues& values, std::vector<OptionTable> tables = {}) {
  Artefact artefact = artefact_of({condition});
  artefact.option_tables = std::move(tables);
  const auto matcher = Matcher::build(artefact);
  REQUIRE(matcher.ok());
  const Decoded decoded(values);
  const auto context = make_record_context();
  return (*matcher)->evaluate_trigger(TriggerId{0}, decoded.event, *context);
}

using enum Operator;
using enum NodeKind;

}  // namespace

TEST_CASE("each operator holds where it should and nowhere else") {
  const EventValues values = perl();
  const auto exe = [&](Operator op, const char* literal, bool nocase = false) {
    return truth_of(t(FieldId::process_exe, op, {literal}, Over::kValue, nocase), values);
  };
  CHECK(exe(kEquals, "/usr/bin/perl") == kT);
  CHECK(exe(kEquals, "/usr/bin/Perl") == kF);
  CHECK(exe(kEquals, "/usr/BIN/Perl", true) == kT);
  CHECK(exe(kContains, "bin/") == kT);
  CHECK(exe(kContains, "sbin/") == kF);
  CHECK(exe(kContains, "BIN", true) == kT);
  CHECK(exe(kStartsWith, "/usr") == kT);
  CHECK(exe(kStartsWith, "usr") == kF);
  CHECK(exe(kEndsWith, "/perl") == kT);
  CHECK(exe(kEndsWith, "/per") == kF);
  CHECK(exe(kLike, "/usr/*") == kF);
  CHECK(exe(kLike, "/usr/**") == kT);
  CHECK(exe(kLike, "/USR/*/PERL", true) == kT);
  CHECK(exe(kMatches, "p.r") == kT);
  CHECK(exe(kMatches, "^p.r") == kF);
  CHECK(exe(kMatches, "P.R", true) == kT);
  CHECK(exe(kUnder, "/usr") == kT);
  CHECK(exe(kUnder, "/usr/") == kT);
  CHECK(exe(kUnder, "/us") == kF);
  CHECK(exe(kUnder, "/usr/bin/perl") == kT);
  CHECK(exe(kUnder, "/") == kT);
  CHECK(exe(kExists, "") == kT);
  const auto uid = [&](Operator op, int64_t literal) { return truth_of(t(FieldId::process_uid, op, {literal}), values); };
  CHECK(uid(kEquals, 1000) == kT);
  CHECK(uid(kEquals, 1001) == kF);
  CHECK(uid(kLess, 1000) == kF);
  CHECK(uid(kLess, 1001) == kT);
  CHECK(uid(kLessEqual, 1000) == kT);
  CHECK(uid(kLessEqual, 999) == kF);
  CHECK(uid(kGreater, 1000) == kF);
  CHECK(uid(kGreater, 999) == kT);
  CHECK(uid(kGreaterEqual, 1000) == kT);
  CHECK(uid(kGreaterEqual, 1001) == kF);
}

TEST_CASE("one literal of several is enough, of none nothing is") {
  std::vector<Literal> many;
  for (int i = 0; i < 100; ++i) many.emplace_back("name" + std::to_string(i));
  CHECK(truth_of(t(FieldId::process_name, kEquals, many), perl()) == kF);
  many.emplace_back("perl");
  CHECK(truth_of(t(FieldId::process_name, kEquals, many), perl()) == kT);
  CHECK(truth_of(t(FieldId::process_name, kEquals, {"ruby", "perl"}), perl()) == kT);
  CHECK(truth_of(t(FieldId::process_uid, kEquals, {int64_t{3}, int64_t{1000}, int64_t{2}}), perl()) == kT);
  CHECK(truth_of(t(FieldId::process_name, kEquals, {}), perl()) == kF);
  CHECK(truth_of(no(t(FieldId::process_name, kEquals, {})), perl()) == kT);
}

TEST_CASE("on an absent field every test is false and every negated test true") {
  EventValues bare;
  bare.event = EventId::exec;
  for (const FieldInfo& field : all_fields()) {
    if (field.list != FieldId::kNone || field.origin == Origin::kState) continue;  // marks are no event's
    CAPTURE(field.name);
    const bool number = field.type == Type::kInt;
    const Over over = field.type == Type::kStringList ? Over::kAnyElement : Over::kValue;
    const Node exists = t(field.id, kExists, {});
    CHECK(truth_of(exists, bare) == kF);
    CHECK(truth_of(no(exists), bare) == kT);
    if (field.type == Type::kRecordList) continue;
    const Node equals = t(field.id, kEquals, {number ? Literal(int64_t{0}) : Literal("")}, over);
    CHECK(truth_of(equals, bare) == kF);
    CHECK(truth_of(no(equals), bare) == kT);
  }
  CHECK(truth_of(all_argv(kEquals, {"x"}), bare) == kF);
  CHECK(truth_of(t(FieldId::argv, kHasFlag, {"e"}), bare) == kF);
  CHECK(truth_of(option("-o", kExists, {}), bare) == kF);
  CHECK(truth_of(operand(0, kEquals, {"x"}), bare) == kF);
  CHECK(truth_of(loop(kAny, FieldId::process_ancestors, join(kTrue, {})), bare) == kF);
  CHECK(truth_of(loop(kAll, FieldId::process_ancestors, join(kTrue, {})), bare) == kF);
  CHECK(truth_of(no(loop(kAll, FieldId::process_ancestors, join(kTrue, {}))), bare) == kT);
}

TEST_CASE("a number that the record lacks is asked of the machine, where the catalogue says that the machine knows it") {
  struct Machine final : Context {
    std::optional<std::string> text(const Event&, FieldId) override { return std::nullopt; }
    std::optional<int64_t> number(const Event&, FieldId) override { return answer; }
    Ancestors ancestors(const Event&) override { return {}; }
    const HostInfo& host() override { return known; }
    std::optional<int64_t> answer;
    HostInfo known;
  } machine;
  const auto ask = [&](const Node& condition, const EventValues& values) {
    const Artefact artefact = artefact_of({condition});
    const auto matcher = Matcher::build(artefact);
    REQUIRE(matcher.ok());
    const Decoded decoded(values);
    return (*matcher)->evaluate_trigger(TriggerId{0}, decoded.event, machine);
  };
  const Node unowned = t(FieldId::process_package_owned, kEquals, {int64_t{0}});
  CHECK(ask(unowned, perl()) == kF);
  CHECK(ask(t(FieldId::process_package_owned, kExists, {}), perl()) == kF);
  machine.answer = 0;
  CHECK(ask(unowned, perl()) == kT);
  CHECK(ask(t(FieldId::process_file_inode, kEquals, {int64_t{0}}), perl()) == kF);  // the record's alone
  EventValues recorded = perl();
  recorded.numbers.emplace_back(FieldId::process_package_owned, 1);
  CHECK(ask(unowned, recorded) == kF);
}

TEST_CASE("an empty list satisfies all and not any") {
  EventValues values = perl();
  values.argv.emplace();
  values.ancestors.emplace();
  CHECK(truth_of(all_argv(kEquals, {"x"}), values) == kT);
  CHECK(truth_of(any_argv(kEquals, {"x"}), values) == kF);
  CHECK(truth_of(loop(kAll, FieldId::process_ancestors, join(kFalse, {})), values) == kT);
  CHECK(truth_of(loop(kAny, FieldId::process_ancestors, join(kTrue, {})), values) == kF);
  CHECK(truth_of(t(FieldId::process_ancestors, kExists, {}), values) == kT);
}

TEST_CASE("a truncated scalar is unknown, its negation too, and it exists") {
  EventValues values = perl();
  values.truncated = {FieldId::process_exe};
  CHECK(truth_of(t(FieldId::process_exe, kEquals, {"/usr/bin/perl"}), values) == kU);
  CHECK(truth_of(no(t(FieldId::process_exe, kEquals, {"/usr/bin/perl"})), values) == kU);
  CHECK(truth_of(t(FieldId::process_exe, kExists, {}), values) == kT);
  CHECK(truth_of(t(FieldId::process_name, kEquals, {"perl"}), values) == kT);
}

TEST_CASE("of a truncated argv the complete elements decide what they can") {
  EventValues values = perl();
  values.argv = {{"perl", "-e", "cu"}};
  values.truncated = {FieldId::argv};
  CHECK(truth_of(any_argv(kEquals, {"-e"}), values) == kT);
  CHECK(truth_of(any_argv(kEquals, {"cu"}), values) == kU);
  CHECK(truth_of(no(any_argv(kEquals, {"-x"})), values) == kU);
  CHECK(truth_of(all_argv(kStartsWith, {"p"}), values) == kF);
  CHECK(truth_of(all_argv(kMatches, {""}), values) == kU);
  CHECK(truth_of(t(FieldId::process_cmdline, kContains, {"perl"}), values) == kU);
  CHECK(truth_of(loop(kAny, FieldId::argv, element(FieldId::kNone, kEquals, {"-e"})), values) == kT);
  CHECK(truth_of(loop(kAny, FieldId::argv, element(FieldId::kNone, kEquals, {"cu"})), values) == kU);
  CHECK(truth_of(loop(kAll, FieldId::argv, element(FieldId::kNone, kExists, {})), values) == kU);
  CHECK(truth_of(loop(kAll, FieldId::argv, element(FieldId::kNone, kEquals, {"x"})), values) == kF);
  CHECK(truth_of(t(FieldId::argv, kHasFlag, {"e"}), values) == kT);
  CHECK(truth_of(t(FieldId::argv, kHasFlag, {"x"}), values) == kU);
  CHECK(truth_of(operand(0, kExists, {}), values) == kU);
  CHECK(truth_of(operand(0, kEquals, {"cu"}), values) == kU);
  values.argv = {{"perl", "script.pl", "-x"}};
  CHECK(truth_of(t(FieldId::argv, kHasFlag, {"x"}), values) == kF);
  CHECK(truth_of(operand(0, kEquals, {"script.pl"}), values) == kT);
  CHECK(truth_of(operand(1, kEquals, {"-x"}), values) == kU);
  CHECK(truth_of(operand(1, kExists, {}), values) == kT);
}

TEST_CASE("ancestors that were cut leave any and all open, not false") {
  EventValues values = perl();
  values.truncated = {FieldId::process_ancestors};
  const auto named = [](const char* name) { return element(FieldId::ancestor_name, kEquals, {name}); };
  CHECK(truth_of(loop(kAny, FieldId::process_ancestors, named("dpkg")), values) == kT);
  CHECK(truth_of(loop(kAny, FieldId::process_ancestors, named("sshd")), values) == kU);
  CHECK(truth_of(no(loop(kAny, FieldId::process_ancestors, named("sshd"))), values) == kU);
  CHECK(truth_of(loop(kAll, FieldId::process_ancestors, named("dpkg")), values) == kF);
  CHECK(truth_of(loop(kAll, FieldId::process_ancestors, join(kTrue, {})), values) == kU);
}

TEST_CASE("and, or and not follow Kleene over all three truths") {
  EventValues values = perl();
  values.truncated = {FieldId::process_cwd};
  const Node f = join(kFalse, {}), u = t(FieldId::process_cwd, kEquals, {"x"}), yes = join(kTrue, {});
  const Node nodes[] = {f, u, yes};
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 3; ++b) {
      CHECK(truth_of(join(kAnd, {nodes[a], nodes[b]}), values) == static_cast<Truth>(std::min(a, b)));
      CHECK(truth_of(join(kOr, {nodes[a], nodes[b]}), values) == static_cast<Truth>(std::max(a, b)));
      for (int c = 0; c < 3; ++c) {
        CHECK(truth_of(join(kOr, {join(kAnd, {nodes[a], nodes[b]}), nodes[c]}), values) ==
              static_cast<Truth>(std::max(std::min(a, b), c)));
        CHECK(truth_of(join(kAnd, {nodes[a], join(kOr, {nodes[b], nodes[c]})}), values) ==
              static_cast<Truth>(std::min(a, std::max(b, c))));
      }
    }
  }
}

TEST_CASE("a loop binds its element for all that is inside it, and loops nest") {
  const EventValues values = perl();
  const Node both = loop(
      kAny, FieldId::process_ancestors,
      join(kAnd, {element(FieldId::ancestor_name, kEquals, {"dpkg"}), element(FieldId::ancestor_uid, kEquals, {int64_t{0}})}));
  CHECK(truth_of(both, values) == kT);
  const Node mixed = loop(
      kAny, FieldId::process_ancestors,
      join(kAnd, {element(FieldId::ancestor_name, kEquals, {"bash"}), element(FieldId::ancestor_uid, kEquals, {int64_t{0}})}));
  CHECK(truth_of(mixed, values) == kF);
  const Node nested = loop(kAny, FieldId::process_ancestors,
                           join(kAnd, {loop(kAny, FieldId::argv,
                                            join(kAnd, {element(FieldId::kNone, kEquals, {"-lane"}, 2),
                                                        element(FieldId::ancestor_name, kEquals, {"dpkg"}, 1)})),
                                       element(FieldId::ancestor_pid, kEquals, {int64_t{12}}, 1)}));
  CHECK(truth_of(nested, values) == kT);
  CHECK(truth_of(no(nested), values) == kF);
}

TEST_CASE("flags and options are asked by the program's table") {
  OptionTable table;
  table.pattern = "perl*";
  table.shorts = {{"e", ValueKind::kRequired}, {"o", ValueKind::kRequired}};
  table.longs = {{"out", ValueKind::kRequired}};
  const auto with = [&](std::vector<std::string> argv, const Node& node) {
    EventValues values = perl();
    values.argv = std::move(argv);
    return truth_of(node, values, {table});
  };
  const Node e = t(FieldId::argv, kHasFlag, {"e"}), o = t(FieldId::argv, kHasFlag, {"o"});
  CHECK(with({"perl", "-lane", "x"}, e) == kT);
  CHECK(with({"perl", "-eo", "x"}, o) == kF);
  CHECK(with({"perl", "x.pl", "-e"}, e) == kF);
  CHECK(with({"perl", "--out", "x"}, t(FieldId::argv, kHasOption, {"--out"})) == kT);
  CHECK(with({"perl", "--out=x"}, t(FieldId::argv, kHasOption, {"--out"})) == kT);
  CHECK(with({"perl", "-o", "x"}, t(FieldId::argv, kHasOption, {"--o"})) == kF);
  CHECK(with({"perl", "-o", "x"}, t(FieldId::argv, kHasOption, {"-o"})) == kT);
  CHECK(with({"perl", "-o", "/tmp/x", "-o/etc"}, option("-o", kUnder, {"/etc"})) == kT);
  CHECK(with({"perl", "-o", "/tmp/x", "-o/etc"}, option("-o", kUnder, {"/etc"}, Over::kAllElements)) == kF);
  CHECK(with({"perl", "--out=/tmp/x"}, option("--out", kUnder, {"/tmp"})) == kT);
  CHECK(with({"perl", "-n"}, option("-o", kExists, {})) == kF);
  CHECK(with({"perl", "-n"}, option("-o", kEquals, {""}, Over::kAllElements)) == kF);
  CHECK(with({"perl", "-o", "x", "script.sh"}, operand(0, kEndsWith, {".sh"})) == kT);
  CHECK(with({"perl", "-o", "x"}, operand(0, kExists, {})) == kF);
}

TEST_CASE("only candidates are judged, each trigger once, and a disabled recipe never matches") {
  const Node yes = t(FieldId::process_name, kEquals, {"perl"});
  Artefact artefact = artefact_of({yes, yes, yes, t(FieldId::process_name, kEquals, {"ruby"})});
  artefact.recipes[2].enabled = false;
  artefact.clauses.push_back({TriggerId{0}, {{0, false, false}}, false});
  artefact.filter.blocks[0].slots.push_back({{}, {ClauseId{4}, ClauseId{1}}});
  const auto matcher = Matcher::build(artefact);
  REQUIRE(matcher.ok());
  const Decoded decoded(perl());
  const auto context = make_record_context();
  const auto ids = [&](std::vector<candidate_word> words, bool everything = false) {
    std::vector<Match> matches;
    (*matcher)->match(decoded.event, *context, words, everything, matches);
    std::string text;
    for (const Match& match : matches) text += std::to_string(match.trigger.value) + " ";
    return text;
  };
  CHECK(ids({}).empty());
  CHECK(ids({{0, 0, 0, 0b10}}) == "1 ");
  CHECK(ids({{0, 0, 0, 0b11111}}) == "0 1 ");
  CHECK(ids({{0, 0, 0, 0b01100}}).empty());
  CHECK(ids({}, true) == "0 1 ");
  // Words of blocks and slots that are not: nothing, safely.
  CHECK(ids({{9, 0, 0, ~0ull}, {0, 63, 0, ~0ull}, {65535, 63, 0, 1}}).empty());
}

TEST_CASE("a match shows the first clause that holds, with the values that met its terms") {
  Artefact artefact = artefact_of(
      {join(kOr, {join(kAnd, {t(FieldId::process_name, kEquals, {"ruby"}), any_argv(kEquals, {"-e"})}),
                  join(kAnd, {t(FieldId::process_name, kEquals, {"perl"}), any_argv(kStartsWith, {"-l"}),
                              t(FieldId::argv, kHasFlag, {"e"}), no(t(FieldId::process_cwd, kEquals, {"x"})),
                              t(FieldId::process_uid, kGreater, {int64_t{5}}),
                              loop(kAny, FieldId::process_ancestors, element(FieldId::ancestor_name, kEquals, {"dpkg"}))})})});
  artefact.clauses = {
      {TriggerId{0}, {{2, true, true}, {3, true, true}}, true},
      {TriggerId{0},
       {{5, true, true}, {6, false, false}, {7, false, false}, {8, false, false}, {9, false, false}, {10, false, false}},
       false}};
  artefact.filter.blocks[0].slots = {{{}, {ClauseId{0}, ClauseId{1}}}};
  const auto matcher = Matcher::build(artefact);
  REQUIRE(matcher.ok());
  const Decoded decoded(perl());
  const auto context = make_record_context();
  std::vector<Match> matches;
  (*matcher)->match(decoded.event, *context, {}, true, matches);
  REQUIRE(matches.size() == 1);
  CHECK(matches[0].clause.value == 1);
  CHECK_FALSE(matches[0].open);
  CHECK(matches[0].truncated.empty());
  std::vector<std::string> values;
  for (const TermWitness& term : matches[0].terms) values.push_back(term.value);
  CHECK(values == std::vector<std::string>{"perl", "argv[1] = \"-lane\"", "argv[1] = \"-lane\"", "", "1000",
                                           "process.ancestors[1].name = \"dpkg\""});
  CHECK(matches[0].terms[0].in_kernel);
  CHECK_FALSE(matches[0].terms[1].in_kernel);
}

TEST_CASE("a condition that a truncated field leaves open is a match that says so") {
  const Artefact artefact = artefact_of({no(any_argv(kEquals, {"-x"}))});
  const auto matcher = Matcher::build(artefact);
  REQUIRE(matcher.ok());
  EventValues values = perl();
  values.truncated = {FieldId::argv, FieldId::process_cwd};
  const Decoded decoded(values);
  const auto context = make_record_context();
  std::vector<Match> matches;
  (*matcher)->match(decoded.event, *context, {}, true, matches);
  REQUIRE(matches.size() == 1);
  CHECK(matches[0].open);
  CHECK(matches[0].terms[0].truth == kU);
  CHECK(matches[0].truncated == std::vector<FieldId>{FieldId::argv});
}

TEST_CASE("an exception holds back where it is true, and not where it is open") {
  Artefact artefact = artefact_of({join(kTrue, {})});
  ExceptionInfo other, exception;
  other.event = exception.event = EventId::exec;
  flatten(t(FieldId::process_name, kEquals, {"ruby"}), other.program);
  flatten(any_argv(kEquals, {"print 1"}), exception.program);
  artefact.recipes[0].exceptions = {other, exception};
  const auto matcher = Matcher::build(artefact);
  REQUIRE(matcher.ok());
  EventValues values = perl();
  const auto context = make_record_context();
  CHECK((*matcher)->find_exception(RecipeId{0}, Decoded(values).event, *context) == 1);
  values.truncated = {FieldId::argv};
  CHECK((*matcher)->find_exception(RecipeId{0}, Decoded(values).event, *context) == -1);
}

TEST_CASE("context answers what the record lacks, once an event, and the record comes first") {
  struct Answers final : Context {
    std::optional<std::string> text(const Event&, FieldId field) override {
      ++asked;
      if (field == FieldId::process_user) return "builder";
      if (field == FieldId::process_exe) return "/whole/path/perl";
      return std::nullopt;
    }
    Ancestors ancestors(const Event&) override { return {&list, true}; }
    const HostInfo& host() override { return info_; }
    int asked = 0;
    std::vector<ProcessInfo> list;
    HostInfo info_;
  } context;
  ProcessInfo init;
  init.name = "systemd";
  context.list = {init};
  const Node user = t(FieldId::process_user, kEquals, {"builder"});
  const Artefact artefact =
      artefact_of({join(kAnd, {user, user, t(FieldId::process_exe, kUnder, {"/whole"}),
                               loop(kAny, FieldId::process_ancestors, element(FieldId::ancestor_name, kEquals, {"systemd"}))}),
                   user});
  const auto matcher = Matcher::build(artefact);
  REQUIRE(matcher.ok());
  EventValues values = perl();
  values.truncated = {FieldId::process_exe};
  const Decoded decoded(values);
  std::vector<Match> matches;
  (*matcher)->match(decoded.event, context, {}, true, matches);
  CHECK(matches.size() == 2);
  CHECK(context.asked == 2);
  values.texts.emplace_back(FieldId::process_user, "root");
  CHECK((*matcher)->evaluate_trigger(TriggerId{1}, Decoded(values).event, context) == kF);
}

TEST_CASE("a list of strings that context knows is asked once, and shown by its element") {
  struct Answers final : Context {
    std::optional<std::string> text(const Event&, FieldId) override { return std::nullopt; }
    std::optional<std::vector<std::string>> texts(const Event&, FieldId field) override {
      ++asked;
      if (field != FieldId::process_stdin_writers || !known) return std::nullopt;
      return std::vector<std::string>{"base64", "curl"};
    }
    Ancestors ancestors(const Event&) override { return {}; }
    const HostInfo& host() override { return info_; }
    int asked = 0;
    bool known = true;
    HostInfo info_;
  } context;
  const FieldId list = FieldId::process_stdin_writers;
  const Node has = t(list, kEquals, {"curl", "wget"}, Over::kAnyElement);
  const Node looped = loop(kAny, list, element(FieldId::kNone, kStartsWith, {"base"}));
  const Artefact artefact =
      artefact_of({join(kAnd, {has, looped, t(list, kExists, {})}), t(list, kEquals, {"curl"}, Over::kAllElements), has});
  const auto matcher = Matcher::build(artefact);
  REQUIRE(matcher.ok());
  const Decoded decoded(perl());
  std::vector<Match> matches;
  (*matcher)->match(decoded.event, context, {}, true, matches);
  CHECK(context.asked == 1);
  REQUIRE(matches.size() == 2);
  CHECK(matches[1].terms.at(0).value == "process.stdin.writers[1] = \"curl\"");
  context.known = false;
  CHECK((*matcher)->evaluate_trigger(TriggerId{0}, decoded.event, context) == kF);
  CHECK((*matcher)->evaluate_trigger(TriggerId{1}, decoded.event, context) == kF);
}

TEST_CASE("a variable of the environment is found by its whole name, and shown by its value alone") {
  EventValues values = perl();
  CHECK(truth_of(variable("X", kExists, {}), values) == kF);
  CHECK(truth_of(no(variable("X", kEquals, {"1"})), values) == kT);
  values.lists.emplace_back(FieldId::env, std::vector<std::string>{"XX=1", "X=/tmp/x", "Y=", "TWICE=a", "TWICE=b"});
  CHECK(truth_of(variable("X", kEquals, {"/tmp/x"}), values) == kT);
  CHECK(truth_of(variable("X", kUnder, {"/tmp"}), values) == kT);
  CHECK(truth_of(variable("X", kEquals, {"1"}), values) == kF);
  CHECK(truth_of(no(variable("X", kEquals, {"1"})), values) == kT);
  CHECK(truth_of(variable("Y", kExists, {}), values) == kT);
  CHECK(truth_of(variable("Y", kEquals, {""}), values) == kT);
  CHECK(truth_of(variable("Z", kExists, {}), values) == kF);
  CHECK(truth_of(variable("TWICE", kEquals, {"a"}), values) == kT);
  CHECK(truth_of(variable("TWICE", kEquals, {"b"}), values) == kT);
  const Artefact artefact = artefact_of({variable("X", kStartsWith, {"/tmp"})});
  const auto matcher = Matcher::build(artefact);
  REQUIRE(matcher.ok());
  const auto context = make_record_context();
  std::vector<Match> matches;
  (*matcher)->match(Decoded(values).event, *context, {}, true, matches);
  REQUIRE(matches.size() == 1);
  CHECK(matches[0].terms.at(0).value == "/tmp/x");
}

TEST_CASE("an environment that was cut leaves open what is not among its whole variables") {
  EventValues values = perl();
  values.lists.emplace_back(FieldId::env, std::vector<std::string>{"X=1", "Y=2", "Z=3"});
  values.truncated = {FieldId::env};
  CHECK(truth_of(variable("X", kEquals, {"1"}), values) == kT);
  CHECK(truth_of(variable("X", kEquals, {"2"}), values) == kU);  // it may have been set again
  CHECK(truth_of(variable("X", kExists, {}), values) == kT);
  CHECK(truth_of(variable("Z", kEquals, {"3"}), values) == kU);
  CHECK(truth_of(no(variable("Z", kEquals, {"4"})), values) == kU);
  CHECK(truth_of(variable("Z", kExists, {}), values) == kT);
  CHECK(truth_of(variable("W", kExists, {}), values) == kU);
  CHECK(truth_of(no(variable("W", kExists, {})), values) == kU);
}

TEST_CASE("a text that the event fills is false where a field of it is absent and unknown where one was cut") {
  Node node = t(FieldId::process_exe, kEquals, {});
  node.test.right = {std::string("/usr/bin/"), FieldId::process_script};
  EventValues values = perl();
  CHECK(truth_of(node, values) == kF);
  CHECK(truth_of(no(node), values) == kT);
  values.texts.emplace_back(FieldId::process_script, "perl");
  CHECK(truth_of(node, values) == kT);
  values.truncated = {FieldId::process_script};
  CHECK(truth_of(node, values) == kU);
  CHECK(truth_of(no(node), values) == kU);
  Node number = t(FieldId::process_uid, kLess, {});
  number.test.right = {FieldId::process_euid};
  CHECK(truth_of(number, perl()) == kF);
  values = perl();
  values.numbers.emplace_back(FieldId::process_euid, 1001);
  CHECK(truth_of(number, values) == kT);
}

TEST_CASE("a pattern that is no pattern is refused with its recipe") {
  const auto matcher = Matcher::build(artefact_of({t(FieldId::process_exe, kMatches, {"("})}));
  REQUIRE_FALSE(matcher.ok());
  CHECK_THAT(matcher.error().message(), Catch::Contains("recipe `r0`: the pattern `(`"));
}
