// SPDX-License-Identifier: Apache-2.0
// See tests.h. Literals are alternatives: a implies b if each of a's literals alone implies one of b's.
#include "compiler/prove/tests.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "compiler/prove/shapes.h"
#include "runtime/artefact/compare.h"
#include "runtime/base/address.h"
#include "runtime/base/pattern.h"

namespace recipe::prove {
namespace {

constexpr size_t kManyLiterals = 16;            // from which on equal texts are looked up, not compared
constexpr size_t kMostPairs = size_t{1} << 16;  // of shapes compared; more: not known
constexpr size_t kMostRegexes = 256;            // kept compiled, a few KiB each

Type type_of(const Subject& subject) {
  if (subject.field == FieldId::kNone || subject.selector != Selector::kNone) return Type::kString;
  return info(subject.field).type;
}

std::string folded(std::string text) {
  fold_letters(text);
  return text;
}

// How two tests compare letters: as they are, or both in lower case. nullopt: a takes both cases, b only one.
std::optional<bool> folding(const Test& a, const Test& b) {
  if (b.nocase) return true;
  if (!a.nocase) return false;
  for (const Literal& literal : a.literals) {
    const auto* text = std::get_if<std::string>(&literal);
    if (text == nullptr || a.op == Operator::kLike || has_case(*text)) return std::nullopt;
  }
  return false;
}

// Compiled once: lints ask the same patterns of many texts. nullptr: RE2 refuses it.
const Regex* compiled(const std::string& pattern, bool nocase) {
  static thread_local std::unordered_map<std::string, std::optional<Regex>> known;
  if (known.size() >= kMostRegexes) known.clear();
  const auto [found, fresh] = known.try_emplace((nocase ? "i" : "s") + pattern);
  if (fresh) {
    Result<Regex> regex = Regex::compile(pattern, nocase);
    if (regex.ok()) found->second = std::move(regex).value();
  }
  return found->second ? &*found->second : nullptr;
}

size_t range_bits(const std::string& range) {
  return static_cast<unsigned char>(range[kAddressBytes]);
}

bool range_within(const std::string& a, const std::string& b) {
  return range_bits(a) >= range_bits(b) && lies_within(std::string_view(a).substr(0, kAddressBytes), b);
}

int64_t mask_of(const Test& test) {
  int64_t mask = 0;
  for (const Literal& literal : test.literals) mask |= std::get<int64_t>(literal);
  return mask;
}

// All shapes of a test; literals without one are left out.
std::vector<Shape> all_shapes(const Test& test, bool fold) {
  std::vector<Shape> all;
  for (const Literal& literal : test.literals) {
    const std::string& text = std::get<std::string>(literal);
    const auto more = shapes_of(test, text, fold);
    if (more) all.insert(all.end(), more->begin(), more->end());
  }
  return all;
}

// One literal of a against all of b, texts that no set has answered.
bool text_implied(const Test& a, const std::string& literal, const Test& b, const std::vector<Shape>& of_b, bool fold) {
  const TextKind kind = text_kind(a.subject);
  if (b.op == Operator::kMatches) {
    if (a.op == Operator::kMatches && a.nocase == b.nocase &&
        std::find(b.literals.begin(), b.literals.end(), Literal(literal)) != b.literals.end())
      return true;
    // A single text is put to the regex itself. RE2 folds what it compares, so the case of the text says nothing, unless the
    // pattern turns the folding off: `(?-i)`.
    for (size_t i = 0; a.op == Operator::kEquals && i < b.literals.size(); ++i) {
      if (a.nocase && std::get<std::string>(b.literals[i]).find("(?") != std::string::npos) continue;
      const Regex* regex = compiled(std::get<std::string>(b.literals[i]), b.nocase);
      if (regex != nullptr && regex->found_in(literal)) return true;
    }
  }
  const auto shapes = shapes_of(a, literal, fold);
  if (!shapes) return false;
  return std::all_of(shapes->begin(), shapes->end(), [&](const Shape& shape) {
    return std::any_of(of_b.begin(), of_b.end(), [&](const Shape& other) { return is_within(shape, other, kind); });
  });
}

bool texts_implied(const Test& a, const Test& b) {
  const std::optional<bool> fold = folding(a, b);
  if (!fold) return false;
  std::unordered_set<std::string> known;
  if (a.op == b.op && (a.literals.size() > kManyLiterals || b.literals.size() > kManyLiterals || a.op == Operator::kEquals)) {
    for (const Literal& literal : b.literals) {
      const std::string& text = std::get<std::string>(literal);
      known.insert(*fold && b.op != Operator::kMatches && b.op != Operator::kLike ? folded(text) : text);
    }
  }
  size_t pairs = 0;
  std::optional<std::vector<Shape>> of_b;
  return std::all_of(a.literals.begin(), a.literals.end(), [&](const Literal& literal) {
    const std::string& text = std::get<std::string>(literal);
    const bool plain = a.op != Operator::kMatches && a.op != Operator::kLike;
    if (!known.empty() && (plain || a.nocase == b.nocase) && known.contains(*fold && plain ? folded(text) : text)) return true;
    if (a.op == Operator::kEquals && b.op == Operator::kEquals) return false;
    pairs += b.literals.size();
    if (pairs > kMostPairs) return false;
    if (!of_b) of_b = all_shapes(b, *fold);
    return text_implied(a, text, b, *of_b, *fold);
  });
}

bool numbers_implied(const Test& a, const Test& b) {
  if (a.op == Operator::kHas || b.op == Operator::kHas) return a.op == b.op && (mask_of(a) & ~mask_of(b)) == 0;
  return std::all_of(a.literals.begin(), a.literals.end(), [&](const Literal& literal) {
    const NumberRange mine = numbers_of(a.op, std::get<int64_t>(literal));
    return mine.empty() || std::any_of(b.literals.begin(), b.literals.end(), [&](const Literal& other) {
             return numbers_of(b.op, std::get<int64_t>(other)).holds(mine);
           });
  });
}

bool ranges_implied(const Test& a, const Test& b) {
  return std::all_of(a.literals.begin(), a.literals.end(), [&](const Literal& literal) {
    return std::any_of(b.literals.begin(), b.literals.end(), [&](const Literal& other) {
      return range_within(std::get<std::string>(literal), std::get<std::string>(other));
    });
  });
}

bool is_about_options(Operator op) {
  return op == Operator::kHasFlag || op == Operator::kHasOption;
}

bool are_texts(const Test& test) {
  return std::all_of(test.literals.begin(), test.literals.end(),
                     [](const Literal& literal) { return std::holds_alternative<std::string>(literal); });
}

bool are_numbers(const Test& test) {
  return std::all_of(test.literals.begin(), test.literals.end(),
                     [](const Literal& literal) { return std::holds_alternative<int64_t>(literal); });
}

// `==` of texts as they are: the values are the literals.
bool is_set_of_texts(const Test& test) {
  return test.op == Operator::kEquals && !test.nocase && type_of(test.subject) != Type::kIp && are_texts(test);
}

bool share_none(const Test& a, const Test& b) {
  std::unordered_set<std::string_view> known;
  for (const Literal& literal : a.literals) known.insert(std::get<std::string>(literal));
  return std::none_of(b.literals.begin(), b.literals.end(),
                      [&](const Literal& literal) { return known.contains(std::get<std::string>(literal)); });
}

// Each literal of one test against each of another: whether no value satisfies both. The shapes of a literal are made once,
// when they are first asked for.
class Apart {
 public:
  Apart(const Test& a, const Test& b) : a_{&a, {}}, b_{&b, {}}, fold_(a.nocase || b.nocase) {}

