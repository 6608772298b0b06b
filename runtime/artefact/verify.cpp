// SPDX-License-Identifier: Apache-2.0
// verify(): what every reader of an artefact may rely on without asking again. After it no index needs a check, no walk over a
// program can leave its vector, and every number is an enumerator.
#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "bpf/abi/filter_image.h"
#include "bpf/abi/limits.h"
#include "runtime/artefact/compare.h"
#include "runtime/artefact/encode.h"
#include "runtime/artefact/keys.h"
#include "runtime/base/address.h"

namespace recipe {
namespace {

Status ok() {
  return Done{};
}
Status bad(std::string what) {
  return Error{std::move(what)};
}

#define RECIPE_CHECK(call)                              \
  do {                                                  \
    if (Status status = (call); !status) return status; \
  } while (false)

bool is_operator(Operator op) {
  switch (op) {
#define OPERATOR(id, ...) case Operator::id:
#include "runtime/artefact/operators.def"
    return true;
  }
  return false;
}

bool is_list(Type type) {
  return type == Type::kStringList || type == Type::kRecordList;
}

// The type that the operator sees; nullopt: the subject and `over` do not fit each other.
std::optional<Type> subject_type(const Test& test, const std::vector<FieldId>& loops) {
  const Subject& subject = test.subject;
  Type type = Type::kString;
  if (subject.variable > 0) {
    if (subject.variable > loops.size()) return std::nullopt;
    const FieldId list = loops[subject.variable - 1];
    if (subject.field == FieldId::kNone) {
      if (info(list).type != Type::kStringList) return std::nullopt;
    } else {
      if (!is_field(static_cast<uint16_t>(subject.field)) || info(subject.field).list != list) return std::nullopt;
      type = info(subject.field).type;
    }
  } else {
    if (!is_field(static_cast<uint16_t>(subject.field)) || info(subject.field).list != FieldId::kNone) return std::nullopt;
    type = info(subject.field).type;
  }
  if (subject.selector == Selector::kKey) {
    if (type != Type::kMap || subject.variable > 0 || test.over != Over::kAnyElement || !is_key(subject.option))
      return std::nullopt;
    return Type::kString;
  }
  if (type == Type::kMap) return std::nullopt;
  if (subject.selector == Selector::kCount) {
    if (!is_list(type) || subject.variable > 0 || test.over != Over::kValue) return std::nullopt;
    return Type::kInt;
  }
  if (subject.selector == Selector::kElement && (subject.variable > 0 || test.over != Over::kValue)) return std::nullopt;
  if (subject.selector != Selector::kNone) {
    if (type != Type::kStringList) return std::nullopt;
    if (subject.selector == Selector::kOption && (subject.option.size() < 2 || subject.option[0] != '-')) return std::nullopt;
    return Type::kString;
  }
  if (test.over != Over::kValue) {
    if (type != Type::kStringList) return std::nullopt;
    return Type::kString;
  }
  return type;
}

// A text that the event fills, or one field of the subject's kind.
Status verify_right(const Test& test, Type type) {
  if (test.right.empty()) return ok();
  if (!test.literals.empty() || test.table != 0) return bad("a test has literals and a text");
  if (!takes_right(test.op)) return bad("a field stands behind an operator that takes none");
  for (const TextPart& part : test.right) {
    const FieldId* field = std::get_if<FieldId>(&part);
    if (field == nullptr) {
      if (!is_text_type(type)) return bad("a text is compared with what is none");
      continue;
    }
    if (!is_field(static_cast<uint16_t>(*field)) || info(*field).list != FieldId::kNone)
      return bad("a text names an unknown field");
    const Type other = info(*field).type;
    const bool fits = is_text_type(type)     ? is_text_type(other) || is_number_type(other) || other == Type::kIp
                      : is_number_type(type) ? is_number_type(other) && test.right.size() == 1
                                             : type == Type::kIp && other == Type::kIp && test.right.size() == 1;
    if (!fits) return bad("a field is compared with one of another type");
  }
  return ok();
}

Status verify_test(const Test& test, const std::vector<FieldId>& loops) {
  if (!is_operator(test.op)) return bad("a test has an unknown operator");
  if (test.over > Over::kAllElements || test.subject.selector > Selector::kCount) return bad("a test has an unknown subject");
  const std::optional<Type> type = subject_type(test, loops);
  if (!type) return bad("a test's subject is no field of its event or loop");
  bool number = false;
  switch (test.op) {
    case Operator::kExists:
      return test.literals.empty() ? ok() : bad("`exists` has a literal");
    case Operator::kHasFlag:
    case Operator::kHasOption:
      if (*type != Type::kStringList || test.over != Over::kValue) return bad("an option is asked of what is no list");
      break;
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual:
      if (*type != Type::kInt && *type != Type::kPort) return bad("what is no number is compared as one");
      number = true;
      break;
    case Operator::kHas:
      if (*type != Type::kFlags) return bad("what is no set of flags is asked for one");
      number = true;
      break;
    case Operator::kEquals:
      if (is_list(*type)) return bad("a list is compared as a whole");
      number = storage_of(*type) == Storage::kNumber;
      break;
    case Operator::kContains:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
    case Operator::kLike:
    case Operator::kMatches:
    case Operator::kUnder:
      if (*type != Type::kString && *type != Type::kPath && *type != Type::kDomain)
        return bad("what is no text is compared as one");
      break;
  }
  RECIPE_CHECK(verify_right(test, *type));
  for (const Literal& literal : test.literals) {
    if (std::holds_alternative<int64_t>(literal) != number) return bad("a literal has another type than its field");
    if (*type == Type::kIp) {
      const std::string& range = std::get<std::string>(literal);
      if (range.size() != kRangeBytes || static_cast<unsigned char>(range.back()) > 8 * kAddressBytes)
        return bad("a literal is no range of addresses");
    }
    if (test.op == Operator::kHasFlag && std::get<std::string>(literal).size() != 1) return bad("a flag is not one letter");
    if (test.op == Operator::kHasOption) {
      const std::string& option = std::get<std::string>(literal);
      if (option.size() < 2 || option[0] != '-') return bad("an option does not begin with a dash");
    }
  }
  return ok();
}

Status verify_table_use(const Test& test, const std::vector<ValueTable>& tables) {
  if (test.table == 0) return ok();
  if (test.table > tables.size()) return bad("a test names a list that is not there");
  if ((test.op != Operator::kEquals && test.op != Operator::kUnder) || test.nocase)
    return bad("a list of a file stands behind another operator");
  return ok();
}

Status verify_table(const ValueTable& table) {
  if (table.entries.size() % 2 != 0) return bad("a list's entry has no note");
  uint32_t before = 0;
  for (const uint32_t end : table.entries) {
    if (end < before || end > table.bytes.size()) return bad("a list's entry ends outside of it");
    before = end;
  }
  if (before != table.bytes.size()) return bad("bytes follow a list's entries");
  return ok();
}

struct Open {  // a node whose subtree is being walked
  uint32_t end;
  uint32_t children;
  bool loop;
};

Status verify_program(const Program& program, size_t passages, const std::vector<ValueTable>& tables) {
  const auto& nodes = program.nodes;
  if (nodes.empty() || nodes[0].end != nodes.size()) return bad("a program's root does not span it");
  std::vector<Open> open;
  std::vector<FieldId> loops;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    const ProgramNode& node = nodes[i];
    if (node.end <= i || node.end > nodes.size()) return bad("a program's node ends outside of it");
    if (!open.empty()) {
      if (node.end > open.back().end) return bad("a program's nodes are not well nested");
      if (open.back().loop && open.back().children > 0) return bad("a loop has several conditions");
      ++open.back().children;
    }
    if (node.passage >= passages) return bad("a program names a passage that is not there");
    bool inner = false;
    switch (node.kind) {
      case NodeKind::kFalse:
      case NodeKind::kTrue:
      case NodeKind::kTest:
        if (node.end != i + 1) return bad("a program's leaf has children");
        break;
      case NodeKind::kAnd:
      case NodeKind::kOr:
      case NodeKind::kAny:
      case NodeKind::kAll:
        if (node.end == i + 1) return bad("a program's inner node has no children");
        inner = true;
        break;
      default:
        return bad("a program has an unknown kind of node");  // the value came from bytes
    }
    const bool loop = node.kind == NodeKind::kAny || node.kind == NodeKind::kAll;
    if (node.negated && !loop && node.kind != NodeKind::kTest) return bad("negation stands above the leaves");
    if (loop) {
      if (!is_field(static_cast<uint16_t>(node.list)) || !is_list(info(node.list).type)) return bad("a loop is over no list");
      loops.push_back(node.list);
      if (loops.size() > kMaxLoops) return bad("loops are nested too deeply");
    }
    if (node.kind == NodeKind::kTest) {
      if (node.test >= program.tests.size()) return bad("a program names a test that is not there");
      RECIPE_CHECK(verify_test(program.tests[node.test], loops));
      RECIPE_CHECK(verify_table_use(program.tests[node.test], tables));
    }
    if (inner) {
      open.push_back({node.end, 0, loop});
      if (open.size() > kMaxProgramDepth) return bad("a program is nested too deeply");
    }
    while (!open.empty() && open.back().end == i + 1) {
      if (open.back().loop) loops.pop_back();
      open.pop_back();
    }
  }
  return ok();
}

Status verify_options(const std::vector<OptionSpec>& options, bool one_letter) {
  for (const OptionSpec& option : options) {
    if (option.name.empty() || (one_letter && option.name.size() != 1)) return bad("an option's name has the wrong length");
    if (option.value > ValueKind::kDigits) return bad("an option has an unknown kind of value");
  }
  return ok();
}

Status verify_group(const GroupBy& by) {
  if (by.relation > GroupRelation::kTree) return bad("a group is by an unknown relation");
  for (const FieldId field : by.fields) {
    if (!is_field(static_cast<uint16_t>(field))) return bad("a group is by an unknown field");
  }
  return ok();
}

Status verify_count(const Count& count, size_t passages) {
  if (count.least == 0 || count.least > kMaxCount || count.within_ns == 0) return bad("a count has no bounds");
  if (count.by.relation == GroupRelation::kTree) return bad("a count is by trees");
  if (count.passage >= passages) return bad("a count names a passage that is not there");
  return verify_group(count.by);
}

Status verify_sequence(const Sequence& sequence, size_t passages) {
  const auto& steps = sequence.steps;
  if (steps.size() < 2 || steps.size() > kMaxSequenceSteps) return bad("a sequence has too few steps, or too many");
  if (steps.front().absent) return bad("a sequence begins with what does not come");
  if (sequence.within_ns == 0) return bad("a sequence has no time");
  if (sequence.passage >= passages) return bad("a sequence names a passage that is not there");
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].name.empty() || steps[i].passage >= passages) return bad("a step has no name or passage");
  }
  return verify_group(sequence.by);
}

