// SPDX-License-Identifier: Apache-2.0
// What each operator gives to the kernel's index:
//
//   x == "perl", x in [..]      exact                      argv has flag e            letter e
//   x startswith "py"           prefix                     argv has option "--eval"   exact, prefix "--eval="
//   x endswith ".sh"            suffix                     argv has option "-word"    prefix "-word" (value glued or not)
//   x under "/etc"              exact, prefix "/etc/"      argv has option "-o"       letter o
//   x like "/tmp/*.sh"          prefix, else suffix        argv option "-o" …         as has option: without it, false
//   uid == 0                    exact number               dst.ip in 10.0.0.0/8       address
//   dst.port < 1024             range                      name under "a.com"         exact, suffix ".a.com"
//   file.access has write       bit                        any p in ancestors:
//   file.path == process.exe    the two names are equal      p.name in [..] and ...   a tag of these names
//   process.marked downloaded   a tag of the mark
//   everything else             any
//
// Texts of more than 64 bytes: an exact key stands for the first 64 and the length, a prefix or suffix is shortened; both let
// through too much and never exclude.
#include "compiler/lower/kernel_terms.h"

#include <algorithm>

#include "runtime/artefact/compare.h"
#include "runtime/artefact/keys.h"
#include "runtime/base/pattern.h"

