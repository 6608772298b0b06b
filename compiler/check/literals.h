// SPDX-License-Identifier: Apache-2.0
// Operators and the right side of a test: which types an operator takes, and items → typed literals.
#pragma once
#include "compiler/check/subject.h"

namespace recipe::checking {

// The bits of operators.def's `types` column.
enum TypeBit : uint32_t {
  kBoolBit = 1,
  kIntBit = 2,
  kStringBit = 4,
  kPathBit = 8,
  kListBit = 16,
  kFlagsBit = 32,
  kIpBit = 64,
  kPortBit = 128,
  kDomainBit = 256
};
[[nodiscard]] uint32_t type_bit(Type type);
[[nodiscard]] uint32_t types_of(Operator op);
[[nodiscard]] std::string_view spelling(Operator op);
// "==, !=, in, <, <=": what a subject of the type takes.
[[nodiscard]] std::string operators_for(uint32_t bit);
[[nodiscard]] std::string_view with_article(Type type);  // "an int"

// What the left side of a test is when its literals are typed.
struct LiteralUse {
  Operator op = Operator::kEquals;
  Type type = Type::kString;
  FieldId field = FieldId::kNone;  // kNone: an element of a list of strings
  bool nocase = false;
  std::string_view subject;  // as written
};

// nullopt: reported.
std::optional<Literal> check_literal(Context& context, const LiteralUse& use, Item item);
// Reports that a field has no flag of this name.
void unknown_flag(Context& context, FieldId field, Span span, std::string_view spelled, std::string_view word);
// The name of an option: "-o", "-exec", "--output". nullopt: reported.
std::optional<std::string> check_option(Context& context, Item item);

}  // namespace recipe::checking