Status verify_recipe(const RecipeInfo& recipe, size_t passages, const std::vector<ValueTable>& tables) {
  if (recipe.name.empty()) return bad("a recipe has no name");
  if (recipe.importance > Importance::kCritical || recipe.status > RecipeStatus::kStable) {
    return bad("recipe `" + recipe.name + "` has an unknown importance or status");
  }
  if (recipe.passage >= passages) return bad("recipe `" + recipe.name + "` names a passage that is not there");
  if (recipe.throttle) {
    for (const FieldId field : recipe.throttle->by) {
      if (!is_field(static_cast<uint16_t>(field))) return bad("a throttle names an unknown field");
    }
  }
  if (recipe.unless_seen) {
    if (recipe.unless_seen->passage >= passages) return bad("a memory names a passage that is not there");
    for (const FieldId field : recipe.unless_seen->fields) {
      if (!is_field(static_cast<uint16_t>(field))) return bad("a memory is of an unknown field");
    }
  }
  if (recipe.sequence) RECIPE_CHECK(verify_sequence(*recipe.sequence, passages));
  for (const uint32_t tune : recipe.tunes) {
    if (tune >= passages) return bad("a tune names a passage that is not there");
  }
  for (const ExceptionInfo& exception : recipe.exceptions) {
    if (!is_event(static_cast<uint16_t>(exception.event))) return bad("an exception is of an unknown event");
    if (exception.passage >= passages) return bad("an exception names a passage that is not there");
    RECIPE_CHECK(verify_program(exception.program, passages, tables));
  }
  return ok();
}

