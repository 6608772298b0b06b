// SPDX-License-Identifier: Apache-2.0
// What generated conditions and events are made of. The file is long because the tiny world, random tests and random events
// share one vocabulary.
#include "tests/support/events.h"

#include <cstdio>
#include <cstdlib>

#include "compiler/lower/lower.h"
#include "runtime/artefact/dump.h"
#include "runtime/base/address.h"

namespace recipe {
namespace {

using Texts = std::vector<std::string>;

Test make_test(FieldId field, Operator op, std::vector<Literal> literals, Over over = Over::kValue, bool nocase = false) {
  Test test;
  test.subject.field = field;
  test.op = op;
  test.literals = std::move(literals);
  test.over = over;
  test.nocase = nocase;
  return test;
}

std::vector<Literal> literals(const Texts& texts) {
  return {texts.begin(), texts.end()};
}

const std::string kLong = "/usr/lib/" + std::string(70, 'l') + "/python3";    // more than the kernel hashes
const std::string kLonger = "/usr/lib/" + std::string(70, 'l') + "/pythonX";  // the same first 64 bytes
const Texts kNames = {"a", "b", "perl", "python3", "python3.11", "node", "sh", "env"};
const Texts kExes = {"/usr/bin/perl",      "/bin/sh", "/etc", "/etc/a", "/etcetera/b", "/usr/bin/python3",
                     "/opt/node/bin/node", kLong,     kLonger};
const Texts kElements = {"-e",
                         "-c",
                         "-ne",
                         "-le",
                         "-I",
                         "lib",
                         "--eval",
                         "--eval=x",
                         "--evaluate",
                         "-v",
                         "print 1",
                         "",
                         "-",
                         "--",
                         "x",
                         "-0777e",
                         "-pe",
                         "-p",
                         "-ofile",
                         "-o",
                         "/tmp/a.sh",
                         "/etc/passwd",
                         "--output=/tmp/x",
                         "--output",
                         "-E",
                         kLong,
                         kLonger,
                         "-abcdefghijklmnopqrstuvwxyzabcdefghijklmn"};
const Texts kParents = {"a", "bash", "nginx", "dpkg"};
const Texts kPrefixes = {"p", "py", "/etc", "/usr/bin/", "-", "--ev", "--", kLong, "/usr/lib/"};
const Texts kSuffixes = {"l", ".sh", "3", "python3", "passwd", kLong.substr(3), "e"};
const Texts kGlobs = {"p*", "*3",      "python*", "/etc/*",      "/etc/**", "*.sh", "[ab]",
                      "?",  "--eval*", "*",       "/usr/*/perl", "-[ec]",   "\\-e", "*l*"};
const Texts kFolders = {"/etc", "/usr/bin", "/tmp", "/usr"};
const Texts kPatterns = {"^p", "l$", "a", "e", "^-[ec]$", "/"};
const Texts kFlags = {"e", "c", "I", "0", "p", "o", "v"};
const Texts kOptions = {"--eval", "-e", "-o", "--output", "-pe", "-c"};
const Texts kFiles = {"/etc/passwd", "/etc/a", "/usr/bin/perl", "/proc/1/mem", "/proc/0/mem", kLong, "/tmp/a.sh", "/etc"};
const Texts kDomains = {"example.com", "a.example.com", "badexample.com", "com", "x.y.test", "y.test"};
const Texts kRanges = {"0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "::1", "fd00::/8", "::/0", "192.0.2.128/25"};
const Texts kAddresses = {"10.1.2.3", "10.2.0.1", "192.0.2.129", "192.0.2.1", "::1", "fd00::5", "fe80::1"};
const std::vector<int64_t> kPorts = {0, 22, 80, 443, 1024, 65535};
const std::vector<int64_t> kAges = {0, 999, 1'000'000, 5'000'000'000};
const std::vector<int64_t> kUids = {0, 1, 1000, 4294967295};

// Which of sample_lists() a test may name, from 1.
enum SampleList : uint32_t { kDomainList = 1, kRangeList = 2, kPathList = 3, kWordList = 4 };

ValueTable list_of(const std::string& name, const Texts& entries) {
  ValueTable list;
  list.name = name;
  list.path = name + ".txt";
  for (const std::string& entry : entries) {
    list.bytes += entry;
    for (int i = 0; i < 2; ++i) list.entries.push_back(static_cast<uint32_t>(list.bytes.size()));  // no note
  }
  return list;
}

bool is_of(EventId event, uint32_t family) {
  return (info(event).families & family) != 0;
}

// A list of a file instead of literals, or beside them: of == and under alone.
void ask_list(Random& random, Test& test, SampleList list) {
  if (test.nocase || !test.right.empty() || (test.op != Operator::kEquals && test.op != Operator::kUnder)) return;
  if (!random.chance(12)) return;
  test.table = list;
  if (random.chance(70)) test.literals.clear();
}
const Texts kVariables = {"LD_PRELOAD", "LD", "X"};
const Texts kVariableValues = {"/tmp/a.sh", "perl", "", "/etc/passwd", "x", "-e"};

Texts some(Random& random, const Texts& from) {
  Texts out;
  const uint32_t count = random.chance(60) ? 1 : 1 + random.below(4);
  for (uint32_t i = 0; i < count; ++i) out.push_back(random.pick(from));
  return out;
}

// An operator over texts with literals that its subject can have.
void ask_text(Random& random, Test& test, const Texts& values, bool path) {
  static constexpr Operator kOperators[] = {Operator::kEquals,     Operator::kEquals,   Operator::kEquals,
                                            Operator::kStartsWith, Operator::kEndsWith, Operator::kLike,
                                            Operator::kContains,   Operator::kMatches,  Operator::kUnder};
  test.op = random.pick(kOperators);
  if (test.op == Operator::kUnder && !path) test.op = Operator::kEquals;
  const Texts* from = &values;
  if (test.op == Operator::kStartsWith) from = &kPrefixes;
  if (test.op == Operator::kEndsWith) from = &kSuffixes;
  if (test.op == Operator::kContains) from = random.chance(50) ? &kSuffixes : &kPrefixes;
  if (test.op == Operator::kLike) from = &kGlobs;
  if (test.op == Operator::kMatches) from = &kPatterns;
  if (test.op == Operator::kUnder) from = &kFolders;
  test.literals = literals(some(random, *from));
  test.nocase = random.chance(8);
}

Test random_argv_test(Random& random) {
  Test test;
  test.subject.field = FieldId::argv;
  const uint32_t what = random.below(12);
  if (what == 11) {
    static constexpr Operator kComparisons[] = {Operator::kEquals, Operator::kLess, Operator::kLessEqual, Operator::kGreater,
                                                Operator::kGreaterEqual};
    if (random.chance(30)) test.subject.field = FieldId::process_ancestors;
    test.subject.selector = Selector::kCount;
    test.op = random.pick(kComparisons);
    test.literals = {int64_t{random.below(4)}};
  } else if (what == 10) {
    test.subject.selector = Selector::kElement;
    test.subject.operand = random.below(4);
    ask_text(random, test, kElements, false);
  } else if (what < 5) {
    test.over = random.chance(85) ? Over::kAnyElement : Over::kAllElements;
    ask_text(random, test, kElements, false);
    if (test.over == Over::kAnyElement) ask_list(random, test, kWordList);
  } else if (what < 7) {
    test.op = Operator::kHasFlag;
    test.literals = literals(some(random, kFlags));
  } else if (what < 8) {
    test.op = Operator::kHasOption;
    test.literals = literals(some(random, kOptions));
  } else if (what < 9) {
    test.subject.selector = Selector::kOption;
    test.subject.option = random.pick(kOptions);
    test.over = Over::kAnyElement;
    ask_text(random, test, kElements, false);
  } else {
    test.subject.selector = Selector::kOperand;
    test.subject.operand = random.below(2);
    ask_text(random, test, kElements, false);
  }
  return test;
}

// A field on the right, or a text with one.
Test filled_test(Random& random, EventId event) {
  Test test;
  const bool file = is_of(event, kOnFile);
  if (random.chance(25)) {
    test.subject.field = FieldId::process_uid;
    test.right = {random.chance(50) ? FieldId::process_euid : FieldId::process_gid};
    test.op = random.chance(60) ? Operator::kEquals : Operator::kLess;
    return test;
  }
  if (event == EventId::exec && random.chance(30)) {
    test.subject.field = FieldId::argv;
    test.over = random.chance(80) ? Over::kAnyElement : Over::kAllElements;
  } else {
    test.subject.field = file ? (random.chance(70) ? FieldId::file_path : FieldId::file_name) : FieldId::process_exe;
  }
  static constexpr Operator kOperators[] = {Operator::kEquals, Operator::kEquals, Operator::kContains, Operator::kStartsWith,
                                            Operator::kEndsWith};
  test.op = random.pick(kOperators);
  if (random.chance(25)) test.right = {std::string("/proc/"), FieldId::process_pid, std::string("/mem")};
  if (test.right.empty())
    test.right = {random.chance(50)   ? FieldId::process_exe
                  : random.chance(50) ? FieldId::process_name
                                      : FieldId::process_parent_name};
  if (random.chance(15)) test.right.emplace_back(std::string("x"));
  test.nocase = random.chance(10);
  return test;
}

Test file_test(Random& random, EventId event) {
  Test test;
  if (is_of(event, kOnOpen) && random.chance(35)) {
    test.subject.field = FieldId::file_access;
    test.op = Operator::kHas;
    for (uint32_t i = 0, count = 1 + random.below(2); i < count; ++i) test.literals.emplace_back(int64_t{1} << random.below(5));
    if (random.chance(15)) {
      test.op = Operator::kExists;
      test.literals.clear();
    }
    return test;
  }
  const bool path = random.chance(60);
  test.subject.field = path ? FieldId::file_path : FieldId::file_name;
  ask_text(random, test, path ? kFiles : kNames, path);
  if (path) ask_list(random, test, kPathList);
  return test;
}

Test net_test(Random& random) {
  Test test;
  if (random.chance(50)) {
    test.subject.field = random.chance(70) ? FieldId::dst_ip : FieldId::src_ip;
    for (const std::string& range : some(random, kRanges)) test.literals.emplace_back(*parse_range(range));
    if (random.chance(15)) {
      test.literals.clear();
      test.right = {test.subject.field == FieldId::dst_ip ? FieldId::src_ip : FieldId::dst_ip};
    }
    ask_list(random, test, kRangeList);
    return test;
  }
  test.subject.field = FieldId::dst_port;
  static constexpr Operator kOperators[] = {Operator::kEquals,    Operator::kEquals,  Operator::kLess,
                                            Operator::kLessEqual, Operator::kGreater, Operator::kGreaterEqual};
  test.op = random.pick(kOperators);
  for (uint32_t i = 0, count = 1 + random.below(2); i < count; ++i) test.literals.emplace_back(random.pick(kPorts));
  return test;
}

Test dns_test(Random& random) {
  Test test;
  if (random.chance(20)) {
    test.subject.field = FieldId::dns_answers;
    test.over = random.chance(70) ? Over::kAnyElement : Over::kAllElements;
    test.op = random.chance(60) ? Operator::kEquals : Operator::kStartsWith;
    test.literals = literals(some(random, kDomains));
    return test;
  }
  test.subject.field = FieldId::dns_question;
  static constexpr Operator kOperators[] = {Operator::kEquals,   Operator::kUnder, Operator::kUnder,  Operator::kEndsWith,
                                            Operator::kContains, Operator::kLike,  Operator::kMatches};
  test.op = random.pick(kOperators);
  test.literals = literals(some(random, test.op == Operator::kLike      ? kGlobs
                                        : test.op == Operator::kMatches ? kPatterns
                                                                        : kDomains));
  ask_list(random, test, kDomainList);
  return test;
}

Test socket_test(Random& random) {
  Test test;
  test.subject.field = FieldId::socket_path;
  ask_text(random, test, kFiles, true);
  ask_list(random, test, kPathList);
  return test;
}

Test environment_test(Random& random) {
  Test test;
  test.subject.field = FieldId::env;
  test.subject.selector = Selector::kKey;
  test.subject.option = random.pick(kVariables);
  test.over = Over::kAnyElement;
  test.op = Operator::kExists;
  if (random.chance(75)) ask_text(random, test, kVariableValues, true);
  return test;
}

Test exec_test(Random& random) {
  Test test;
  if (random.chance(35)) return environment_test(random);
  if (random.chance(50)) {
    test.subject.field = FieldId::process_traits;
    test.op = Operator::kHas;
    test.literals = {int64_t{1} << random.below(5)};
  } else {
    test.subject.field = FieldId::process_exe_age;
    test.op = random.chance(50) ? Operator::kLess : Operator::kGreater;
    test.literals = {random.pick(kAges)};
  }
  return test;
}

Test random_test(Random& random, EventId event) {
  Test test;
  if (random.chance(10)) return filled_test(random, event);
  if (random.chance(event == EventId::exec ? 10 : 50)) {
    if (is_of(event, kOnFile)) return file_test(random, event);
    if (is_of(event, kOnNet)) return net_test(random);
    if (is_of(event, kOnDns)) return dns_test(random);
    if (is_of(event, kOnUnix)) return socket_test(random);
    if (event == EventId::exec) return exec_test(random);
  }
  switch (random.below(9)) {
    case 0:
    case 1:
      test.subject.field = FieldId::process_name;
      ask_text(random, test, kNames, false);
      ask_list(random, test, kWordList);
      break;
    case 2:
      test.subject.field = FieldId::process_exe;
      ask_text(random, test, kExes, true);
      ask_list(random, test, kPathList);
      break;
    case 3:
      test.subject.field = FieldId::process_parent_name;
      ask_text(random, test, kParents, false);
      break;
    case 4: {
      static constexpr FieldId kNumbers[] = {FieldId::process_uid, FieldId::process_gid, FieldId::process_euid,
                                             FieldId::process_pid};
      test.subject.field = random.pick(kNumbers);
      test.op = random.chance(70) ? Operator::kEquals : random.chance(50) ? Operator::kLess : Operator::kGreaterEqual;
      test.literals = {random.pick(kUids)};
      if (random.chance(30)) test.literals.emplace_back(random.pick(kUids));
      break;
    }
    case 5: {
      static constexpr FieldId kAny[] = {FieldId::process_exe, FieldId::argv, FieldId::process_parent_name,
                                         FieldId::process_uid};
      test.subject.field = random.pick(kAny);
      test.op = Operator::kExists;
      break;
    }
    default:
      return random_argv_test(random);
  }
  return test;
}

Predicate random_tree(Random& random, EventId event, uint32_t depth, std::vector<FieldId>& loops);

Predicate random_loop(Random& random, EventId event, uint32_t depth, std::vector<FieldId>& loops) {
  const FieldId list = random.chance(50) ? FieldId::argv : FieldId::process_ancestors;
  loops.push_back(list);
  const Predicate body = random_tree(random, event, depth - 1, loops);
  loops.pop_back();
  Predicate out;
  out.nodes.push_back({random.chance(70) ? PredicateKind::kAny : PredicateKind::kAll, false, list, 0, 0, {}});
  const Predicate whole = join(PredicateKind::kAnd, {body});
  out.nodes.insert(out.nodes.end(), whole.nodes.begin() + 1, whole.nodes.end());
  out.tests = whole.tests;
  out.nodes[0].end = static_cast<uint32_t>(out.nodes.size());
  return out;
}

Predicate random_leaf(Random& random, EventId event, const std::vector<FieldId>& loops) {
  if (loops.empty() || random.chance(25)) return leaf(random_test(random, event));
  Test test;
  test.subject.variable = static_cast<uint8_t>(1 + random.below(static_cast<uint32_t>(loops.size())));
  if (loops[test.subject.variable - 1] == FieldId::argv) {
    ask_text(random, test, kElements, false);
  } else if (random.chance(30)) {
    test.subject.field = FieldId::ancestor_uid;
    test.literals = {random.pick(kUids)};
  } else {
    test.subject.field = FieldId::ancestor_name;
    ask_text(random, test, kParents, false);
  }
  return leaf(test);
}

Predicate random_tree(Random& random, EventId event, uint32_t depth, std::vector<FieldId>& loops) {
  if (depth == 0 || random.chance(25)) {
    if (random.chance(3)) {
      Predicate constant;
      constant.nodes.push_back(
          {random.chance(50) ? PredicateKind::kTrue : PredicateKind::kFalse, false, FieldId::kNone, 1, 0, {}});
      return constant;
    }
    return random_leaf(random, event, loops);
  }
  const uint32_t what = random.below(10);
  if (what == 0 && loops.size() < 2) return random_loop(random, event, depth, loops);
  if (what <= 2) return join(PredicateKind::kNot, {random_tree(random, event, depth - 1, loops)});
  std::vector<Predicate> children;
  for (uint32_t i = 0, count = 2 + random.below(3); i < count; ++i)
    children.push_back(random_tree(random, event, depth - 1, loops));
  return join(random.chance(55) ? PredicateKind::kAnd : PredicateKind::kOr, children);
}

}  // namespace

uint64_t test_seed() {
  static const uint64_t kSeed = [] {
    const char* given = std::getenv("RECIPE_SEED");
    const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 0) : 20261124;
    std::fprintf(stderr, "RECIPE_SEED=%llu\n", static_cast<unsigned long long>(seed));
    return seed;
  }();
  return kSeed;
}

uint64_t Random::next() {
  uint64_t z = state_ += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint32_t Random::below(uint32_t bound) {
  return static_cast<uint32_t>(next() % bound);
}

std::vector<EventValues> tiny_events() {
  std::vector<std::optional<Texts>> argvs = {std::nullopt, Texts{}};
  const Texts elements = {"-e", "x", "-ne", "--o"};
  for (const std::string& first : elements) {
    argvs.push_back(Texts{first});
    for (const std::string& second : elements) argvs.push_back(Texts{first, second});
  }
  std::vector<EventValues> out;
  for (const int name : {0, 1, 2}) {
    for (const auto& argv : argvs) {
      for (const bool cut_argv : {false, true}) {
        for (const int uid : {0, 1, 2}) {
          for (const int parent : {0, 1, 2}) {
            for (const int exe : {0, 1, 2}) {
              if (cut_argv && (!argv || argv->empty())) continue;
              if ((name == 2 && exe != 0) || (uid == 2 && parent == 2)) continue;
              EventValues event;
              event.event = EventId::exec;
              const std::string called = name == 0 ? "a" : "b";
              if (name < 2) event.texts.emplace_back(FieldId::process_name, called);
              if (exe > 0) event.texts.emplace_back(FieldId::process_exe, (called == "a" ? "/" : "/x/") + called);
              if (exe == 2) event.truncated.push_back(FieldId::process_exe);
              if (uid < 2) event.numbers.emplace_back(FieldId::process_uid, uid);
              event.argv = argv;
              if (cut_argv) event.truncated.push_back(FieldId::argv);
              if (parent < 2) {
                event.ancestors.emplace();
                event.ancestors->push_back({.pid = 7, .name = parent == 0 ? "a" : "b"});
              }
              out.push_back(std::move(event));
            }
          }
        }
      }
    }
  }
  return out;
}

std::vector<Test> tiny_tests() {
  using enum Operator;
  std::vector<Test> out;
  for (const FieldId field : {FieldId::process_name, FieldId::process_parent_name}) {
    out.push_back(make_test(field, kEquals, {"a"}));
    out.push_back(make_test(field, kEquals, {"a", "b"}));
    out.push_back(make_test(field, kStartsWith, {"a"}));
    out.push_back(make_test(field, kContains, {"b"}));
  }
  out.push_back(make_test(FieldId::process_uid, kEquals, {int64_t{0}}));
  out.push_back(make_test(FieldId::process_uid, kLess, {int64_t{1}}));
  out.push_back(make_test(FieldId::process_uid, kExists, {}));
  out.push_back(make_test(FieldId::process_exe, kEquals, {"/a"}));
  out.push_back(make_test(FieldId::process_exe, kUnder, {"/x"}));
  out.push_back(make_test(FieldId::process_exe, kEndsWith, {"b"}));
  out.push_back(make_test(FieldId::argv, kEquals, {"-e"}, Over::kAnyElement));
  out.push_back(make_test(FieldId::argv, kStartsWith, {"--"}, Over::kAnyElement));
  out.push_back(make_test(FieldId::argv, kEndsWith, {"e"}, Over::kAnyElement));
  out.push_back(make_test(FieldId::argv, kEquals, {"x"}, Over::kAllElements));
  out.push_back(make_test(FieldId::argv, kHasFlag, {"e"}));
  out.push_back(make_test(FieldId::argv, kHasOption, {"--o"}));
  return out;
}

namespace {

void add_own_fields(Random& random, EventValues& event) {
  const auto flags = [&] { return static_cast<int64_t>(random.below(32)); };
  if (event.event == EventId::exec) {
    if (random.chance(60)) event.numbers.emplace_back(FieldId::process_traits, flags());
    if (random.chance(60)) event.numbers.emplace_back(FieldId::process_exe_age, random.pick(kAges));
    if (random.chance(70)) {
      Texts variables;
      for (uint32_t i = 0, count = random.below(4); i < count; ++i)
        variables.push_back(random.pick(kVariables) + "=" + random.pick(kVariableValues));
      if (!variables.empty() && random.chance(15)) event.truncated.push_back(FieldId::env);
      event.lists.emplace_back(FieldId::env, std::move(variables));
    }
  }
  if (is_of(event.event, kOnFile)) {
    if (random.chance(85)) {
      event.texts.emplace_back(FieldId::file_path, random.pick(kFiles));
      if (random.chance(8)) event.truncated.push_back(FieldId::file_path);
    }
    if (is_of(event.event, kOnOpen) && random.chance(90)) event.numbers.emplace_back(FieldId::file_access, flags());
  }
  if (is_of(event.event, kOnUnix) && random.chance(85)) {
    event.texts.emplace_back(FieldId::socket_path, random.pick(kFiles));
    if (random.chance(8)) event.truncated.push_back(FieldId::socket_path);
  }
  if (is_of(event.event, kOnNet)) {
    if (random.chance(85)) event.texts.emplace_back(FieldId::dst_ip, *parse_address(random.pick(kAddresses)));
    if (random.chance(50)) event.texts.emplace_back(FieldId::src_ip, *parse_address(random.pick(kAddresses)));
    if (random.chance(85)) event.numbers.emplace_back(FieldId::dst_port, random.pick(kPorts));
  }
  if (is_of(event.event, kOnDns)) {
    if (random.chance(85)) {
      event.texts.emplace_back(FieldId::dns_question, random.pick(kDomains));
      if (random.chance(8)) event.truncated.push_back(FieldId::dns_question);
    }
    if (random.chance(50)) event.lists.emplace_back(FieldId::dns_answers, some(random, kDomains));
  }
}

}  // namespace

EventValues random_event(Random& random, EventId id) {
  EventValues event;
  event.event = id;
  event.time_unix_ns = 1'700'000'000'000'000'000;
  const auto sometimes_cut = [&](FieldId field) {
    if (random.chance(8)) event.truncated.push_back(field);
  };
  if (random.chance(70)) {
    const std::string& exe = random.pick(kExes);
    event.texts.emplace_back(FieldId::process_exe, exe);
    event.texts.emplace_back(FieldId::process_name, exe.substr(exe.rfind('/') + 1));
    sometimes_cut(FieldId::process_exe);
  } else if (random.chance(90)) {
    event.texts.emplace_back(FieldId::process_name, random.pick(kNames));
  }
  if (random.chance(90)) event.numbers.emplace_back(FieldId::process_uid, random.pick(kUids));
  if (random.chance(50)) event.numbers.emplace_back(FieldId::process_gid, random.pick(kUids));
  if (random.chance(50)) event.numbers.emplace_back(FieldId::process_euid, random.pick(kUids));
  if (random.chance(50)) event.numbers.emplace_back(FieldId::process_pid, random.pick(kUids));
  if (random.chance(92)) {
    event.argv.emplace();
    for (uint32_t i = 0, count = random.below(6); i < count; ++i) event.argv->push_back(random.pick(kElements));
    if (!event.argv->empty()) sometimes_cut(FieldId::argv);
  }
  if (random.chance(85)) {
    event.ancestors.emplace();
    for (uint32_t i = 0, count = 1 + random.below(3); i < count; ++i) {
      EventValues::AncestorValues ancestor;
      ancestor.pid = 10 + i;
      if (random.chance(80)) ancestor.name = random.pick(kParents);
      if (random.chance(80)) ancestor.uid = random.pick(kUids);
      event.ancestors->push_back(ancestor);
    }
  }
  add_own_fields(random, event);
  return event;
}

Predicate random_predicate(Random& random, EventId event) {
  std::vector<FieldId> loops;
  return random_tree(random, event, 2 + random.below(4), loops);
}

std::vector<OptionTable> sample_tables() {
  OptionTable perl{"perl",
                   {{"e", ValueKind::kRequired, false}, {"I", ValueKind::kRequired, false}, {"0", ValueKind::kDigits, false}},
                   {},
                   {},
                   false};
  OptionTable python{"python*", {{"c", ValueKind::kRequired, true}, {"o", ValueKind::kRequired, false}}, {}, {}, false};
  OptionTable node{"node",
                   {{"e", ValueKind::kRequired, false}, {"o", ValueKind::kOptional, false}},
                   {{"eval", ValueKind::kRequired, false}, {"output", ValueKind::kOptional, false}},
                   {{"pe", ValueKind::kRequired, false}},
                   true};
  return {perl, python, node};
}

std::vector<ValueTable> sample_lists() {
  Texts ranges;
  for (const char* range : {"10.1.0.0/16", "192.0.2.128/25", "::1/128"}) ranges.push_back(*parse_range(range));
  return {list_of("domains", {"example.com", "y.test"}), list_of("ranges", ranges),
          list_of("paths", {"/etc", "/usr/bin/perl", kLong}), list_of("words", {"perl", "b", "-e", "/etc/passwd"})};
}

Predicate leaf(Test test, bool negated) {
  Predicate out;
  out.tests.push_back(std::move(test));
  if (negated) out.nodes.push_back({PredicateKind::kNot, false, FieldId::kNone, 2, 0, {}});
  out.nodes.push_back({PredicateKind::kTest, false, FieldId::kNone, negated ? 2u : 1u, 0, {}});
  return out;
}

Predicate join(PredicateKind kind, const std::vector<Predicate>& children) {
  Predicate out;
  out.nodes.push_back({kind, false, FieldId::kNone, 0, 0, {}});
  for (const Predicate& child : children) {
    const auto base = static_cast<uint32_t>(out.nodes.size());
    const auto tests = static_cast<uint32_t>(out.tests.size());
    for (PredicateNode node : child.nodes) {
      node.end += base;
      node.test += tests;
      out.nodes.push_back(node);
    }
    out.tests.insert(out.tests.end(), child.tests.begin(), child.tests.end());
  }
  out.nodes[0].end = static_cast<uint32_t>(out.nodes.size());
  return out;
}

void lower_predicates(Compilation& compilation, const std::vector<Predicate>& predicates, std::vector<OptionTable> tables,
                      EventId event) {
  compilation.set.option_tables = std::move(tables);
  compilation.set.tables = sample_lists();
  for (size_t i = 0; i < predicates.size(); ++i) {
    Recipe recipe;
    recipe.info.name = "r" + std::to_string(i);
    On on;
    on.event = event;
    on.when = predicates[i];
    recipe.ons.push_back(std::move(on));
    compilation.set.recipes.push_back(std::move(recipe));
  }
  lower(compilation);
}

std::string describe(const EventValues& event) {
  std::string out;
  for (const auto& [field, number] : event.numbers)
    out.append(info(field).name).append("=").append(std::to_string(number)).append(" ");
  for (const auto& [field, text] : event.texts) out.append(info(field).name).append("=").append(quote(text)).append(" ");
  if (event.argv) {
    out += "argv=[";
    for (const std::string& element : *event.argv) out += quote(element) + " ";
    out += "] ";
  }
  if (event.ancestors) {
    for (const auto& a : *event.ancestors)
      out += "ancestor=" + a.name.value_or("?") + "/" + std::to_string(a.uid.value_or(-1)) + " ";
  }
  for (const auto& [field, list] : event.lists) {
    out.append(info(field).name).append("=[");
    for (const std::string& element : list) out += quote(element) + " ";
    out += "] ";
  }
  for (const FieldId field : event.truncated) out.append("cut:").append(info(field).name).append(" ");
  return out;
}

}  // namespace recipe
