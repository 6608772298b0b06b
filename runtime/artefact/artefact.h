// SPDX-License-Identifier: Apache-2.0
// Artefact: all that the compiler hands to the runtime, and the only bridge between them. Nothing in it is looked up by name.
// Bytes: encode.h, decode.h. Words: dump.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bpf/abi/limits.h"
#include "runtime/artefact/filter.h"
#include "runtime/artefact/program.h"

namespace recipe {

enum class Importance : uint8_t { kNone = 0, kLow = 1, kMedium = 2, kHigh = 3, kCritical = 4 };
enum class RecipeStatus : uint8_t { kExperimental = 0, kIncubating = 1, kStable = 2 };

// How a program's options look: `program NAME { ... }`.
enum class ValueKind : uint8_t {
  kNone = 0,      // c        no value
  kRequired = 1,  // c:       glued or the next element
  kOptional = 2,  // c::      glued only
  kDigits = 3,    // c%       glued digits (octal, decimal, or x and hexadecimal), if any; the cluster goes on after them
};

struct OptionSpec {
  std::string name;  // without dashes: "e", "eval"
  ValueKind value = ValueKind::kNone;
  bool ends = false;  // after it (and its value) everything belongs to the program

  friend bool operator==(const OptionSpec&, const OptionSpec&) = default;
};

struct OptionTable {
  std::string pattern;  // glob over process.name; the first table whose pattern equals the name, else the first that fits
  std::vector<OptionSpec> shorts;  // one letter, clustered behind one dash
  std::vector<OptionSpec> longs;   // behind two dashes: "exec=" kRequired (=value or next), "color=?" kOptional (=value only)
  std::vector<OptionSpec> words;   // behind one dash, whole, never clustered: node's -pe. Looked up before shorts
  bool permute = false;            // GNU: options may follow operands; else (posix) the first operand ends them

  friend bool operator==(const OptionTable&, const OptionTable&) = default;
};

// Where words of a recipe stand.
struct Passage {
  uint32_t file = 0;  // index into Artefact::files
  uint32_t line = 0;  // from 1
  std::string text;   // the words themselves, white space folded, at most 512 bytes

  friend bool operator==(const Passage&, const Passage&) = default;
};

using MessagePart = TextPart;

// The entries of a file: `list NAME: TYPE = file "..."`. Held as one text, because there may be millions.
struct ValueTable {
  std::string name;               // of the list
  std::string path;               // of the file, as the recipe names it
  std::string bytes;              // each entry and its note (the second column, often empty), one after another
  std::vector<uint32_t> entries;  // ends in `bytes`: of entry 0, of its note, of entry 1, ...

  friend bool operator==(const ValueTable&, const ValueTable&) = default;
};

struct Throttle {
  uint32_t count = 0;  // this many …
  uint64_t period_ns = 0;
  std::vector<FieldId> by;  // … for each distinct value of these; empty: over all

  friend bool operator==(const Throttle&, const Throttle&) = default;
};

// Which events belong together: by what their processes are to each other, and by values.
//   kValues   nothing: all are together
//   kProcess  one process
//   kParent   children of one process
//   kTree     the process of the first event, what its parent started, and all that descends from these
enum class GroupRelation : uint8_t { kValues = 0, kProcess = 1, kParent = 2, kTree = 3 };

struct GroupBy {
  GroupRelation relation = GroupRelation::kValues;
  std::vector<FieldId> fields{};  // and these have the same values: an event that lacks one is in no group

  friend bool operator==(const GroupBy&, const GroupBy&) = default;
};

// `count > 20 within 10s by process.parent`: what holds is told each time that `least` events have come within the time; then
// counting begins anew.
struct Count {
  uint32_t least = 0;
  uint64_t within_ns = 0;
  GroupBy by;  // never kTree
  uint32_t passage = 0;

  friend bool operator==(const Count&, const Count&) = default;
};

// `unless seen [process.exe, dst.domain] in 5d`
struct UnlessSeen {
  std::vector<FieldId> fields;
  uint64_t within_ns = 0;
  uint32_t passage = 0;

  friend bool operator==(const UnlessSeen&, const UnlessSeen&) = default;
};

struct SequenceStep {
  std::string name;
  bool absent = false;  // `not NAME: ...`: must not come between its neighbours, as the last one not before the time is over
  uint32_t passage = 0;

  friend bool operator==(const SequenceStep&, const SequenceStep&) = default;
};

// `sequence by process.tree within 30s { ... }`: the first and the last event that came lie at most so far apart.
struct Sequence {
  GroupBy by;
  uint64_t within_ns = 0;
  std::vector<SequenceStep> steps;  // the first one is not absent
  uint32_t passage = 0;

