// SPDX-License-Identifier: Apache-2.0
// A written condition → Predicate: macros expanded, subjects resolved, operators and literals typed.
//
//   x not in [a, b]                 not( x == [a, b] )
//   argv contains "-e"              any element == ["-e"]
//   argv contains all ["-a", "-b"]  and( any element == ["-a"], any element == ["-b"] )
//   s startswith any [a, b]         s startswith [a, b]
//   path in [a, process.exe]        or( path == [a], path == process.exe )
//
// What is wrong leaves a constant in its place, so that the rest is still looked at; the predicate is then thrown away.
// The walk recurses: at most kMaxExpressionDepth nodes and kMaxMacroDepth calls deep.
// The file is long because tests, loops and macro calls are one recursion over one state.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/context.h"
#include "compiler/check/left.h"
#include "compiler/check/right.h"
#include "compiler/check/subject.h"
#include "compiler/check/suggest.h"

namespace recipe::checking {
namespace {

Operator positive(WrittenOperator op) {
  switch (op) {
    case WrittenOperator::kEqual:
    case WrittenOperator::kNotEqual:
    case WrittenOperator::kIn:
    case WrittenOperator::kWithin:
      return Operator::kEquals;
    case WrittenOperator::kLess:
      return Operator::kLess;
    case WrittenOperator::kLessEqual:
      return Operator::kLessEqual;
    case WrittenOperator::kGreater:
      return Operator::kGreater;
    case WrittenOperator::kGreaterEqual:
      return Operator::kGreaterEqual;
    case WrittenOperator::kContains:
      return Operator::kContains;
    case WrittenOperator::kStartsWith:
      return Operator::kStartsWith;
    case WrittenOperator::kEndsWith:
      return Operator::kEndsWith;
    case WrittenOperator::kLike:
      return Operator::kLike;
    case WrittenOperator::kMatches:
      return Operator::kMatches;
    case WrittenOperator::kUnder:
      return Operator::kUnder;
    case WrittenOperator::kHas:
      return Operator::kHas;
    case WrittenOperator::kHasFlag:
      return Operator::kHasFlag;
    case WrittenOperator::kHasOption:
      return Operator::kHasOption;
  }
  return Operator::kEquals;
}

bool takes_nocase(Operator op) {
  return op == Operator::kEquals || op == Operator::kContains || op == Operator::kStartsWith || op == Operator::kEndsWith ||
         op == Operator::kLike || op == Operator::kMatches;
}

class ConditionChecker {
 public:
  ConditionChecker(Context& context, std::vector<UsedField>& used, uint32_t depth)
      : context_(context), used_(used), depth_(depth) {}

  Predicate take() { return std::move(out_); }

  void expression(Place place, ExpressionId id) {
    const Expression& e = context_.document(place.document)[id];
    if (full_ || !fits(e.span)) return constant(false, e.span);
    ++depth_;
    switch (e.form) {
      case ExpressionForm::kOr:
      case ExpressionForm::kAnd:
      case ExpressionForm::kNot: {
        const uint32_t node = open(e.form == ExpressionForm::kOr    ? PredicateKind::kOr
                                   : e.form == ExpressionForm::kAnd ? PredicateKind::kAnd
                                                                    : PredicateKind::kNot,
                                   e.span);
        for (const ExpressionId child : e.children) expression(place, child);
        close(node);
        break;
      }
      case ExpressionForm::kAny:
      case ExpressionForm::kAll:
        loop(place, e);
        break;
      case ExpressionForm::kTest:
        test(place, e);
        break;
      case ExpressionForm::kExists:
        exists(place, e);
        break;
      case ExpressionForm::kBare:
        bare(place, e);
        break;
      case ExpressionForm::kCall:
        call(place, e.name, e.arguments, e.span);
        break;
      case ExpressionForm::kMarked:
        marked(place, e);
        break;
      case ExpressionForm::kCounting:
        context_
            .fault(Code::kWrongState, e.span, "a count is the last term of a trigger",
                   "stands within another condition, or before another term")
            .hints.push_back(
                "write it at the end, joined by `and`, or as a member of the recipe: it counts events for which the "
                "rest holds");
        constant(false, e.span);
        break;
    }
    --depth_;
  }

 private:
  [[nodiscard]] bool fits(Span span) {
    if (depth_ >= kMaxExpressionDepth) {
      context_.fault(Code::kTooDeep, span, "the condition is nested too deeply",
                     fmt::format("at most {} levels, macros expanded", kMaxExpressionDepth));
      return false;
    }
    return true;
  }

