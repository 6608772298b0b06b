// SPDX-License-Identifier: Apache-2.0
// What the steps of check share: the documents with their scopes, the names of the whole set, and the faults found so far.
// Documents stay in compilation.set and are never copied; views into them hold until check returns.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "compiler/check/regexes.h"
#include "compiler/compile.h"

namespace recipe::checking {

using DocumentIndex = uint32_t;  // into RecipeSet::documents

// Every bound on what a small text may grow into.
inline constexpr uint32_t kMaxListDepth = 64;        // lists spliced into lists
inline constexpr uint32_t kMaxMacroDepth = 32;       // macros called by macros
inline constexpr size_t kMaxListItems = 1u << 18;    // of one list, splices expanded
inline constexpr size_t kMaxSetLiterals = 1u << 21;  // of all predicates together: some 100 MiB
inline constexpr size_t kMaxSetNodes = 1u << 21;     // of all predicates together

enum class DeclarationKind : uint8_t { kList, kMacro, kRecipe, kException };

struct Declaration {
  DeclarationKind kind = DeclarationKind::kList;
  DocumentIndex document = 0;
  uint32_t index = 0;  // into the document's lists, macros, recipes, exceptions
  Span span;           // of the name
};

struct Environment;

// A scalar value as written, with the document it stands in.
struct Item {
  DocumentIndex document = 0;
  ValueId value;
  const Environment* environment = nullptr;  // of the call in whose words it stands
  bool in_list = false;                      // of a declared list: no loop's variable is meant
};

struct ExpandedList {
  enum class State : uint8_t { kNew, kOpen, kDone, kFailed } state = State::kNew;
  std::vector<Item> items;
  uint32_t table = 0;  // of a list from a file: n: entry n - 1 of RecipeSet::tables, and no items
};

// A list from a file, where it was named.
struct NamedTable {
  uint32_t table = 0;
  Span span;
};

struct Scope {
  std::vector<DocumentIndex> imports;  // direct ones, sorted
  bool broken = false;                 // syntax errors or a lost import, here or in an import: an unknown name may be theirs
  std::vector<ExpandedList> lists;     // as Document::lists
  std::vector<std::optional<SourceId>> list_files;  // the same: of lists from files, where the file was found
};

// A macro's parameter, bound. hole: the macro is checked by itself, its arguments are not known.
struct Binding {
  DocumentIndex document = 0;
  ValueId value;
  const Environment* environment = nullptr;  // of the caller: where the argument's own words are looked up
  bool hole = false;
};

// One call of a macro.
struct Environment {
  const WrittenMacro* macro = nullptr;
  std::vector<Binding> bindings;  // as macro->parameters
};

// Where words stand: what they mean depends on it.
struct Place {
  DocumentIndex document = 0;
  const Environment* environment = nullptr;
};

struct Context {
  Compilation& compilation;
  const CompileOptions& options;
  std::vector<Scope> scopes;  // by DocumentIndex
  std::unordered_map<std::string_view, Declaration> names;
  size_t faults = 0;  // errors found, those already reported included: a step compares before and after
  size_t literals = 0;
  size_t nodes = 0;
  std::vector<Type> table_types;                                // as RecipeSet::tables
  std::unordered_map<std::string, Span> keys;                   // of maps, and where each is named first
  RegexFaults regexes;                                          // read so far
  std::map<FieldId, std::set<std::string, std::less<>>> marks;  // names that recipes set, by the field that asks for them

  Context(Compilation& a_compilation, const CompileOptions& an_options) : compilation(a_compilation), options(an_options) {}

  // An error. The same code at the same place is reported once (a macro's body is checked at every call); the reference is
  // valid until the next fault.
  Diagnostic& fault(Code code, Span span, std::string message, std::string label = {});
  // Counts, reports nothing: what is wrong has been said elsewhere.
  void silent_fault() { ++faults; }

  [[nodiscard]] const Document& document(DocumentIndex index) const { return compilation.set.documents[index]; }
  [[nodiscard]] const WrittenValue& written(Item item) const { return document(item.document)[item.value]; }
  [[nodiscard]] std::string_view text(Span span) const { return compilation.sources.text(span); }

  // What `name` means in a document: its own declarations and those of the files it imports; nullptr: nothing.
  [[nodiscard]] const Declaration* find(DocumentIndex document, std::string_view name) const;
  // Reports an unknown list or macro, with the nearest name or the import that is missing.
  void unknown_name(Place place, std::string_view what, std::string_view name, Span span, std::string hint = {});
  // Whether the parser refused something within the span.
  [[nodiscard]] bool unsupported_within(DocumentIndex document, Span span) const;