Status verify_trigger(const Trigger& trigger, const Artefact& artefact) {
  if (trigger.recipe.index() >= artefact.recipes.size()) return bad("a trigger is of no recipe");
  if (!is_event(static_cast<uint16_t>(trigger.event))) return bad("a trigger is of an unknown event");
  if (trigger.importance > Importance::kCritical) return bad("a trigger has an unknown importance");
  if (trigger.passage >= artefact.passages.size()) return bad("a trigger names a passage that is not there");
  for (const MessagePart& part : trigger.message) {
    const FieldId* field = std::get_if<FieldId>(&part);
    if (field != nullptr && !is_field(static_cast<uint16_t>(*field))) return bad("a message names an unknown field");
  }
  for (const MarkAction& mark : trigger.marks) {
    if (mark.target > MarkTarget::kFile || mark.name.empty() || mark.for_ns == 0)
      return bad("a trigger marks nothing, or for no time");
    if (mark.target == MarkTarget::kFile && !has_field(trigger.event, FieldId::file_marked))
      return bad("a trigger marks the file of an event that has none");
  }
  if (!trigger.report && trigger.marks.empty() && trigger.step == 0) return bad("a trigger neither reports nor marks");
  if (trigger.count > artefact.counts.size()) return bad("a trigger names a count that is not there");
  const auto& sequence = artefact.recipes[trigger.recipe.index()].sequence;
  if (trigger.step > (sequence ? sequence->steps.size() : 0)) return bad("a trigger names a step that is not there");
  return verify_program(trigger.program, artefact.passages.size(), artefact.tables);
}