  uint32_t open(PredicateKind kind, Span span) {
    if (out_.nodes.size() >= kMaxPredicateNodes - 1 || context_.nodes >= kMaxSetNodes) {
      if (!full_) {
        context_.fault(Code::kTooLarge, span, "the condition is too large",
                       out_.nodes.size() >= kMaxPredicateNodes - 1
                           ? fmt::format("at most {} parts, macros expanded", kMaxPredicateNodes)
                           : fmt::format("at most {} parts in all recipes together, macros expanded", kMaxSetNodes));
      }
      full_ = true;
      return 0;
    }
    ++context_.nodes;
    PredicateNode node;
    node.kind = kind;
    node.span = span;
    out_.nodes.push_back(node);
    return static_cast<uint32_t>(out_.nodes.size() - 1);
  }
  void close(uint32_t node) {
    if (!full_) out_.nodes[node].end = static_cast<uint32_t>(out_.nodes.size());
  }
  void constant(bool value, Span span) {
    if (!full_) close(open(value ? PredicateKind::kTrue : PredicateKind::kFalse, span));
  }
  void leaf(Test test, Span span) {
    if (full_) return;
    const uint32_t node = open(PredicateKind::kTest, span);
    if (full_) return;
    out_.nodes[node].test = static_cast<uint32_t>(out_.tests.size());
    out_.tests.push_back(std::move(test));
    close(node);
  }

  [[nodiscard]] bool refused(Place place, Span span) {
    if (!context_.unsupported_within(place.document, span)) return false;
    context_.silent_fault();
    return true;
  }

  // any NAME in LIST: CHILD
  void loop(Place place, const Expression& e) {
    const std::optional<ResolvedSubject> list =
        resolve_subject(context_, place, loops_, e.subject.path.text, e.subject.path.span);
    if (!list || !loop_over(place, e, *list)) {
      // The variable means nothing now: what the body says of it would be a second error of the same fault.
      constant(false, e.span);
      return;
    }
    used_.push_back({list->subject.field, list->span});
    const uint32_t node = open(e.form == ExpressionForm::kAny ? PredicateKind::kAny : PredicateKind::kAll, e.span);
    if (full_) return;
    out_.nodes[node].list = list->subject.field;
    loops_.push_back({e.name.text, list->subject.field, place.environment, e.name.span});
    expression(place, e.children.front());
    loops_.pop_back();
    close(node);
  }

  [[nodiscard]] bool loop_over(Place place, const Expression& e, const ResolvedSubject& list) {
    if (list.kind == SubjectKind::kHole) return false;
    const Span span = e.subject.path.span;
    if (list.kind != SubjectKind::kField || type_bit(list.type) != kListBit) {
      context_.fault(Code::kNotAList, span,
                     fmt::format("`{}` is no list", list.spelled.empty() ? e.subject.path.text : list.spelled),
                     list.kind == SubjectKind::kField ? fmt::format("is {}", with_article(list.type)) : "is a loop's element");
      return false;
    }
    if (loops_.size() >= kMaxLoops) {
      context_.fault(Code::kTooDeep, e.span, "loops are nested too deeply",
                     fmt::format("at most {} inside each other", kMaxLoops));
      return false;
    }
    return variable_is_free(place, e.name);
  }

  [[nodiscard]] bool variable_is_free(Place place, const Word& name) {
    std::optional<Span> hidden;
    for (const Loop& outer : loops_) {
      if (outer.environment == place.environment && outer.name == name.text) hidden = outer.span;
    }
    if (const Declaration* declared = context_.find(place.document, name.text)) hidden = declared->span;
    const bool field = find_field(name.text) != nullptr || name.text == "process";
    if (!hidden && !field && find_parameter(place, name.text) == nullptr) return true;
    Diagnostic& fault = context_.fault(Code::kShadowedName, name.span,
                                       fmt::format("the variable `{}` hides another name", name.text), "choose another name");
    if (hidden) fault.secondary.push_back({*hidden, "declared here"});
    return false;
  }