  [[nodiscard]] bool all() {
    for (size_t i = 0; i < a_.test->literals.size(); ++i) {
      for (size_t j = 0; j < b_.test->literals.size(); ++j) {
        if (!literals(i, j)) return false;
      }
    }
    return true;
  }

 private:
  struct Side {
    const Test* test;
    std::vector<std::optional<std::optional<std::vector<Shape>>>> shapes;  // as its literals; nullopt outside: not yet made
  };

  const std::optional<std::vector<Shape>>& shapes(Side& side, size_t i) {
    side.shapes.resize(side.test->literals.size());
    if (!side.shapes[i]) side.shapes[i] = shapes_of(*side.test, std::get<std::string>(side.test->literals[i]), fold_);
    return *side.shapes[i];
  }

  bool literals(size_t i, size_t j) {
    const Test &a = *a_.test, &b = *b_.test;
    const Literal &x = a.literals[i], &y = b.literals[j];
    if (x.index() != y.index()) return false;
    if (const auto* number = std::get_if<int64_t>(&x)) {
      if (a.op == Operator::kHas || b.op == Operator::kHas) return false;
      return !numbers_of(a.op, *number).meets(numbers_of(b.op, std::get<int64_t>(y)));
    }
    const std::string &one = std::get<std::string>(x), &two = std::get<std::string>(y);
    if (type_of(a.subject) == Type::kIp) return !range_within(one, two) && !range_within(two, one);
    for (const auto& [fixed, text, other, pattern] : {std::tuple{&a, &one, &b, &two}, std::tuple{&b, &two, &a, &one}}) {
      if (fixed->op != Operator::kEquals || fixed->nocase || other->op != Operator::kMatches) continue;
      const Regex* regex = compiled(*pattern, other->nocase);
      return regex != nullptr && !regex->found_in(*text);
    }
    return texts(i, j);
  }