  friend bool operator==(const Sequence&, const Sequence&) = default;
};
inline constexpr size_t kMaxSequenceSteps = 16;
inline constexpr uint32_t kMaxCount = 100'000;  // Count::least: a window keeps a time an event

struct AttackReference {
  std::string id, name, tactic;  // "T1059.004", "Unix Shell", "execution"

  friend bool operator==(const AttackReference&, const AttackReference&) = default;
};

struct Documentation {
  std::string quick, analysis, implications;
  std::vector<std::string> actions;

  friend bool operator==(const Documentation&, const Documentation&) = default;
};

struct ExceptionInfo {
  std::string title;
  EventId event{};
  Program program;
  uint32_t passage = 0;
  int64_t until_unix_ns = 0;  // the first moment at which it holds nothing back any more; 0: for ever

  friend bool operator==(const ExceptionInfo&, const ExceptionInfo&) = default;
};

struct RecipeInfo {
  std::string name, title, category, method, author;
  Importance importance = Importance::kNone;
  RecipeStatus status = RecipeStatus::kExperimental;
  uint32_t version = 1;
  bool enabled = true;
  std::string deprecated;  // empty: it is not
  std::vector<AttackReference> attack;
  std::vector<std::string> tags, references, false_positives;
  Documentation doc;
  std::optional<Throttle> throttle;
  std::optional<UnlessSeen> unless_seen{};
  std::optional<Sequence> sequence{};
  std::vector<ExceptionInfo> exceptions;
  std::vector<uint32_t> tunes{};  // passages of what has changed it from outside
  uint32_t passage = 0;           // the recipe's head

  friend bool operator==(const RecipeInfo&, const RecipeInfo&) = default;
};

// `mark process.tree downloaded for 10m`
enum class MarkTarget : uint8_t {
  kProcess = 0,
  kTree = 1,  // the process, and what it forks from then on
  kFile = 2,  // file.path, of an exec process.exe
};

struct MarkAction {
  MarkTarget target = MarkTarget::kProcess;
  std::string name;  // marks of files are apart from those of processes
  uint64_t for_ns = 0;

  friend bool operator==(const MarkAction&, const MarkAction&) = default;
};

// One `on EVENT when ...` block.
struct Trigger {
  RecipeId recipe;
  EventId event{};
  Importance importance = Importance::kNone;
  std::vector<MessagePart> message;
  Program program;
  uint32_t passage = 0;
  bool report = true;  // else what holds marks, and is no detection
  std::vector<MarkAction> marks{};
  uint32_t count = 0;  // 0: none; n: entry n - 1 of Artefact::counts
  uint32_t step = 0;   // 0: none; n: step n - 1 of its recipe's sequence

  friend bool operator==(const Trigger&, const Trigger&) = default;
};

struct ClauseTerm {
  uint32_t node = 0;       // the leaf (kTest, kAny or kAll) or, past the bound, sub-expression of the trigger's program
  bool in_kernel = false;  // some kernel term stands for it
  bool exact = false;      // and decides it wholly

  friend bool operator==(const ClauseTerm&, const ClauseTerm&) = default;
};

// One conjunction of the trigger's disjunctive normal form.
struct ClauseInfo {
  TriggerId trigger;
  std::vector<ClauseTerm> terms;
  bool exact = false;  // every term exact: the kernel alone decides, up to a collision of hashes

  friend bool operator==(const ClauseInfo&, const ClauseInfo&) = default;
};

// Whether an enabled recipe asks for the field anywhere: its conditions and exceptions, its message, its throttle.
struct Artefact;
[[nodiscard]] bool asks(const Artefact& artefact, FieldId field);
// For the command line of a parent or another ancestor?
[[nodiscard]] bool asks_commands(const Artefact& artefact);
// The keys of a map that each recipe's conditions and exceptions ask for, sorted; those of all enabled recipes together.
[[nodiscard]] std::vector<std::vector<std::string>> keys_by_recipe(const Artefact& artefact, FieldId map);
inline constexpr size_t kMaxKeys = RECIPE_ENV_NAMES;  // of the second
[[nodiscard]] std::vector<std::string> asked_keys(const Artefact& artefact, FieldId map);

struct Artefact {
  std::vector<std::string> files;
  std::vector<Passage> passages;  // passages[0] is empty
  std::vector<OptionTable> option_tables;
  std::vector<ValueTable> tables;
  std::vector<Count> counts;
  std::vector<RecipeInfo> recipes;
  std::vector<Trigger> triggers;
  std::vector<ClauseInfo> clauses;
  Filter filter;

  friend bool operator==(const Artefact&, const Artefact&) = default;
};

// Lets every such event through and judges none: one recipe, which is off, with a trigger an event that never holds. For who
// wants records.
[[nodiscard]] Artefact let_through(std::string name, std::vector<EventId> events);

}  // namespace recipe