  void test(Place place, const Expression& e) {
    if (refused(place, e.span)) return constant(false, e.span);
    std::optional<Left> subject = read_left(context_, place, loops_, e.subject, used_);
    if (!subject) return constant(false, e.span);
    Operator op = positive(e.op);
    // A list contains elements, a text contains text.
    if (e.op == WrittenOperator::kContains && subject->type == Type::kStringList) {
      op = Operator::kEquals;
      subject->over = Over::kAnyElement;
      subject->type = Type::kString;
      subject->bit = kStringBit;
    }
    if (!operator_fits(e, *subject, op)) return constant(false, e.span);
    RightSide values;
    if (!right(place, e, *subject, op, values)) return constant(false, e.span);

    const bool negated = e.negated != (e.op == WrittenOperator::kNotEqual);
    const uint32_t negation = negated ? open(PredicateKind::kNot, e.span) : 0;
    const bool all = e.quantifier == WrittenQuantifier::kAll;
    alternatives(Test{subject->subject, subject->over, op, e.nocase, {}}, std::move(values), all, e.span);
    if (negated) close(negation);
  }

  // One test of all literals (all: of each), and one of each text that the event fills.
  void alternatives(const Test& test, RightSide values, bool all, Span span) {
    std::vector<Test> tests;
    const auto add = [&]() -> Test& { return tests.emplace_back(test); };
    if (!all && !values.literals.empty()) add().literals = std::move(values.literals);
    if (all) {
      for (Literal& literal : values.literals) add().literals.push_back(std::move(literal));
    }
    for (size_t i = 0; i < values.tables.size(); ++i) {
      // The first joins the literals.
      (i == 0 && !tests.empty() ? tests.front() : add()).table = values.tables[i];
    }
    for (std::vector<TextPart>& text : values.texts) add().right = std::move(text);
    if (tests.size() == 1) return leaf(std::move(tests.front()), span);
    if (depth_ + 2 > kMaxExpressionDepth) {
      context_.fault(Code::kTooDeep, span, "the condition is nested too deeply", "has no room for a test of several values");
      return constant(false, span);
    }
    const uint32_t node = open(all ? PredicateKind::kAnd : PredicateKind::kOr, span);
    for (Test& each : tests) leaf(std::move(each), span);
    close(node);
  }

  bool operator_fits(const Expression& e, const Left& subject, Operator op) {
    const bool within = e.op == WrittenOperator::kWithin;
    if ((types_of(op) & subject.bit) == 0 || (within && subject.bit != kIpBit)) {
      std::string label;
      if (subject.type == Type::kStringList && (types_of(op) & kStringBit) != 0) {
        label = fmt::format("write `any {} {} ...` to test its elements", subject.spelled, context_.text(e.op_span));
      } else if (subject.type == Type::kRecordList) {
        label = fmt::format("write `any p in {}: p.name == ...`", subject.spelled);
      } else {
        label = fmt::format("{} takes {}", with_article(subject.type), operators_for(subject.bit));
      }
      context_.fault(
          Code::kWrongOperator, e.op_span,
          fmt::format("`{}` is {} and has no `{}`", subject.spelled, with_article(subject.type), context_.text(e.op_span)),
          label);
      return false;
    }
    const bool text = (subject.bit & (kStringBit | kPathBit | kDomainBit)) != 0;
    if (e.nocase && (!takes_nocase(op) || !text)) {
      context_.fault(Code::kWrongOperator, e.op_span, fmt::format("`{}` has no `nocase`", context_.text(e.op_span)),
                     text ? "write it without" : "only text has case");
      return false;
    }
    return true;
  }

  // false: reported, or a hole.
  bool right(Place place, const Expression& e, const Left& subject, Operator op, RightSide& out) {
    if (context_.literals > kMaxSetLiterals) return context_.silent_fault(), false;
    std::vector<Item> items;
    std::vector<NamedTable> tables;
    const WrittenValue& value = context_.document(place.document)[e.value];
    const bool many =
        e.op == WrittenOperator::kIn || e.quantifier != WrittenQuantifier::kNone ||
        (e.op == WrittenOperator::kWithin && value.form != ValueForm::kAddress && value.form != ValueForm::kString);
    if (e.op == WrittenOperator::kIn && e.quantifier != WrittenQuantifier::kNone) {
      context_.fault(Code::kOneOrMany, e.op_span, "`in` tests any of a list already", "leave `any` and `all` out");
      return false;
    }
    if (many) {
      if (!collect(context_, place, e.value, false, items, &tables)) return false;
    } else {
      if (wants_quantifier(place, e, value)) return false;
      const std::optional<Item> item = scalar(context_, place, e.value);
      if (!item) return false;
      items.push_back(*item);
    }
    context_.literals += items.size();
    if (context_.literals > kMaxSetLiterals) {
      context_.fault(Code::kTooLarge, e.span, "the conditions hold too many values",
                     fmt::format("at most {} in all recipes together", kMaxSetLiterals));
      full_ = true;
      return false;
    }
    const FieldId field = subject.subject.selector == Selector::kCount ? FieldId::kNone : subject.subject.field;
    const LiteralUse use{op, subject.type, field, e.nocase, subject.spelled};
    bool whole = true;
    out.literals.reserve(items.size());
    for (const NamedTable& table : tables) whole = table_fits(e, subject, op, table) && whole;
    for (const NamedTable& table : tables) out.tables.push_back(table.table);
    for (const Item& item : items) whole = !is_variable(item) && check_right(context_, use, item, out, used_) && whole;
    return whole;
  }