Status verify_key(const FilterKey& key, const FilterTerm& term) {
  const bool argv = is_argv_lane(term.lane);
  switch (key.kind) {
    case KeyKind::kExact:
      if (key.is_number != is_number_lane(term.lane) || !(key.is_number || is_string_lane(term.lane)))
        return bad("a key has another type than its lane");
      if (term.negated && !key.is_number && key.text.size() > RECIPE_HASHED_BYTES)
        return bad("a key that excludes is too long");
      return ok();
    case KeyKind::kPrefix:
    case KeyKind::kSuffix:
      if (key.is_number || !is_string_lane(term.lane)) return bad("what is no text has a prefix");
      if (key.text.empty() || key.text.size() > RECIPE_HASHED_BYTES) return bad("a prefix or suffix has the wrong length");
      return ok();
    case KeyKind::kFlag:
      if (key.is_number || !argv || term.negated) return bad("a flag stands where it cannot");
      if (key.text.size() != 1 || !is_flag_letter(key.text[0])) return bad("a flag is no letter or digit");
      return ok();
    case KeyKind::kBit:
      if (kind_of_lane(term.lane) != LANE_IS_BITS || key.is_number) return bad("a bit stands where it cannot");
      if (is_tag_lane(term.lane) && term.negated) return bad("a tag excludes");
      if (key.number < 0 || key.number >= (is_tag_lane(term.lane) ? RECIPE_TAGS : 64)) return bad("a bit is out of range");
      return ok();
    case KeyKind::kRange:
      if (!is_number_lane(term.lane) || key.is_number) return bad("a range stands where it cannot");
      return key.number <= key.last ? ok() : bad("a range is empty");
    case KeyKind::kAddress:
      if (kind_of_lane(term.lane) != LANE_IS_IP || key.is_number) return bad("an address stands where it cannot");
      if (key.text.size() != kRangeBytes || static_cast<unsigned char>(key.text[kAddressBytes]) > 128)
        return bad("an address has the wrong length");
      return ok();
  }
  return bad("a key has an unknown kind");
}

Status verify_slot(const FilterSlot& slot, size_t clauses, std::vector<bool>& seen) {
  uint32_t positive = 0;
  for (const FilterTerm& term : slot.terms) {
    if (!is_lane(term.lane)) return bad("a filter has an unknown lane");
    if (term.keys.empty()) return bad("a filter's term has no keys");
    if (!term.negated && (positive & (1u << term.lane)) != 0) return bad("two positive terms of one slot share a lane");
    if (!term.negated) positive |= 1u << term.lane;
    for (const FilterKey& key : term.keys) RECIPE_CHECK(verify_key(key, term));
  }
  if (slot.clauses.empty()) return bad("a slot is of no clause");
  for (const ClauseId clause : slot.clauses) {
    if (clause.index() >= clauses) return bad("a slot is of a clause that is not there");
    seen[clause.index()] = true;
  }
  return ok();
}