 private:
  std::set<std::tuple<Code, uint32_t, uint32_t, uint32_t>> reported_;
  Diagnostic again_;
};

// The parameter of the place's macro with this name; nullptr: none.
[[nodiscard]] const Binding* find_parameter(Place place, std::string_view name);

// import.cpp: parses the files and what they import, each once. Cycles and lost imports are reported.
void load_documents(Context& context, const std::vector<SourceId>& files);

// list_files.cpp: the files of lists, and the types of lists. A short file becomes the list's written values, a long one or one
// with notes a table.
void read_lists(Context& context);

// names.cpp: fills Context::names; duplicates and shadowing are reported.
void declare_names(Context& context);

// values.cpp
// The items of a written list, `...name`, the name of a list, or a parameter bound to one; splices expanded. false: reported,
// or a hole. `single`: a scalar counts as a list of one.
// tables: takes lists from files; nullptr: they are refused.
bool collect(Context& context, Place place, ValueId value, bool single, std::vector<Item>& out,
             std::vector<NamedTable>* tables = nullptr);
// A single literal: a parameter is followed, a list or splice refused. nullopt: reported, or a hole.
std::optional<Item> scalar(Context& context, Place place, ValueId value);
// Expands every list, used or not, so that its errors are seen.
void expand_lists(Context& context);
// A duration that is not zero, in ns. nullopt: reported by `code`, as `WHAT `7``: "a mark cannot be set for".
std::optional<uint64_t> check_duration(Context& context, DocumentIndex document, ValueId id, Code code, std::string_view what);
// How a value reads in a message: `"perl"`, `7`.
[[nodiscard]] std::string spell_value(const Context& context, Item item);
[[nodiscard]] std::string_view form_name(ValueForm form);  // "a string", "a number"

// A field that a condition or message asks of the event, and where it is named.
struct UsedField {
  FieldId field = FieldId::kNone;
  Span span;
};

// condition.cpp: nullopt: reported. Fields of the event are appended to `used`, of a broken condition too. depth: of the nodes
// that the caller will put above.
std::optional<Predicate> check_condition(Context& context, DocumentIndex document, ExpressionId root,
                                         std::vector<UsedField>& used, uint32_t depth = 0);
// Checks every macro's body by itself, used or not.
void check_macros(Context& context);

// events.cpp: what an `on` names, one event or those of a group.
struct NamedEvents {
  std::vector<GroupMember> members;  // `access`: file.access must have one of these; 0: any
  Span span;                         // of the words
  std::string_view group;            // empty: no group
};
// The event of this name; nullptr: reported.
const EventInfo* event_of(Context& context, const Word& word);
NamedEvents check_events(Context& context, DocumentIndex document, const WrittenOn& on);  // no members: reported
// Each of the events must have each field; else reported. false: reported.
bool fields_fit(Context& context, const NamedEvents& events, const std::vector<UsedField>& used);
// The events that have every field.
[[nodiscard]] std::vector<EventId> events_with(const std::vector<EventId>& events, const std::vector<UsedField>& used);
// Reports the first field that none of the events has, or that they do not share.
void no_event_fits(Context& context, const std::vector<EventId>& events, const std::vector<UsedField>& used);
[[nodiscard]] std::string spell_events_with(FieldId field);  // "`open`, `unlink`"

// state.cpp: the triggers of a recipe, or the steps of its sequence.
[[nodiscard]] std::vector<const WrittenOn*> triggers_of(const WrittenRecipe& written);
[[nodiscard]] size_t last_present_step(const WrittenSequence& sequence);  // whose event is told
// Fills out.state, and the counts and steps of out.ons.
void check_state(Context& context, DocumentIndex document, const WrittenRecipe& written, const std::vector<NamedEvents>& events,
                 Recipe& out);
// exceptions.cpp: appends to out.exceptions; an exception is asked of those events of the recipe that have its fields.
void check_exception(Context& context, DocumentIndex document, const WrittenException& written, Recipe& out);
// Checks every shared exception by itself, used or not.
void check_shared_exceptions(Context& context);
// tunes.cpp: what tunes change of the recipes of the set, in the order of the files.
void apply_tunes(Context& context);

// metadata.cpp: everything of a recipe but its conditions and tests. Fills out.ons: one a member of what its triggers name,
// without conditions. events: as triggers_of(written).
void check_metadata(Context& context, DocumentIndex document, const WrittenRecipe& written,
                    const std::vector<NamedEvents>& events, Recipe& out);
// marks.cpp: the names that the recipes of the whole set mark with; before any condition is checked.
void declare_marks(Context& context);
// Whether some recipe sets what process.marked or file.marked asks for. false: reported.
bool mark_is_set(Context& context, FieldId field, std::string_view name, Span span);
// Appends what a trigger of these events sets.
void check_marks(Context& context, DocumentIndex document, const std::vector<WrittenMark>& written, const NamedEvents& events,
                 std::vector<MarkAction>& out);
// message.cpp: `{field}` parts of a template.
std::vector<MessagePart> check_template(Context& context, Span span, std::string_view text, std::vector<UsedField>& used);
// tests.cpp
void check_tests(Context& context, DocumentIndex document, const WrittenRecipe& written, Recipe& out);
// programs.cpp: compilation.set.option_tables.
void check_programs(Context& context);

// A field that stands where a plain field's name is wanted (throttle, message, test); nullptr: reported.
const FieldInfo* look_up_field(Context& context, std::string_view name, Span span);

}  // namespace recipe::checking