  bool table_fits(const Expression& e, const Left& subject, Operator op, const NamedTable& table) {
    const std::string& name = context_.compilation.set.tables[table.table - 1].name;
    const Type type = context_.table_types[table.table - 1];
    const auto is_text = [](Type each) { return each == Type::kString || each == Type::kPath; };
    if (e.quantifier == WrittenQuantifier::kAll || e.nocase || (op != Operator::kEquals && op != Operator::kUnder)) {
      context_.fault(Code::kOneOrMany, table.span, fmt::format("`{}` is a list from a file", name),
                     "such a list stands behind `in`, `contains any` and `under any` only");
      return false;
    }
    if (type == subject.type || (is_text(type) && is_text(subject.type))) return true;
    context_.fault(Code::kWrongLiteral, table.span,
                   fmt::format("`{}` is {} and `{}` is a list of type {}", subject.spelled, with_article(subject.type), name,
                               type_name(type)),
                   fmt::format("a list of type {} is wanted here", type_name(subject.type)));
    return false;
  }

  // A loop's variable on the right would be taken for a word.
  [[nodiscard]] bool is_variable(const Item& item) {
    const WrittenValue& value = context_.written(item);
    if (item.in_list || loops_.empty() || (value.form != ValueForm::kWord && value.form != ValueForm::kPath)) return false;
    if (!is_variable(Place{item.document, item.environment}, std::string_view(value.text).substr(0, value.text.find('.'))))
      return false;
    context_.fault(Code::kNotSupported, value.span, "a loop's variable on the right of an operator is not supported yet",
                   fmt::format("write `\"{}\"` for the text", value.text));
    return true;
  }

  // A list where the operator wants one value: say how to write it.
  bool wants_quantifier(Place place, const Expression& e, const WrittenValue& value) {
    const Declaration* named = value.form == ValueForm::kWord && find_parameter(place, value.text) == nullptr
                                   ? context_.find(place.document, value.text)
                                   : nullptr;
    const bool list = value.form == ValueForm::kList || value.form == ValueForm::kSplice;
    const bool equal = e.op == WrittenOperator::kEqual || e.op == WrittenOperator::kNotEqual;
    if (named != nullptr && named->kind == DeclarationKind::kList) {
      Diagnostic& fault = context_.fault(
          Code::kAmbiguousWord, value.span, fmt::format("`{}` is a word and the name of a list", value.text),
          fmt::format("write `{} {}` for the list or `\"{}\"` for the word", list_operator(e), value.text, value.text));
      fault.secondary.push_back({named->span, "declared here"});
      fault.fixes.push_back({{value.span.source, e.op_span.begin, value.span.end},
                             fmt::format("{} {}", list_operator(e), value.text),
                             "test the list"});
      fault.fixes.push_back({value.span, "\"" + value.text + "\"", "write the word as a string"});
      return true;
    }
    if (!list) return false;
    Diagnostic& fault = context_.fault(
        Code::kOneOrMany, value.span, fmt::format("`{}` wants one value", context_.text(e.op_span)),
        equal ? fmt::format("a list: write `{} ...`", list_operator(e))
              : fmt::format("a list: write `{} any ...` or `{} all ...`", context_.text(e.op_span), context_.text(e.op_span)));
    if (equal) fault.fixes.push_back({e.op_span, list_operator(e), "test the list"});
    return true;
  }

