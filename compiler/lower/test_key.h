// SPDX-License-Identifier: Apache-2.0
// A test as bytes: equal bytes exactly where the tests are equal. For hashed look-up of equal tests.
#pragma once
#include <string>

#include "runtime/artefact/test.h"

namespace recipe {

[[nodiscard]] inline std::string literal_key(const Literal& literal) {
  if (const int64_t* number = std::get_if<int64_t>(&literal)) return "n" + std::to_string(*number) + ",";
  const std::string& text = std::get<std::string>(literal);
  return "t" + std::to_string(text.size()) + ":" + text;
}

[[nodiscard]] inline std::string test_key_without_literals(const Test& test) {
  std::string key;
  for (const uint32_t number :
       {uint32_t{static_cast<uint16_t>(test.subject.field)}, uint32_t{test.subject.variable},
        uint32_t{static_cast<uint8_t>(test.subject.selector)}, test.subject.operand, uint32_t{static_cast<uint8_t>(test.over)},
        uint32_t{static_cast<uint8_t>(test.op)}, uint32_t{test.nocase}}) {
    key += std::to_string(number) + ",";
  }
  key += std::to_string(test.table) + "," + literal_key(test.subject.option);
  for (const TextPart& part : test.right) {
    if (const auto* text = std::get_if<std::string>(&part)) {
      key += literal_key(*text);
    } else {
      key += "f" + std::to_string(static_cast<int>(std::get<FieldId>(part))) + ",";
    }
  }
  return key;
}

[[nodiscard]] inline std::string test_key(const Test& test) {
  std::string key = test_key_without_literals(test);
  for (const Literal& literal : test.literals) key += literal_key(literal);
  return key;
}

}  // namespace recipe