Status verify_filter(const Artefact& artefact) {
  const auto& blocks = artefact.filter.blocks;
  if (blocks.size() > UINT16_MAX) return bad("the filter has too many blocks");
  const auto& environment = artefact.filter.environment;
  if (environment.size() > RECIPE_ENV_NAMES) return bad("the filter reads too many variables");
  if (!std::all_of(environment.begin(), environment.end(), is_key)) return bad("the filter reads a variable without a name");
  if (artefact.filter.tags.size() > RECIPE_TAGS) return bad("the filter has too many tags");
  uint32_t marks = 0;
  for (size_t i = 0; i < artefact.filter.tags.size(); ++i) {
    const FilterTag& tag = artefact.filter.tags[i];
    if (tag.names.empty() == tag.mark.empty()) return bad("a tag is neither of names nor of a mark, or of both");
    if (!tag.mark.empty()) marks |= 1u << i;
  }
  std::unordered_set<std::string_view> names;
  std::vector<bool> seen(artefact.clauses.size());
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (!is_event(static_cast<uint16_t>(blocks[i].event))) return bad("a block is of an unknown event");
    if (i > 0 && blocks[i].event < blocks[i - 1].event) return bad("the blocks are not in the order of their events");
    const bool first = i == 0 || blocks[i].event != blocks[i - 1].event;
    if (first) names.clear();
    if (blocks[i].names.empty() && !first) return bad("the default block is not the first");
    for (const std::string& name : blocks[i].names) {
      if (!names.insert(name).second) return bad("the name `" + name + "` stands in two blocks");
    }
    if (blocks[i].slots.empty() || blocks[i].slots.size() > RECIPE_SLOTS) return bad("a block has no slots, or too many");
    for (const FilterSlot& slot : blocks[i].slots) {
      RECIPE_CHECK(verify_slot(slot, artefact.clauses.size(), seen));
      if ((slot.marks & ~marks) != 0) return bad("a slot marks with what is no mark");
    }
  }
  if (std::find(seen.begin(), seen.end(), false) != seen.end()) return bad("a clause has no slot: its events would be lost");
  return ok();
}

}  // namespace

Status verify(const Artefact& artefact) {
  const size_t passages = artefact.passages.size();
  for (size_t i = 0; i < passages; ++i) {
    const Passage& passage = artefact.passages[i];
    if (i == 0 ? passage != Passage{} : passage.file >= artefact.files.size()) return bad("a passage is of no file");
  }
  for (const ValueTable& table : artefact.tables) RECIPE_CHECK(verify_table(table));
  for (const OptionTable& table : artefact.option_tables) {
    RECIPE_CHECK(verify_options(table.shorts, true));
    RECIPE_CHECK(verify_options(table.longs, false));
    RECIPE_CHECK(verify_options(table.words, false));
  }
  std::unordered_set<std::string_view> names;
  for (const RecipeInfo& recipe : artefact.recipes) {
    if (!names.insert(recipe.name).second) return bad("two recipes are named `" + recipe.name + "`");
    RECIPE_CHECK(verify_recipe(recipe, passages, artefact.tables));
  }
  for (const Count& count : artefact.counts) RECIPE_CHECK(verify_count(count, passages));
  for (const Trigger& trigger : artefact.triggers) RECIPE_CHECK(verify_trigger(trigger, artefact));
  for (const ClauseInfo& clause : artefact.clauses) {
    if (clause.trigger.index() >= artefact.triggers.size()) return bad("a clause is of no trigger");
    for (const ClauseTerm& term : clause.terms) {
      if (term.node >= artefact.triggers[clause.trigger.index()].program.nodes.size()) {
        return bad("a clause names a node that is not there");
      }
    }
  }
  return verify_filter(artefact);
}

}  // namespace recipe
