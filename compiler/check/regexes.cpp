// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/regexes.h"

#include "runtime/base/pattern.h"

namespace recipe::checking {

const std::string& RegexFaults::of(const std::string& pattern, bool nocase) {
  const auto [known, fresh] = known_[nocase ? 1 : 0].try_emplace(pattern);
  if (!fresh) return known->second;
  const Result<Regex> read = Regex::compile(pattern, nocase);
  if (!read) known->second = read.error().message();
  return known->second;
}

void RegexFaults::read(const Document& document) {
  const auto read_one = [&](const WrittenValue& value, bool nocase) {
    if (value.form == ValueForm::kString) of(value.text, nocase);
  };
  for (const Expression& each : document.expressions) {
    if (each.form != ExpressionForm::kTest || each.op != WrittenOperator::kMatches || !each.value.valid()) continue;
    const WrittenValue& value = document[each.value];
    read_one(value, each.nocase);
    for (const ValueId item : value.items) {
      if (item.valid()) read_one(document[item], each.nocase);
    }
  }
}

void RegexFaults::add(RegexFaults others) {
  for (const size_t i : {0, 1}) known_[i].merge(others.known_[i]);
}

}  // namespace recipe::checking
