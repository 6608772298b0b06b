// SPDX-License-Identifier: Apache-2.0
// Where the cursor stands, told from the words before it in its declaration. What is typed rarely parses, so no grammar is
// asked: brackets, the member's first word and the state of a condition are enough.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/catalogue/catalogue.h"
#include "tools/recipec/lsp/index.h"

namespace recipe::lsp {

enum class Where : uint8_t {
  kNothing,       // in a string, behind a name that is being declared
  kTop,           // a declaration may begin
  kMember,        // a member of a recipe may begin
  kBlockKey,      // { importance high } behind a trigger
  kDocKey,        // doc { ... }
  kKeyValue,      // behind `key`
  kEvent,         // on ...
  kGroup,         // on any ...
  kSubject,       // a test may begin
  kOperator,      // behind a subject
  kValue,         // behind an operator
  kAfterTerm,     // behind a whole test
  kMark,          // behind process.marked
  kException,     // except ...
  kTuned,         // tune ...
  kTuneKey,       // tune where ...
  kTuneOperator,  // behind it
  kTuneMember,    // a member of a tune may begin
  kStep,          // a step of a sequence may begin
  kExpectation,   // test "..." ...
  kTestWord,      // behind the event of a test
  kTestEvent,     // of a test
  kTestField,     // within its braces
  kTestValue,     // behind `field:`
  kField,         // exists, unless seen [
  kBy,            // throttle, count, sequence ... by
  kProgramItem,   // program x { ... }
  kAllow,         // # allow(
  kImport,        // import "
};

struct Cursor {
  Where where = Where::kNothing;
  std::string_view word;                                      // what is being typed; may be empty
  Place place;                                                // of it
  bool new_line = false;                                      // it is the first of its line
  std::string key;                                            // kKeyValue
  bool in_list = false;                                       // within [ ]
  std::vector<EventId> events;                                // of the condition; empty: unknown, all
  std::string subject, op;                                    // kOperator, kValue: as written
  std::map<std::string, std::string, std::less<>> variables;  // open loops: name → list
  std::vector<std::string> parameters;                        // of the macro
  std::string test_event;                                     // kTestField, kTestValue
  bool todo = false;                                          // kExpectation: `todo` may stand here
};

// The subject of count(LIST): a number.
inline constexpr std::string_view kCounted = "count()";

[[nodiscard]] Cursor find_cursor(std::string_view text, uint32_t offset);

// The field that a condition's word names: a field, or an element of a loop's variable; nullptr: none.
[[nodiscard]] const FieldInfo* field_of(const Cursor& cursor, std::string_view path);

}  // namespace recipe::lsp
