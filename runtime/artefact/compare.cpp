// SPDX-License-Identifier: Apache-2.0
#include "runtime/artefact/compare.h"

#include <algorithm>

namespace recipe {

void fold_letters(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
}

bool has_case(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) > 0x7f;
  });
}

bool is_under_path(std::string_view value, std::string_view directory) {
  while (!directory.empty() && directory.back() == '/') directory.remove_suffix(1);
  return value.starts_with(directory) && (value.size() == directory.size() || value[directory.size()] == '/');
}

bool is_under_domain(std::string_view value, std::string_view domain) {
  if (!value.ends_with(domain)) return false;
  return value.size() == domain.size() || value[value.size() - domain.size() - 1] == '.';
}

UnderKind under_kind(const Subject& subject) {
  const bool domain = subject.field != FieldId::kNone && info(subject.field).type == Type::kDomain;
  return domain ? UnderKind::kDomain : UnderKind::kPath;
}

bool takes_right(Operator op) {
  switch (op) {
    case Operator::kEquals:
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual:
    case Operator::kContains:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
    case Operator::kUnder:
      return true;
    case Operator::kLike:
    case Operator::kMatches:
    case Operator::kExists:
    case Operator::kHas:
    case Operator::kHasFlag:
    case Operator::kHasOption:
      return false;
  }
  return false;
}

bool compare_texts(const Test& test, std::string_view value, std::string_view right) {
  std::string folded_value, folded_right;
  if (test.nocase) {
    folded_value = value;
    folded_right = right;
    fold_letters(folded_value);
    fold_letters(folded_right);
    value = folded_value;
    right = folded_right;
  }
  switch (test.op) {
    case Operator::kEquals:
      return value == right;
    case Operator::kContains:
      return value.find(right) != std::string_view::npos;
    case Operator::kStartsWith:
      return value.starts_with(right);
    case Operator::kEndsWith:
      return value.ends_with(right);
    case Operator::kUnder:
      return under_kind(test.subject) == UnderKind::kDomain ? is_under_domain(value, right) : is_under_path(value, right);
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
  return false;
}

NumberRange numbers_of(Operator op, int64_t right) {
  constexpr NumberRange kAll, kNone{1, 0};
  switch (op) {
    case Operator::kEquals:
      return {right, right};
    case Operator::kLess:
      return right == kAll.low ? kNone : NumberRange{kAll.low, right - 1};
    case Operator::kLessEqual:
      return {kAll.low, right};
    case Operator::kGreater:
      return right == kAll.high ? kNone : NumberRange{right + 1, kAll.high};
    case Operator::kGreaterEqual:
      return {right, kAll.high};
    case Operator::kContains:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
    case Operator::kLike:
    case Operator::kMatches:
    case Operator::kUnder:
    case Operator::kExists:
    case Operator::kHasFlag:
    case Operator::kHasOption:
    case Operator::kHas:
      return kNone;
  }
  return kNone;
}

bool compare_numbers(Operator op, int64_t value, int64_t right) {
  return numbers_of(op, right).holds({value, value});
}

}  // namespace recipe
