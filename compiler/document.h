// SPDX-License-Identifier: Apache-2.0
// Document: one file as it was written; names are text, nothing is looked up. The parser makes it, `check` reads it.
// Expressions and values are flat: a child is an index into the document's own vectors.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/source.h"
#include "runtime/base/ids.h"

namespace recipe {

using ExpressionId = Id<struct ExpressionTag>;  // into Document::expressions
using ValueId = Id<struct ValueTag>;            // into Document::values

// A name or text with its place.
struct Word {
  std::string text;  // a string literal's value, escapes resolved; a name as written
  Span span;
};

enum class ValueForm : uint8_t {
  kString,    // "..." or r"..."
  kWord,      // perl, python3.11, O_WRONLY: a bare word
  kInt,       // 0x1f, 4KiB
  kAddress,   // 10.0.0.1, fd00::/8
  kDuration,  // 10m; number is nanoseconds
  kBool,
  kList,    // [ ... ]
  kSplice,  // ...name, inside a list or in place of one
  kObject,  // { name: value, ... }: tests only
  kPath,    // process.exe right behind an operator, each part in lower case and no part beginning with a digit; in lists: kWord
};

struct ValueEntry {  // of kObject
  Word name;         // may be dotted: process.name
  ValueId value;
};

struct WrittenValue {
  ValueForm form = ValueForm::kString;
  Span span;
  std::string text;                 // kString (resolved), kWord, kAddress, kSplice (the name), kPath
  int64_t number = 0;               // kInt, kDuration (ns), kBool
  std::vector<ValueId> items;       // kList
  std::vector<ValueEntry> entries;  // kObject
};

enum class ExpressionForm : uint8_t {
  kOr,
  kAnd,   // children: two or more
  kNot,   // children: one
  kTest,  // subject, op …, value
  kAny,
  kAll,       // any NAME in subject: children[0]
  kExists,    // exists subject
  kBare,      // subject alone: a bool field, a macro parameter, a macro without arguments, true, false
  kCall,      // name(arguments)
  kMarked,    // process.marked NAME: subject.path, and the mark's name in `name`
  kCounting,  // count > N within T, where a trigger does not end with it: an error
};

// argv option "-o", argv operand 0, env["X"] and argv[0], count(argv)
enum class SubjectForm : uint8_t { kPlain, kOption, kOperand, kIndex, kCount };

struct WrittenSubject {
  Word path;  // process.name, argv, p.name, x
  SubjectForm form = SubjectForm::kPlain;
  std::optional<ValueId> argument;                                     // option's name, operand's number, what is in brackets
  enum class Over : uint8_t { kNone, kAny, kAll } over = Over::kNone;  // any argv like ..., all argv like ...
};

enum class WrittenOperator : uint8_t {
  kEqual,
  kNotEqual,
  kIn,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kContains,
  kStartsWith,
  kEndsWith,
  kLike,
  kMatches,
  kUnder,
  kWithin,
  kHas,
  kHasFlag,
  kHasOption,
};
enum class WrittenQuantifier : uint8_t { kNone, kAny, kAll };  // contains any [..], startswith all [..]

struct Expression {
  ExpressionForm form = ExpressionForm::kBare;
  Span span;
  std::vector<ExpressionId> children;
  WrittenSubject subject;
  WrittenOperator op = WrittenOperator::kEqual;
  Span op_span;
  bool negated = false;  // not in, not contains
  bool nocase = false;
  WrittenQuantifier quantifier = WrittenQuantifier::kNone;
  ValueId value;                   // kTest
  Word name;                       // kAny, kAll: the variable; kCall: the macro; kMarked: the mark
  std::vector<ValueId> arguments;  // kCall
  bool parenthesised = false;
  bool begins_line = false;  // kOr's child: the `or` before it is the first token of its line (for the and/or lint)
};

// key value, inside a recipe. `doc { key value ... }` has its own list.
struct Property {
  Word key;
  ValueId value;
};

// mark process.tree downloaded for 10m
struct WrittenMark {
  Span span;
  Word target, name;
  ValueId duration;
};

// count > 20 within 10s by process.parent
struct WrittenCount {
  Span span;
  WrittenOperator op = WrittenOperator::kGreater;
  Span op_span;
  ValueId count, period;
  std::vector<Word> by;
};

// unless seen [process.exe, dst.domain] in 5d
struct WrittenSeen {
  Span span;
  std::vector<Word> fields;
  ValueId period;
};

struct WrittenOn {
  Span span;
  Word event;
  bool any_group = false;  // on any file write: `event` is the group's words
  ExpressionId when;
  std::vector<Property> properties;   // importance, message, report, in braces behind the condition
  std::vector<WrittenMark> marks;     // there too
  std::optional<WrittenCount> count;  // the last term of the condition
};

// fetch: exec when ... · not check: any file write when ...
struct WrittenSequenceStep {
  Word name;
  bool absent = false;
  WrittenOn on;  // without a block
};

// sequence by process.tree within 30s { ... }
struct WrittenSequence {
  Span span;
  std::vector<Word> by;
  ValueId within;
  std::vector<WrittenSequenceStep> steps;
};

struct WrittenException {
  Span span;
  std::optional<Word> title;
  std::optional<Word> shared;  // except NAME: the condition is that declaration's
  std::optional<ValueId> until;
  ExpressionId when;
};

struct WrittenThrottle {
  Span span;
  ValueId count, period;
  std::vector<Word> by;
};

enum class TestExpectation : uint8_t {
  kMatch,    // the last event is reported
  kNothing,  // it is not
  kMark,     // it is not, and it marks something
};

struct WrittenStep {
  Word event;                                  // `wait`: nothing happens for the time `after`
  std::optional<ValueId> after, times, every;  // since the step before; that many, one `every` after the other
  std::optional<ValueId> under;                // names of ancestors, parent first
  std::optional<ValueId> importance, clause;   // that the detection must have
  ValueId values;                              // kObject; of `wait` none
};

// each name in [perl, ruby]
struct WrittenEach {
  Word name;
  ValueId values;
};

struct WrittenTest {
  Span span;
  Word title;
  TestExpectation expectation = TestExpectation::kMatch;
  bool todo = false;
  std::optional<Word> events;  // nothing in "events.jsonl"; then no steps
  std::vector<WrittenEach> each;
  std::vector<WrittenStep> steps;  // at least one
};

struct WrittenRecipe {
  Span span;
  Word name;
  std::vector<Property> properties;
  std::vector<WrittenOn> ons;
  std::vector<WrittenException> exceptions;
  std::vector<WrittenThrottle> throttles;
  std::vector<WrittenSequence> sequences;
  std::vector<WrittenCount> counts;  // of all its triggers together
  std::vector<WrittenSeen> seen;
  std::vector<WrittenMark> marks;  // of each of its events
  std::vector<Property> doc;
  std::optional<Span> doc_span;
  std::vector<WrittenTest> tests;
};

struct WrittenImport {
  Span span;
  Word path;
};

struct WrittenList {
  Span span;
  Word name;
  std::optional<Word> type;  // list name: domain = ...
  std::optional<Word> file;  // ... = file "domains.txt"; then check makes the value
  ValueId value;             // kList
};

struct WrittenMacro {
  Span span;
  Word name;
  std::vector<Word> parameters;
  ExpressionId body;
};

struct WrittenOptionItem {  // a word of a program table: getopt "e:c" | long [..] | word [..] | ends [..] | posix | permute
  Word key;
  std::optional<ValueId> value;
};

struct WrittenProgram {
  Span span;
  std::vector<Word> names;  // program a, "b*" { ... }
  std::vector<WrittenOptionItem> items;
};

// exception NAME when ...: for `except NAME` in any recipe that sees it
struct WrittenShared {
  Span span;
  Word name;
  std::optional<ValueId> until;
  ExpressionId when;
};

// tune a, b { ... } · tune where category == execution { ... }
struct WrittenTune {
  Span span;
  std::vector<Word> names;
  std::optional<Word> where;  // the words of the choice, as written
  std::vector<WrittenException> exceptions;
  std::vector<ExpressionId> also;  // also when ...
  std::vector<Property> properties;
};

// `# allow(lint): reason`
struct WrittenAllow {
  Span span;
  Word lint;
  std::string reason;
};

// What LANGUAGE has and this version does not: parsed by its first word, refused by check with its name.
struct Unsupported {
  Span span;
  std::string what;
};

struct Document {
  SourceId source;
  std::vector<WrittenImport> imports;
  std::vector<WrittenList> lists;
  std::vector<WrittenMacro> macros;
  std::vector<WrittenProgram> programs;
  std::vector<WrittenShared> exceptions;
  std::vector<WrittenRecipe> recipes;
  std::vector<WrittenTune> tunes;
  std::vector<WrittenAllow> allows;
  std::vector<Unsupported> unsupported;
  std::vector<Expression> expressions;
  std::vector<WrittenValue> values;

  [[nodiscard]] const Expression& operator[](ExpressionId id) const { return expressions[id.index()]; }
  [[nodiscard]] const WrittenValue& operator[](ValueId id) const { return values[id.index()]; }
};

}  // namespace recipe