  bool texts(size_t i, size_t j) {
    const auto& of_a = shapes(a_, i);
    const auto& of_b = shapes(b_, j);
    if (!of_a || !of_b) return false;
    const TextKind kind = text_kind(a_.test->subject);
    return std::all_of(of_a->begin(), of_a->end(), [&](const Shape& one) {
      return std::all_of(of_b->begin(), of_b->end(), [&](const Shape& two) { return is_apart(one, two, kind); });
    });
  }

  Side a_, b_;
  bool fold_;
};

}  // namespace

bool is_scalar(const Test& test) {
  if (test.over != Over::kValue || is_about_options(test.op)) return false;
  if (test.subject.variable > 0 || test.subject.selector == Selector::kOperand) return true;
  return test.subject.selector == Selector::kNone && storage_of(info(test.subject.field).type) <= Storage::kText;
}

bool implies(const Test& a, const Test& b) {
  if (a == b) return true;
  if (!(a.subject == b.subject)) return false;
  if (b.op == Operator::kExists) return !is_about_options(a.op) || b.subject.selector == Selector::kNone;
  if (a.op == Operator::kExists || a.over != b.over || !a.right.empty() || !b.right.empty()) return false;
  if (a.table != 0 && (a.table != b.table || a.op != b.op || a.nocase != b.nocase)) return false;
  if (is_about_options(a.op) || is_about_options(b.op)) {
    return a.op == b.op && a.nocase == b.nocase && std::all_of(a.literals.begin(), a.literals.end(), [&](const Literal& each) {
             return std::find(b.literals.begin(), b.literals.end(), each) != b.literals.end();
           });
  }
  if (a.literals.empty()) return true;
  if (are_numbers(a) && are_numbers(b)) return numbers_implied(a, b);
  if (!are_texts(a) || !are_texts(b)) return false;
  return type_of(a.subject) == Type::kIp ? ranges_implied(a, b) : texts_implied(a, b);
}

bool excludes(const Test& a, const Test& b) {
  if (!(a.subject == b.subject) || !is_scalar(a) || !is_scalar(b)) return false;
  if (a.op == Operator::kExists || b.op == Operator::kExists || !a.right.empty() || !b.right.empty()) return false;
  if (a.table != 0 || b.table != 0) return false;
  if (is_set_of_texts(a) && is_set_of_texts(b)) return share_none(a, b);
  if (a.literals.size() * b.literals.size() > kMostPairs) return false;
  return Apart(a, b).all();
}

std::optional<bool> holds(const Test& test, const Literal& value) {
  if (test.op == Operator::kExists) return true;
  if (!test.right.empty() || is_about_options(test.op)) return std::nullopt;
  bool open = test.table != 0;
  for (const Literal& literal : test.literals) {
    if (literal.index() != value.index()) return std::nullopt;
    bool one = false;
    if (const auto* number = std::get_if<int64_t>(&value)) {
      const int64_t wanted = std::get<int64_t>(literal);
      one = test.op == Operator::kHas ? (*number & wanted) != 0 : compare_numbers(test.op, *number, wanted);
    } else {
      const std::string &text = std::get<std::string>(value), &wanted = std::get<std::string>(literal);
      if (type_of(test.subject) == Type::kIp) {
        one = text.size() == kAddressBytes ? lies_within(text, wanted) : range_within(text, wanted);
        open = open || (text.size() != kAddressBytes && !one && range_within(wanted, text));
      } else if (test.op == Operator::kLike) {
        one = glob_matches(wanted, text, {text_kind(test.subject) == TextKind::kPath, test.nocase});
      } else if (test.op == Operator::kMatches) {
        const Regex* regex = compiled(wanted, test.nocase);
        if (regex == nullptr) return std::nullopt;
        one = regex->found_in(text);
      } else {
        one = compare_texts(test, text, wanted);
      }
    }
    if (one) return true;
  }
  return open ? std::nullopt : std::optional(false);
}

}  // namespace recipe::prove
