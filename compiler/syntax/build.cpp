// SPDX-License-Identifier: Apache-2.0
#include "compiler/syntax/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/syntax/literals.h"

namespace recipe {
namespace {

using P = grammar::RecipeParser;

WrittenOperator operator_of(P::OperationContext* tree) {
  switch (tree->start->getType()) {
    case P::EQUAL:
      return WrittenOperator::kEqual;
    case P::NOT_EQUAL:
      return WrittenOperator::kNotEqual;
    case P::LESS:
      return WrittenOperator::kLess;
    case P::LESS_EQUAL:
      return WrittenOperator::kLessEqual;
    case P::GREATER:
      return WrittenOperator::kGreater;
    case P::GREATER_EQUAL:
      return WrittenOperator::kGreaterEqual;
    case P::CONTAINS:
      return WrittenOperator::kContains;
    case P::STARTSWITH:
      return WrittenOperator::kStartsWith;
    case P::ENDSWITH:
      return WrittenOperator::kEndsWith;
    case P::LIKE:
      return WrittenOperator::kLike;
    case P::MATCHES:
      return WrittenOperator::kMatches;
    case P::UNDER:
      return WrittenOperator::kUnder;
    case P::WITHIN:
      return WrittenOperator::kWithin;
    case P::HAS:
      return tree->OPTION() != nullptr ? WrittenOperator::kHasOption
             : tree->FLAG() != nullptr ? WrittenOperator::kHasFlag
                                       : WrittenOperator::kHas;
    default:
      return WrittenOperator::kIn;
  }
}

// process.exe, p.name: dotted, each part as a field's name is written. python3.11 and T1059.004 are not.
bool is_path(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return false;
  bool at_start = true;
  for (const char c : text) {
    if (c == '.') {
      at_start = true;
      continue;
    }
    const bool letter = (c >= 'a' && c <= 'z') || c == '_';
    if (!letter && (at_start || c < '0' || c > '9')) return false;
    at_start = false;
  }
  return true;
}

}  // namespace

Span Builder::span(const antlr4::Token* token) const {
  const auto begin = static_cast<uint32_t>(token->getStartIndex());
  return {document_.source, begin, std::max(begin, static_cast<uint32_t>(token->getStopIndex() + 1))};
}

Span Builder::span(const antlr4::ParserRuleContext* tree) const {
  const Span first = span(tree->start);
  return tree->stop == nullptr ? first : Span{document_.source, first.begin, std::max(first.begin, span(tree->stop).end)};
}

bool Builder::begins_line(const antlr4::Token* token) const {
  const std::string_view before = text_.substr(0, token->getStartIndex());
  const size_t last = before.find_last_not_of(" \t");
  return last == std::string_view::npos || before[last] == '\n';
}

ValueId Builder::add(WrittenValue value) {
  document_.values.push_back(std::move(value));
  return ValueId{static_cast<uint32_t>(document_.values.size() - 1)};
}

ExpressionId Builder::add(Expression expression) {
  document_.expressions.push_back(std::move(expression));
  return ExpressionId{static_cast<uint32_t>(document_.expressions.size() - 1)};
}

Word Builder::name(antlr4::ParserRuleContext* tree) {
  const Span place = span(tree);
  return {text(place), place};
}

Word Builder::string(P::StringContext* tree) {
  const Span place = span(tree);
  return {read_string(text(place), place, diagnostics_), place};
}

// Declarations.

void Builder::import_declaration(P::ImportDeclarationContext* tree) {
  document_.imports.push_back({span(tree), string(tree->string())});
}

void Builder::list_declaration(P::ListDeclarationContext* tree) {
  WrittenList list;
  list.span = span(tree);
  list.name = name(tree->name(0));
  if (tree->COLON() != nullptr) list.type = name(tree->name(1));
  if (tree->list() != nullptr) {
    list.value = this->list(tree->list(), Place::kItem);
  } else {
    P::NameContext* word = tree->name(tree->COLON() != nullptr ? 2 : 1);
    if (text(span(word)) != "file") {
      diagnostics_.add(Code::kSyntax, span(word), fmt::format("expected `[` or `file`, found `{}`", text(span(word))),
                       "a list is written as `[...]`, or read from `file \"...\"`");
      return;
    }
    list.file = string(tree->string());
  }
  document_.lists.push_back(std::move(list));
}

void Builder::macro_declaration(P::MacroDeclarationContext* tree) {
  WrittenMacro macro;
  macro.span = span(tree);
  macro.name = name(tree->name());
  if (tree->parameters() != nullptr) {
    for (P::NameContext* parameter : tree->parameters()->name()) macro.parameters.push_back(name(parameter));
  }
  macro.body = expression(tree->expression());
  document_.macros.push_back(std::move(macro));
}

void Builder::program_declaration(P::ProgramDeclarationContext* tree) {
  WrittenProgram program;
  program.span = span(tree);
  for (P::ProgramNameContext* n : tree->programName()) {
    program.names.push_back(n->string() != nullptr ? string(n->string()) : name(n->word()));
  }
  for (P::ProgramItemContext* item : tree->programItem()) {
    WrittenOptionItem& out = program.items.emplace_back();
    out.key = name(item->word());
    if (item->string() != nullptr) out.value = string_value(item->string());
    if (item->list() != nullptr) out.value = list(item->list(), Place::kItem);
  }
  document_.programs.push_back(std::move(program));
}

void Builder::exception_declaration(P::ExceptionDeclarationContext* tree) {
  WrittenShared shared;
  shared.span = span(tree);
  shared.name = name(tree->name());
  if (tree->until() != nullptr) shared.until = value(tree->until()->value());
  shared.when = expression(tree->expression());
  document_.exceptions.push_back(std::move(shared));
}

WrittenTune Builder::tune_head(P::TuneHeadContext* tree) {
  WrittenTune tune;
  const std::vector<P::NameContext*> names = tree->name();
  if (tree->expression() == nullptr) {
    for (P::NameContext* each : names) tune.names.push_back(name(each));
    return tune;
  }
  const Span choice = span(tree->expression());
  tune.where = Word{text(choice), choice};
  if (names.size() > 1) {
    diagnostics_.add(Code::kSyntax, span(names[1]), "a tune names recipes or says `where`, not both", "is a recipe's name");
  } else {
    (void)is_word(names.front(), "where", "tune where category == execution { ... }");
  }
  return tune;
}

std::optional<ExpressionId> Builder::also_member(P::AlsoMemberContext* tree) {
  if (!is_word(tree->name(), "also", "also when process.name == perl")) return std::nullopt;
  return expression(tree->expression());
}

// Members.

WrittenOn Builder::on_member(P::OnMemberContext* tree) {
  WrittenOn on;
  on.span = span(tree);
  on.any_group = tree->ANY() != nullptr;
  event_words(on, tree->eventWord());
  counts_.clear();
  on.when = expression(tree->expression());
  take_count(on);
  return on;
}

void Builder::event_words(WrittenOn& into, const std::vector<P::EventWordContext*>& words) {
  into.event.span = {document_.source, span(words.front()).begin, span(words.back()).end};
  for (P::EventWordContext* event_word : words) {
    if (!into.event.text.empty()) into.event.text += ' ';
    into.event.text += text(span(event_word));
  }
}

// A trigger's condition may end with a count: it is no part of the condition, but says when what holds is told.
void Builder::take_count(WrittenOn& on) {
  Expression& root = document_.expressions[on.when.index()];
  const bool conjunction = root.form == ExpressionForm::kAnd && !root.parenthesised;
  const ExpressionId last = conjunction ? root.children.back() : on.when;
  const auto found =
      std::find_if(counts_.begin(), counts_.end(), [&](const auto& each) { return each.first.value == last.value; });
  if (found == counts_.end()) return;
  on.count = std::move(found->second);
  if (!conjunction) {
    root.form = ExpressionForm::kBare;
    root.subject.path = {"true", root.span};
  } else if (root.children.size() > 2) {
    root.children.pop_back();
  } else {
    on.when = root.children.front();
  }
}

WrittenSequence Builder::sequence_head(P::SequenceHeadContext* tree) {
  WrittenSequence sequence;
  sequence.span = span(tree);
  sequence.by = by(tree->by());
  sequence.within = value(tree->value());
  return sequence;
}

WrittenSequenceStep Builder::sequence_step(P::SequenceStepContext* tree) {
  WrittenSequenceStep step;
  step.name = name(tree->name());
  step.absent = tree->NOT() != nullptr;
  step.on.span = span(tree);
  step.on.any_group = tree->ANY() != nullptr;
  event_words(step.on, tree->eventWord());
  step.on.when = expression(tree->expression());
  return step;
}

WrittenException Builder::except_member(P::ExceptMemberContext* tree) {
  WrittenException except;
  except.span = span(tree);
  if (tree->name() != nullptr) {
    except.shared = name(tree->name());
    return except;
  }
  if (tree->string() != nullptr) except.title = string(tree->string());
  if (tree->until() != nullptr) except.until = value(tree->until()->value());
  except.when = expression(tree->expression());
  return except;
}

std::vector<Word> Builder::by(P::ByContext* tree) {
  std::vector<Word> out;
  if (tree == nullptr) return out;
  for (P::NameContext* field : tree->name()) out.push_back(name(field));
  return out;
}

template <class Tree>
WrittenCount Builder::count_of(Tree* tree) {
  WrittenCount count;
  count.span = span(tree);
  count.op = operator_of(tree->operation());
  count.op_span = span(tree->operation());
  count.count = value(tree->value(0));
  count.period = value(tree->value(1));
  count.by = by(tree->by());
  return count;
}

WrittenCount Builder::count_member(P::CountMemberContext* tree) {
  return count_of(tree);
}

WrittenSeen Builder::unless_member(P::UnlessMemberContext* tree) {
  WrittenSeen seen;
  seen.span = span(tree);
  (void)is_word(tree->name(), "seen", "unless seen [process.exe] in 5d");
  for (const ValueId item : document_[list(tree->list(), Place::kItem)].items) {
    const WrittenValue& field = document_[item];
    if (field.form != ValueForm::kWord) {
      diagnostics_.add(Code::kSyntax, field.span, "expected a field", "as in `unless seen [process.exe, dst.domain] in 5d`");
      continue;
    }
    seen.fields.push_back({field.text, field.span});
  }
  seen.period = value(tree->value());
  return seen;
}

WrittenThrottle Builder::throttle_member(P::ThrottleMemberContext* tree) {
  WrittenThrottle throttle;
  throttle.span = span(tree);
  throttle.count = value(tree->value(0));
  throttle.period = value(tree->value(1));
  throttle.by = by(tree->by());
  return throttle;
}

// A word that is no keyword elsewhere. false: reported.
bool Builder::is_word(antlr4::ParserRuleContext* tree, std::string_view wanted, std::string_view example) {
  const std::string found = text(span(tree));
  if (found == wanted) return true;
  diagnostics_.add(Code::kSyntax, span(tree), fmt::format("expected `{}`, found `{}`", wanted, found),
                   fmt::format("as in `{}`", example));
  return false;
}

WrittenMark Builder::mark_member(P::MarkMemberContext* tree) {
  WrittenMark mark;
  mark.span = span(tree);
  mark.target = name(tree->name(0));
  mark.name = name(tree->name(1));
  (void)is_word(tree->name(2), "for", "mark process.tree downloaded for 10m");
  mark.duration = value(tree->value());
  return mark;
}

void Builder::step_word(WrittenStep& step, P::NameContext* word, ValueId given) {
  const std::string found = text(span(word));
  std::optional<ValueId>* into = found == "after" ? &step.after : found == "times" ? &step.times : &step.every;
  if (into == &step.every && !is_word(word, "every", "then connect after 5s times 21 every 100ms { ... }")) return;
  if (*into) diagnostics_.add(Code::kSyntax, span(word), fmt::format("`{}` is given twice", found), "given again here");
  *into = given;
}

WrittenTest Builder::test_member(P::TestMemberContext* tree) {
  WrittenTest test;
  test.span = span(tree);
  test.title = string(tree->string());
  test.expectation = tree->MATCH() != nullptr  ? TestExpectation::kMatch
                     : tree->MARK() != nullptr ? TestExpectation::kMark
                                               : TestExpectation::kNothing;
  for (P::TestStepContext* each : tree->testStep()) {
    WrittenStep& step = test.steps.emplace_back();
    step.event = name(each->eventWord());
    if (each->scalar() != nullptr) {
      (void)is_word(each->eventWord(), "wait", "then wait 30s");
      step.after = scalar(each->scalar());
      continue;
    }
    const std::vector<P::NameContext*> words = each->name();
    for (size_t i = 0; i < words.size(); ++i) step_word(step, words[i], value(each->value(i)));
    step.values = object(each->object(), Place::kTestItem);
  }
  return test;
}

Property Builder::property(P::PropertyContext* tree) {
  return {name(tree->key()), value(tree->value())};
}

// Conditions. A level of one child is that child.

ExpressionId Builder::expression(P::ExpressionContext* tree) {
  const std::vector<P::ConjunctionContext*> parts = tree->conjunction();
  if (parts.size() == 1) return conjunction(parts.front());
  Expression out;
  out.form = ExpressionForm::kOr;
  out.span = span(tree);
  const std::vector<antlr4::tree::TerminalNode*> ors = tree->OR();
  for (size_t i = 0; i < parts.size(); ++i) {
    const ExpressionId child = conjunction(parts[i]);
    if (i > 0) document_.expressions[child.index()].begins_line = begins_line(ors[i - 1]->getSymbol());
    out.children.push_back(child);
  }
  return add(std::move(out));
}

ExpressionId Builder::conjunction(P::ConjunctionContext* tree) {
  const std::vector<P::NegationContext*> parts = tree->negation();
  if (parts.size() == 1) return negation(parts.front());
  Expression out;
  out.form = ExpressionForm::kAnd;
  out.span = span(tree);
  for (P::NegationContext* part : parts) out.children.push_back(negation(part));
  return add(std::move(out));
}

ExpressionId Builder::negation(P::NegationContext* tree) {
  if (tree->NOT() == nullptr) return primary(tree->primary());
  Expression out;
  out.form = ExpressionForm::kNot;
  out.span = span(tree);
  out.children.push_back(negation(tree->negation()));
  return add(std::move(out));
}

ExpressionId Builder::primary(P::PrimaryContext* tree) {
  if (auto* grouped = dynamic_cast<P::GroupedContext*>(tree)) {
    const ExpressionId inside = expression(grouped->expression());
    document_.expressions[inside.index()].parenthesised = true;
    return inside;
  }
  if (auto* q = dynamic_cast<P::QuantifiedContext*>(tree)) return quantified(q);
  if (auto* t = dynamic_cast<P::TestContext*>(tree)) return test(t);

  Expression out;
  out.span = span(tree);
  if (auto* exists = dynamic_cast<P::ExistsContext*>(tree)) {
    out.form = ExpressionForm::kExists;
    out.subject.path = name(exists->name());
    if (exists->index() != nullptr) index(out.subject, exists->index());
  } else if (auto* counted = dynamic_cast<P::CountedContext*>(tree)) {
    out.form = ExpressionForm::kTest;
    out.subject = subject(counted->subject());
    if (out.subject.form != SubjectForm::kPlain) {
      diagnostics_.add(Code::kSyntax, span(counted->subject()), "`count` takes a list by its name alone",
                       "as in `count(argv)`");
    }
    out.subject.form = SubjectForm::kCount;
    compare(out, counted->comparison());
  } else if (auto* counting = dynamic_cast<P::CountingContext*>(tree)) {
    out.form = ExpressionForm::kCounting;
    const ExpressionId id = add(std::move(out));
    counts_.emplace_back(id, count_of(counting));
    return id;
  } else if (auto* marked = dynamic_cast<P::MarkedContext*>(tree)) {
    out.form = ExpressionForm::kMarked;
    const Span field = span(marked->MARKED()->getSymbol());
    out.subject.path = {text(field), field};
    out.name = name(marked->word());
  } else {
    out.subject.path = {text(out.span), out.span};  // true, false
  }
  return add(std::move(out));
}

// any p in process.ancestors: ...  or  any argv like "..."
ExpressionId Builder::quantified(P::QuantifiedContext* tree) {
  const bool any = tree->ANY() != nullptr;
  Expression out;
  out.span = span(tree);
  if (tree->COLON() == nullptr) {
    out.form = ExpressionForm::kTest;
    out.subject = subject(tree->subject());
    out.subject.over = any ? WrittenSubject::Over::kAny : WrittenSubject::Over::kAll;
    compare(out, tree->comparison());
    return add(std::move(out));
  }
  P::ComparisonContext* in = tree->comparison();
  out.form = any ? ExpressionForm::kAny : ExpressionForm::kAll;
  out.name = name(tree->subject()->name());
  const bool plain = tree->subject()->children.size() == 1 && in->NOT() == nullptr && in->operation()->IN() != nullptr &&
                     in->NOCASE() == nullptr && in->ANY() == nullptr && in->ALL() == nullptr &&
                     in->value()->operandWord() != nullptr && out.name.text.find('.') == std::string::npos;
  if (!plain) {
    diagnostics_
        .add(Code::kSyntax, {document_.source, out.span.begin, span(in).end},
             fmt::format("`:` stands behind `{} NAME in LIST` only", any ? "any" : "all"), "is not of this form")
        .hints.push_back("write `any p in process.ancestors: p.name == \"sh\"`, or leave the `:` out to test each element");
  }
  out.subject.path = name(in->value());
  out.children.push_back(expression(tree->expression()));
  return add(std::move(out));
}

ExpressionId Builder::test(P::TestContext* tree) {
  Expression out;
  out.span = span(tree);
  if (tree->call() != nullptr) {
    out.form = ExpressionForm::kCall;
    out.name = name(tree->subject());
    for (P::ValueContext* argument : tree->call()->value()) out.arguments.push_back(value(argument));
    if (tree->subject()->children.size() != 1) {
      diagnostics_.add(Code::kSyntax, span(tree->subject()), "a macro is called by its name alone", "is not a macro's name");
    }
    return add(std::move(out));
  }
  out.subject = subject(tree->subject());
  if (tree->comparison() != nullptr) {
    out.form = ExpressionForm::kTest;
    compare(out, tree->comparison());
  }
  return add(std::move(out));
}

void Builder::compare(Expression& into, P::ComparisonContext* tree) {
  P::OperationContext* operation = tree->operation();
  into.negated = tree->NOT() != nullptr;
  into.nocase = tree->NOCASE() != nullptr;
  into.op = operator_of(operation);
  into.op_span = {document_.source, span(tree->start).begin, span(operation).end};
  if (tree->ANY() != nullptr) into.quantifier = WrittenQuantifier::kAny;
  if (tree->ALL() != nullptr) into.quantifier = WrittenQuantifier::kAll;
  const antlr4::Token* right = tree->value()->start;
  if (tree->value()->operandWord() != nullptr && begins_line(right)) {
    // `process.name ==` and then the next member: its key is no value. A word that is meant stands on the operator's line.
    throw SyntaxFault{SyntaxFault::Kind::kUnexpected, right->getTokenIndex(), "a value"};
  }
  into.value = value(tree->value());
}

WrittenSubject Builder::subject(P::SubjectContext* tree) {
  WrittenSubject out;
  out.path = name(tree->name());
  if (tree->OPTION() != nullptr) out.form = SubjectForm::kOption;
  if (tree->OPERAND() != nullptr) out.form = SubjectForm::kOperand;
  if (tree->value() != nullptr) out.argument = value(tree->value());
  if (tree->index() != nullptr) index(out, tree->index());
  return out;
}

void Builder::index(WrittenSubject& into, P::IndexContext* tree) {
  into.form = SubjectForm::kIndex;
  into.argument = value(tree->value());
}

// Values.

ValueId Builder::value(P::ValueContext* tree) {
  if (tree->string() != nullptr) return string_value(tree->string());
  if (tree->scalar() != nullptr) return scalar(tree->scalar());
  if (tree->splice() != nullptr) return splice(tree->splice());
  if (tree->list() != nullptr) return list(tree->list(), Place::kItem);
  return word(tree->operandWord(), Place::kOperand);
}

ValueId Builder::item(P::ItemContext* tree, Place place) {
  if (tree->string() != nullptr) return string_value(tree->string());
  if (tree->scalar() != nullptr) return scalar(tree->scalar());
  if (tree->splice() != nullptr) return splice(tree->splice());
  if (tree->list() != nullptr) return list(tree->list(), place);
  if (tree->object() != nullptr) return object(tree->object(), place);
  return word(tree->word(), place);
}

ValueId Builder::string_value(P::StringContext* tree) {
  WrittenValue out;
  Word written = string(tree);
  out.form = ValueForm::kString;
  out.span = written.span;
  out.text = std::move(written.text);
  return add(std::move(out));
}

ValueId Builder::scalar(P::ScalarContext* tree) {
  WrittenValue out;
  out.span = span(tree);
  out.text = text(out.span);
  if (tree->ADDRESS() != nullptr) {
    out.form = ValueForm::kAddress;
    return add(std::move(out));
  }
  out.form = tree->DURATION() != nullptr ? ValueForm::kDuration : ValueForm::kInt;
  const std::optional<int64_t> number = out.form == ValueForm::kDuration ? read_duration(out.text) : read_integer(out.text);
  if (number) {
    out.number = *number;
  } else {
    diagnostics_.add(
        Code::kNumber, out.span, fmt::format("`{}` is too large", out.text),
        out.form == ValueForm::kDuration ? "the longest duration is 106751d" : "the largest number is 9223372036854775807");
  }
  return add(std::move(out));
}

ValueId Builder::splice(P::SpliceContext* tree) {
  WrittenValue out;
  out.form = ValueForm::kSplice;
  out.span = span(tree);
  out.text = text(span(tree->name()));
  return add(std::move(out));
}

ValueId Builder::word(antlr4::ParserRuleContext* tree, Place place) {
  WrittenValue out;
  out.span = span(tree);
  out.text = text(out.span);
  if (out.text == "true" || out.text == "false") {
    out.form = ValueForm::kBool;
    out.number = out.text == "true" ? 1 : 0;
  } else {
    out.form = place == Place::kOperand && is_path(out.text) ? ValueForm::kPath : ValueForm::kWord;
  }
  return add(std::move(out));
}

ValueId Builder::list(P::ListContext* tree, Place place) {
  WrittenValue out;
  out.form = ValueForm::kList;
  out.span = span(tree);
  bool comma = true;  // a comma here would have nothing before it
  for (antlr4::tree::ParseTree* child : tree->children) {
    if (auto* element = dynamic_cast<P::ItemContext*>(child)) {
      out.items.push_back(item(element, place));
      comma = false;
    } else if (auto* leaf = dynamic_cast<antlr4::tree::TerminalNode*>(child); leaf->getSymbol()->getType() == P::COMMA) {
      if (comma) diagnostics_.add(Code::kSyntax, span(leaf->getSymbol()), "expected a value, found `,`", "one comma too many");
      comma = true;
    }
  }
  return add(std::move(out));
}

ValueId Builder::object(P::ObjectContext* tree, Place place) {
  WrittenValue out;
  out.form = ValueForm::kObject;
  out.span = span(tree);
  if (place != Place::kTestItem) {
    diagnostics_.add(Code::kSyntax, out.span, "an object `{...}` stands in tests only", "not in a list of values");
  }
  bool comma = true;
  for (antlr4::tree::ParseTree* child : tree->children) {
    if (auto* entry = dynamic_cast<P::EntryContext*>(child)) {
      Word key = entry->string() != nullptr ? string(entry->string()) : name(entry->word());
      const ValueId value = item(entry->item(), place);
      out.entries.push_back({std::move(key), value});
      comma = false;
    } else if (auto* leaf = dynamic_cast<antlr4::tree::TerminalNode*>(child); leaf->getSymbol()->getType() == P::COMMA) {
      if (comma) diagnostics_.add(Code::kSyntax, span(leaf->getSymbol()), "expected a name, found `,`", "one comma too many");
      comma = true;
    }
  }
  return add(std::move(out));
}

}  // namespace recipe
