// SPDX-License-Identifier: Apache-2.0
// What stands before an operator: `process.name`, `argv option "-o"`, `env["X"]`, `any argv`, `count(argv)`.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/check/literals.h"
#include "compiler/check/subject.h"

namespace recipe::checking {

// The field, its selector and reduction.
struct Left {
  Subject subject;
  Over over = Over::kValue;
  uint32_t bit = kStringBit;  // of the value that is tested
  Type type = Type::kString;
  std::string spelled;
};

// A field of the event is appended to `used`. nullopt: reported, or a hole.
std::optional<Left> read_left(Context& context, Place place, const std::vector<Loop>& loops, const WrittenSubject& written,
                              std::vector<UsedField>& used);

}  // namespace recipe::checking