namespace recipe {
namespace {

struct Keys {
  std::vector<FilterKey> keys;
  bool necessary = true;   // the literal can hold only where one of the keys hits
  bool sufficient = true;  // where one of the keys hits the literal holds
};

constexpr Keys kNoKeys{{}, false, true};

FilterKey text_key(KeyKind kind, std::string text) {
  return {kind, false, 0, std::move(text), 0};
}

Keys exact(const std::string& text) {
  return {{text_key(KeyKind::kExact, text)}, true, text.size() <= RECIPE_HASHED_BYTES};
}

Keys prefix(const std::string& text) {
  if (text.empty()) return kNoKeys;
  return {{text_key(KeyKind::kPrefix, text.substr(0, RECIPE_HASHED_BYTES))}, true, text.size() <= RECIPE_HASHED_BYTES};
}

Keys suffix(const std::string& text) {
  if (text.empty()) return kNoKeys;
  const size_t cut = text.size() - std::min<size_t>(text.size(), RECIPE_HASHED_BYTES);
  return {{text_key(KeyKind::kSuffix, text.substr(cut))}, true, cut == 0};
}

Keys unite(Keys a, const Keys& b) {
  a.keys.insert(a.keys.end(), b.keys.begin(), b.keys.end());
  return {std::move(a.keys), a.necessary && b.necessary, a.sufficient && b.sufficient};
}

Keys under(std::string folder) {
  const bool plain = folder.empty() || folder.back() != '/';
  while (!folder.empty() && folder.back() == '/') folder.pop_back();
  Keys keys = prefix(folder + "/");
  if (!folder.empty()) keys = unite(exact(folder), keys);
  keys.sufficient = keys.sufficient && plain && !folder.empty();
  return keys;
}

Keys below(const std::string& domain) {
  return unite(exact(domain), suffix("." + domain));
}

Keys range(int64_t first, int64_t last) {
  FilterKey key;
  key.kind = KeyKind::kRange;
  key.number = first;
  key.last = last;
  return {{std::move(key)}, true, true};
}

Keys compare(Operator op, int64_t with) {
  const NumberRange numbers = numbers_of(op, with);
  return numbers.empty() ? kNoKeys : range(numbers.low, numbers.high);
}

Keys bits(int64_t mask) {
  Keys keys{{}, true, true};
  for (int64_t bit = 0; bit < 64; ++bit) {
    if (((static_cast<uint64_t>(mask) >> bit) & 1) == 0) continue;
    FilterKey& key = keys.keys.emplace_back();
    key.kind = KeyKind::kBit;
    key.number = bit;
  }
  return keys;
}

Keys address(const std::string& text) {
  return {{text_key(KeyKind::kAddress, text)}, true, true};
}

Keys like(const std::string& glob) {
  Keys keys = prefix(glob_prefix(glob));
  if (!keys.necessary) keys = suffix(glob_suffix(glob));
  keys.sufficient = false;
  return keys;
}

Keys flag(char letter) {
  if (!is_flag_letter(letter)) return kNoKeys;
  return {{text_key(KeyKind::kFlag, std::string(1, letter))}, true, false};
}

// What an element must look like where the option is there, by any table of options.
Keys option(const std::string& name) {
  Keys keys = kNoKeys;
  if (name.size() == 2 && name[0] == '-' && name[1] != '-') {
    keys = flag(name[1]);
  } else if (name.size() > 2 && name.starts_with("--")) {
    keys = unite(exact(name), prefix(name + "="));
  } else if (name.size() > 2 && name[0] == '-') {
    keys = prefix(name);
  }
  keys.sufficient = false;
  return keys;
}

Keys keys_of(const Test& test, const Literal& literal, lane_kind lane) {
  if (lane == LANE_IS_BITS) return test.op == Operator::kHas ? bits(std::get<int64_t>(literal)) : kNoKeys;
  if (lane == LANE_IS_IP) return test.op == Operator::kEquals ? address(std::get<std::string>(literal)) : kNoKeys;
  if (lane == LANE_IS_NUMBER) {
    if (test.op == Operator::kEquals)
      return {{FilterKey{KeyKind::kExact, true, std::get<int64_t>(literal), {}, 0}}, true, true};
    const bool ordered = test.op == Operator::kLess || test.op == Operator::kLessEqual || test.op == Operator::kGreater ||
                         test.op == Operator::kGreaterEqual;
    return ordered ? compare(test.op, std::get<int64_t>(literal)) : kNoKeys;
  }
  const std::string& text = std::get<std::string>(literal);
  switch (test.op) {
    case Operator::kEquals:
      return exact(text);
    case Operator::kStartsWith:
      return prefix(text);
    case Operator::kEndsWith:
      return suffix(text);
    case Operator::kUnder:
      return info(test.subject.field).type == Type::kDomain ? below(text) : under(text);
    case Operator::kLike:
      return like(text);
    case Operator::kHasFlag:
      return text.size() == 1 ? flag(text[0]) : kNoKeys;
    case Operator::kHasOption:
      return option(text);
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual:
    case Operator::kContains:
    case Operator::kMatches:
    case Operator::kExists:
    case Operator::kHas:
      return kNoKeys;
  }
  return kNoKeys;
}

// Does one key's hit, on some value of the lane, speak of this test at all?
bool is_indexed(const Test& test) {
  const Subject& subject = test.subject;
  if (subject.variable != 0 || subject.field == FieldId::kNone || info(subject.field).lane == Lane::kNone) return false;
  if (test.nocase || test.over == Over::kAllElements || subject.selector != Selector::kNone) return false;
  if (info(subject.field).lane != Lane::kArgv) return test.over == Over::kValue;
  const bool whole = test.op == Operator::kHasFlag || test.op == Operator::kHasOption;
  return whole == (test.over == Over::kValue);
}

KernelTerm start(const Test& test, bool negated) {
  KernelTerm out;
  out.term.lane = static_cast<uint8_t>(info(test.subject.field).lane);
  out.term.negated = negated;
  out.exact = true;
  return out;
}

void drop_equal_keys(std::vector<FilterKey>& keys) {
  const auto less = [](const FilterKey& a, const FilterKey& b) {
    return std::tie(a.kind, a.number, a.last, a.text) < std::tie(b.kind, b.number, b.last, b.text);
  };
  std::sort(keys.begin(), keys.end(), less);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

// file.path == process.exe, either way round.
std::optional<KernelTerm> self_term(const Test& test) {
  const bool plain = test.op == Operator::kEquals && !test.nocase && test.over == Over::kValue && test.subject.variable == 0 &&
                     test.subject.selector == Selector::kNone && test.right.size() == 1;
  const FieldId* const other = plain ? std::get_if<FieldId>(test.right.data()) : nullptr;
  if (other == nullptr) return std::nullopt;
  const FieldId one = test.subject.field;
  if (!(one == FieldId::file_path && *other == FieldId::process_exe) &&
      !(one == FieldId::process_exe && *other == FieldId::file_path))
    return std::nullopt;
  KernelTerm out;
  out.term.lane = LANE_SELF;
  out.term.keys.push_back({KeyKind::kExact, true, 1, {}, 0});
  return out;
}

// Where the sub-expression is true of an element, its name is one of these. nullopt: nothing is known of it.
std::optional<std::vector<std::string>> element_names(const Predicate& predicate, uint32_t at, uint8_t variable) {
  const PredicateNode& node = predicate.nodes[at];
  if (node.kind == PredicateKind::kTest) {
    const Test& test = predicate.tests[node.test];
    if (node.negated || test.subject.variable != variable || test.subject.field != FieldId::ancestor_name ||
        test.op != Operator::kEquals || test.nocase || !test.right.empty() || test.table != 0 || test.literals.empty())
      return std::nullopt;
    std::vector<std::string> names;
    for (const Literal& literal : test.literals) names.push_back(std::get<std::string>(literal));
    return names;
  }
  if (node.kind != PredicateKind::kAnd && node.kind != PredicateKind::kOr) return std::nullopt;
  std::vector<std::string> all;
  for (uint32_t child = at + 1; child < node.end; child = predicate.nodes[child].end) {
    const auto names = element_names(predicate, child, variable);
    if (node.kind == PredicateKind::kAnd && names) return names;
    if (node.kind == PredicateKind::kOr && !names) return std::nullopt;
    if (names) all.insert(all.end(), names->begin(), names->end());
  }
  if (all.empty()) return std::nullopt;
  return all;
}

}  // namespace

std::optional<std::vector<std::string>> ancestor_names(const Predicate& predicate, uint32_t at) {
  const PredicateNode& node = predicate.nodes[at];
  if (node.kind != PredicateKind::kAny || node.negated || node.list != FieldId::process_ancestors) return std::nullopt;
  auto names = element_names(predicate, at + 1, 1);
  if (!names) return std::nullopt;
  std::sort(names->begin(), names->end());
  names->erase(std::unique(names->begin(), names->end()), names->end());
  return names;
}

std::optional<std::vector<std::string>> asked_marks(const Test& test, bool negated) {
  const bool plain = !negated && test.subject.variable == 0 && test.subject.field == FieldId::process_marked &&
                     test.over == Over::kAnyElement && test.op == Operator::kEquals && !test.nocase && test.right.empty() &&
                     test.table == 0;
  if (!plain) return std::nullopt;
  std::vector<std::string> names;
  for (const Literal& literal : test.literals) names.push_back(std::get<std::string>(literal));
  return names;
}

std::optional<KernelTerm> kernel_term(const Test& test, bool negated) {
  if (!test.right.empty()) return negated ? std::nullopt : self_term(test);
  if (test.table != 0 && !negated) return std::nullopt;
  // argv option "-o" OP x, over the values it has: false where there is none.
  if (!negated && test.subject.selector == Selector::kOption && test.subject.variable == 0 &&
      test.subject.field == FieldId::argv && test.over != Over::kAllElements) {
    KernelTerm out = start(test, false);
    Keys keys = option(test.subject.option);
    if (!keys.necessary) return std::nullopt;
    out.term.keys = std::move(keys.keys);
    out.exact = false;
    return out;
  }
  if (!is_indexed(test)) return std::nullopt;
  KernelTerm out = start(test, negated);
  out.exact = test.table == 0;  // a negated test: its literals exclude, the entries of its list are left to the program
  const lane_kind lane = kind_of_lane(out.term.lane);
  for (const Literal& literal : test.literals) {
    Keys keys = keys_of(test, literal, lane);
    if (negated) {
      // Each literal alone may exclude: those that the kernel cannot judge are left to the program.
      if (keys.keys.empty() || !keys.sufficient) {
        out.exact = false;
        continue;
      }
      out.exact = out.exact && keys.necessary;
    } else {
      if (!keys.necessary) return std::nullopt;
      out.exact = out.exact && keys.sufficient;
    }
    std::move(keys.keys.begin(), keys.keys.end(), std::back_inserter(out.term.keys));
  }
  if (out.term.keys.empty()) return std::nullopt;
  drop_equal_keys(out.term.keys);
  return out;
}

std::optional<std::vector<std::string>> pivot_names(const Test& test, bool negated, EventId event) {
  if (negated || !is_indexed(test) || test.op != Operator::kEquals || test.literals.empty() || test.table != 0 ||
      !test.right.empty())
    return std::nullopt;
  const Lane lane = info(test.subject.field).lane;
  const bool file = pivot_lane(event) == LANE_FILE_NAME;
  const Lane name = file ? Lane::kFileName : Lane::kName;
  if (lane != name && lane != (file ? Lane::kFilePath : Lane::kExe)) return std::nullopt;
  std::vector<std::string> names;
  for (const Literal& literal : test.literals) {
    const std::string& text = std::get<std::string>(literal);
    names.push_back(lane == name ? text : text.substr(text.rfind('/') + 1));
    if (names.back().empty()) return std::nullopt;
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace recipe
