// SPDX-License-Identifier: Apache-2.0
// Test: one question to one event, as the compiler, the artefact and the runtime all hold it.
//
//   process.name in [perl, ruby]       {field process.name, over value, kEquals, [perl, ruby]}
//   argv contains "-e"                 {field argv, over any element, kEquals, ["-e"]}
//   any argv like "--eval=*"           {field argv, over any element, kLike, ["--eval=*"]}
//   argv has flag c                    {field argv, over value, kHasFlag, ["c"]}
//   argv option "-o" under "/tmp"      {field argv, selector option "-o", over any element, kUnder, ["/tmp"]}
//   argv operand 0 endswith ".sh"      {field argv, selector operand 0, over value, kEndsWith, [".sh"]}
//   argv[1] == "-e"                {field argv, selector element 1, over value, kEquals, ["-e"]}
//   count(argv) > 3                {field argv, selector count, over value, kGreater, [3]}
//   process.marked downloaded          {field process.marked, over any element, kEquals, ["downloaded"]}
//   env["LD_PRELOAD"] under "/tmp"     {field env, selector key "LD_PRELOAD", over any element, kUnder, ["/tmp"]}
//   p.name == dpkg  (in any p in ...)  {variable 1, field ancestor_name, over value, kEquals, ["dpkg"]}
//   x startswith "-"  (any x in argv)  {variable 1, field kNone, over value, kStartsWith, ["-"]}
//
// What it means, for every evaluator (Truth: false, unknown, true):
//   one literal is enough: op(value, l) for some l of `literals`. An empty list of literals is false.
//   the subject is absent: false (kExists too). A negated test is exactly not(test), so it is true there.
//   over any element: some element satisfies it; over all: every element does (an empty list: true; an absent one: false)
//   the subject was truncated: a scalar is unknown (kExists: true). A list keeps its complete elements, the last one counts as
//     cut: any is true if a complete element satisfies it, else unknown; all is false if a complete one does not, else unknown.
//     Options are known as far as the parse needs no cut element.
//   a key is absent where no element of the map has it; where several have, one is enough. A map that was cut leaves the keys
//     unknown that are not among its complete elements.
//   a field of `right` is absent: false; cut: unknown.
//   an address == a range: it lies within. A domain `under` a name: equal, or ends with a dot and the name.
//   not unknown = unknown; and, or: Kleene's. A condition that ends unknown is reported as a match that says `truncated`.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/catalogue/catalogue.h"

namespace recipe {

enum class Truth : uint8_t { kFalse = 0, kUnknown = 1, kTrue = 2 };  // and = min, or = max
[[nodiscard]] constexpr Truth operator!(Truth t) {
  return static_cast<Truth>(2 - static_cast<int>(t));
}

enum class Operator : uint8_t {
#define OPERATOR(id, number, ...) id = number,
#include "runtime/artefact/operators.def"
};

enum class Over : uint8_t { kValue = 0, kAnyElement = 1, kAllElements = 2 };
enum class Selector : uint8_t { kNone = 0, kOption = 1, kOperand = 2, kKey = 3, kElement = 4, kCount = 5 };

// What may stand in the brackets of `env[...]`: 1 to RECIPE_ENV_NAME_BYTES printable ASCII characters, none of = " \\ among
// them.
[[nodiscard]] bool is_key(std::string_view key);

struct Subject {
  FieldId field = FieldId::kNone;  // kNone with variable > 0: the element itself, a string
  uint8_t variable = 0;            // 0: the event; n: the element of the n-th enclosing loop, counted from outside
  Selector selector = Selector::kNone;
  uint32_t operand = 0;  // kOperand, kElement: which, from 0
  std::string option;    // kOption: "-o" or "--output", dashes included; kKey: the name

  friend bool operator==(const Subject&, const Subject&) = default;
};

// bool is 0 or 1; a flag its mask; an address a range of 17 bytes (runtime/base/address.h).
using Literal = std::variant<int64_t, std::string>;
// Text and fields in turn: a message, or the right side of a test.
using TextPart = std::variant<std::string, FieldId>;

struct Test {
  Subject subject;
  Over over = Over::kValue;
  Operator op = Operator::kEquals;
  bool nocase = false;  // ASCII letters only
  std::vector<Literal> literals;
  std::vector<TextPart> right{};  // instead of literals: a text made of the event; one field alone: `file.path == process.exe`
  uint32_t table = 0;  // 0: none; n: entry n - 1 of Artefact::tables is one more set of literals (of kEquals and kUnder)

  friend bool operator==(const Test&, const Test&) = default;
};

// process.marked downloaded: some element of the list of marks is one of the literals.
[[nodiscard]] inline bool asks_marks(const Test& test) {
  return test.subject.variable == 0 && test.subject.field != FieldId::kNone &&
         info(test.subject.field).origin == Origin::kState;
}

}  // namespace recipe