  [[nodiscard]] std::string list_operator(const Expression& e) const {
    if (e.op == WrittenOperator::kEqual) return e.negated ? "not in" : "in";
    if (e.op == WrittenOperator::kNotEqual) return e.negated ? "in" : "not in";
    return fmt::format("{} any", context_.text(e.op_span));
  }

  // process.marked NAME; of a macro's parameter what it is bound to.
  void marked(Place place, const Expression& e) {
    const FieldId field = find_field(e.subject.path.text)->id;
    used_.push_back({field, e.subject.path.span});
    Word name = e.name;
    if (const Binding* bound = find_parameter(place, name.text)) {
      if (bound->hole) return constant(false, e.span);
      const WrittenValue& argument = context_.document(bound->document)[bound->value];
      name = {argument.text, argument.span};
    }
    if (!mark_is_set(context_, field, name.text, name.span)) return constant(false, e.span);
    Test test;
    test.subject.field = field;
    test.over = Over::kAnyElement;
    test.literals.emplace_back(name.text);
    leaf(std::move(test), e.span);
  }

  void exists(Place place, const Expression& e) {
    if (refused(place, e.span)) return constant(false, e.span);
    const std::optional<Left> subject = read_left(context_, place, loops_, e.subject, used_);
    if (!subject) return constant(false, e.span);
    leaf(Test{subject->subject, subject->over, Operator::kExists, false, {}}, e.span);
  }

  // true, false, a macro without arguments, a parameter, a bool field
  void bare(Place place, const Expression& e) {
    if (refused(place, e.span)) return constant(false, e.span);
    const std::string& name = e.subject.path.text;
    if (name == "true" || name == "false") return constant(name == "true", e.span);
    if (const Binding* bound = find_parameter(place, name)) return bare_argument(*bound, e);
    const Declaration* declared = context_.find(place.document, name);
    if (declared != nullptr && declared->kind == DeclarationKind::kMacro) return call(place, e.subject.path, {}, e.span);
    if (declared != nullptr) {
      Diagnostic& fault =
          context_.fault(Code::kNotACondition, e.span, fmt::format("`{}` is no condition", name),
                         declared->kind == DeclarationKind::kList ? "is a list: write `process.name in ...`" : "is a recipe");
      fault.secondary.push_back({declared->span, "declared here"});
      return constant(false, e.span);
    }
    if (name.find('.') == std::string::npos && find_field(name) == nullptr && e.subject.form == SubjectForm::kPlain &&
        !is_variable(place, name)) {
      unknown_bare(place, e);
      return constant(false, e.span);
    }
    bare_field(place, e);
  }

  [[nodiscard]] bool is_variable(Place place, std::string_view name) const {
    return std::any_of(loops_.begin(), loops_.end(),
                       [&](const Loop& loop) { return loop.environment == place.environment && loop.name == name; });
  }

  void unknown_bare(Place place, const Expression& e) {
    const std::string& name = e.subject.path.text;
    const std::string field = suggest_field(name);
    if (context_.names.count(name) != 0 || field.empty())
      return context_.unknown_name(place, "macro", name, e.subject.path.span);
    if (context_.scopes[place.document].broken) return context_.silent_fault();
    look_up_field(context_, name, e.subject.path.span);
  }

  void bare_field(Place place, const Expression& e) {
    const std::optional<Left> subject = read_left(context_, place, loops_, e.subject, used_);
    if (!subject) return constant(false, e.span);
    if (subject->type != Type::kBool) {
      const std::string how = subject->type == Type::kRecordList
                                  ? fmt::format("write `any p in {}: p.name == ...`", subject->spelled)
                              : subject->type == Type::kStringList
                                  ? fmt::format("write `{} contains ...` or `exists {}`", subject->spelled, subject->spelled)
                                  : fmt::format("compare it, or write `exists {}`", subject->spelled);
      context_.fault(Code::kNotACondition, e.span,
                     fmt::format("`{}` is {} and no condition", subject->spelled, with_article(subject->type)), how);
      return constant(false, e.span);
    }
    leaf(Test{subject->subject, subject->over, Operator::kEquals, false, {Literal{int64_t{1}}}}, e.span);
  }

