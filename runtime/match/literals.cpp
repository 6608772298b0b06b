// SPDX-License-Identifier: Apache-2.0
#include "runtime/match/literals.h"

#include <algorithm>

#include "runtime/artefact/compare.h"
#include "runtime/base/address.h"

namespace recipe {
namespace {

// Up to here a walk over the list, which compares lengths first, is as fast as a hash.
constexpr size_t kWalked = 8;

Type type_of(const Test& test) {
  const bool whole = test.subject.field != FieldId::kNone && test.subject.selector == Selector::kNone;
  return whole ? info(test.subject.field).type : Type::kString;
}

}  // namespace

Result<Literals> Literals::make(const Test& test, PatternPool& pool, std::span<const TableIndex> tables) {
  Literals made;
  const Type type = type_of(test);
  made.ranges_ = type == Type::kIp;
  made.under_ = under_kind(test.subject);
  made.op_ = test.op;
  made.nocase_ = test.nocase;
  if (test.table != 0) made.table_ = &tables[test.table - 1];
  made.empty_ = test.literals.empty() && test.table == 0;
  for (const Literal& literal : test.literals) {
    if (const auto* const number = std::get_if<int64_t>(&literal)) {
      made.numbers_.push_back(*number);
      continue;
    }
    const std::string& text = std::get<std::string>(literal);
    if (test.op == Operator::kLike) {
      auto glob = Glob::compile(text, {type == Type::kPath, test.nocase});
      if (!glob) return glob.error();
      made.globs_.push_back(std::move(glob.value()));
    } else if (test.op == Operator::kMatches) {
      auto& shared = pool.regexes[(test.nocase ? "i" : "s") + text];
      if (!shared) {
        auto regex = Regex::compile(text, test.nocase);
        if (!regex) return regex.error();
        shared = std::make_shared<const Regex>(std::move(regex.value()));
      }
      made.regexes_.push_back(shared);
    } else {
      made.texts_.push_back(text);
      if (test.nocase) fold_letters(made.texts_.back());
    }
  }
  std::sort(made.numbers_.begin(), made.numbers_.end());
  // The views stay good: a vector that is moved keeps its elements where they are.
  if (test.op == Operator::kEquals && !made.ranges_ && made.texts_.size() > kWalked)
    made.set_.insert(made.texts_.begin(), made.texts_.end());
  return made;
}

std::optional<uint32_t> Literals::find_entry(std::string_view value) const {
  if (table_ == nullptr) return std::nullopt;
  return op_ == Operator::kUnder ? table_->find_under(value, under_) : table_->find(value, ranges_);
}

std::string_view Literals::note(std::string_view value) const {
  const auto entry = find_entry(value);
  return entry ? table_->note(*entry) : std::string_view();
}

bool Literals::hold(std::string_view value) const {
  if (find_entry(value)) return true;
  if (op_ == Operator::kLike) {
    return std::any_of(globs_.begin(), globs_.end(), [&](const Glob& glob) { return glob.matches(value); });
  }
  if (op_ == Operator::kMatches) {
    return std::any_of(regexes_.begin(), regexes_.end(), [&](const auto& regex) { return regex->found_in(value); });
  }
  if (!nocase_) return hold_folded(value);
  static thread_local std::string folded;
  folded.assign(value);
  fold_letters(folded);
  return hold_folded(folded);
}

bool Literals::hold_folded(std::string_view value) const {
  if (!set_.empty()) return set_.contains(value);
  for (const std::string& text : texts_) {
    switch (op_) {
      case Operator::kEquals:
        if (ranges_ ? lies_within(value, text) : value == text) return true;
        break;
      case Operator::kContains:
        if (value.find(text) != std::string_view::npos) return true;
        break;
      case Operator::kStartsWith:
        if (value.starts_with(text)) return true;
        break;
      case Operator::kEndsWith:
        if (value.ends_with(text)) return true;
        break;
      case Operator::kUnder:
        if (under_ == UnderKind::kDomain ? is_under_domain(value, text) : is_under_path(value, text)) return true;
        break;
      case Operator::kLess:
      case Operator::kLessEqual:
      case Operator::kGreater:
      case Operator::kGreaterEqual:
      case Operator::kLike:
      case Operator::kMatches:
      case Operator::kExists:
      case Operator::kHasFlag:
      case Operator::kHasOption:
      case Operator::kHas:
        return false;
    }
  }
  return false;
}

bool Literals::hold(int64_t value) const {
  if (numbers_.empty()) return false;
  switch (op_) {
    case Operator::kEquals:
      return std::binary_search(numbers_.begin(), numbers_.end(), value);
    case Operator::kLess:
      return value < numbers_.back();
    case Operator::kLessEqual:
      return value <= numbers_.back();
    case Operator::kGreater:
      return value > numbers_.front();
    case Operator::kGreaterEqual:
      return value >= numbers_.front();
    case Operator::kHas:
      return std::any_of(numbers_.begin(), numbers_.end(), [&](int64_t mask) { return (value & mask) != 0; });
    case Operator::kContains:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
    case Operator::kLike:
    case Operator::kMatches:
    case Operator::kUnder:
    case Operator::kExists:
    case Operator::kHasFlag:
    case Operator::kHasOption:
      return false;
  }
  return false;
}

}  // namespace recipe