  // The argument of a parameter that stands as a condition: true, false, a bool field, a macro without arguments.
  void bare_argument(const Binding& bound, const Expression& e) {
    if (bound.hole) return constant(false, e.span);
    const WrittenValue& argument = context_.document(bound.document)[bound.value];
    if (argument.form == ValueForm::kBool) return constant(argument.number != 0, argument.span);
    if (argument.form != ValueForm::kWord && argument.form != ValueForm::kPath) {
      Diagnostic& fault = context_.fault(Code::kMacroArguments, argument.span,
                                         fmt::format("the parameter `{}` wants a condition", e.subject.path.text),
                                         fmt::format("is {}", form_name(argument.form)));
      fault.secondary.push_back({e.span, "used as a condition here"});
      return constant(false, e.span);
    }
    if (!fits(e.span)) return constant(false, e.span);
    Expression word;
    word.span = argument.span;
    word.subject.path = {argument.text, argument.span};
    ++depth_;
    bare({bound.document, bound.environment}, word);
    --depth_;
  }

  void call(Place place, const Word& name, const std::vector<ValueId>& arguments, Span span) {
    if (refused(place, span)) return constant(false, span);
    const Declaration* declared = context_.find(place.document, name.text);
    if (declared == nullptr || declared->kind != DeclarationKind::kMacro) {
      if (declared == nullptr) {
        context_.unknown_name(place, "macro", name.text, name.span);
      } else {
        Diagnostic& fault =
            context_.fault(Code::kUnknownName, name.span, fmt::format("`{}` is no macro", name.text), "a macro is called here");
        fault.secondary.push_back({declared->span, "declared here"});
      }
      return constant(false, span);
    }
    const WrittenMacro& macro = context_.document(declared->document).macros[declared->index];
    if (macro.parameters.size() != arguments.size()) {
      Diagnostic& fault = context_.fault(Code::kMacroArguments, span,
                                         fmt::format("the macro `{}` takes {} argument{}", name.text, macro.parameters.size(),
                                                     macro.parameters.size() == 1 ? "" : "s"),
                                         fmt::format("{} given", arguments.size()));
      fault.secondary.push_back({declared->span, "declared here"});
      return constant(false, span);
    }
    if (!enter(macro, name)) return constant(false, span);
    Environment environment{&macro, {}};
    for (const ValueId argument : arguments)
      environment.bindings.push_back({place.document, argument, place.environment, false});
    calls_.push_back(&macro);
    expression({declared->document, &environment}, macro.body);
    calls_.pop_back();
  }

  [[nodiscard]] bool enter(const WrittenMacro& macro, const Word& name) {
    if (std::find(calls_.begin(), calls_.end(), &macro) != calls_.end()) {
      Diagnostic& fault =
          context_.fault(Code::kDefinitionCycle, name.span, fmt::format("the macro `{}` needs itself", name.text),
                         "is called from its own body here");
      for (auto at = std::find(calls_.begin(), calls_.end(), &macro); at != calls_.end(); ++at) {
        fault.secondary.push_back({(*at)->name.span, *at == &macro ? "declared here" : "by way of this one"});
      }
      return false;
    }
    if (calls_.size() < kMaxMacroDepth) return true;
    context_.fault(Code::kTooDeep, name.span, "macros call macros too deeply",
                   fmt::format("at most {} levels", kMaxMacroDepth));
    return false;
  }

  friend void recipe::checking::check_macros(Context& context);

  Context& context_;
  std::vector<UsedField>& used_;
  Predicate out_;
  std::vector<Loop> loops_;
  std::vector<const WrittenMacro*> calls_;
  uint32_t depth_ = 0;
  bool full_ = false;
};

}  // namespace

std::optional<Predicate> check_condition(Context& context, DocumentIndex document, ExpressionId root,
                                         std::vector<UsedField>& used, uint32_t depth) {
  if (!root.valid()) return context.silent_fault(), std::nullopt;
  const size_t before = context.faults;
  ConditionChecker checker(context, used, depth);
  checker.expression({document, nullptr}, root);
  if (context.faults != before) return std::nullopt;
  return checker.take();
}

void check_macros(Context& context) {
  for (DocumentIndex i = 0; i < context.scopes.size(); ++i) {
    for (const WrittenMacro& macro : context.document(i).macros) {
      if (!macro.body.valid()) continue;
      Environment environment{&macro, {}};
      environment.bindings.resize(macro.parameters.size());
      for (Binding& binding : environment.bindings) binding.hole = true;
      std::vector<UsedField> used;
      ConditionChecker checker(context, used, 0);
      checker.calls_.push_back(&macro);
      checker.expression({i, &environment}, macro.body);
    }
  }
}

}  // namespace recipe::checking
