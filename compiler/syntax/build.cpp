// SPDX-License-Identifier: Apache-2.0
// Declarations and members; conditions and values stand in build_conditions.cpp.
#include "compiler/syntax/build.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/syntax/literals.h"

namespace recipe {

using P = grammar::RecipeParser;

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
  document_.imports.push_back({span(tree), string(child<P::StringContext>(tree))});
}

void Builder::list_declaration(P::ListDeclarationContext* tree) {
  WrittenList list;
  list.span = span(tree);
  list.name = name(child<P::NameContext>(tree, 0));
  if (has(tree, P::COLON)) list.type = name(child<P::NameContext>(tree, 1));
  if (auto* values = child<P::ListContext>(tree)) {
    list.value = this->list(values, Place::kItem);
  } else {
    P::NameContext* word = child<P::NameContext>(tree, has(tree, P::COLON) ? 2 : 1);
    if (text(span(word)) != "file") {
      diagnostics_.add(Code::kSyntax, span(word), fmt::format("expected `[` or `file`, found `{}`", text(span(word))),
                       "a list is written as `[...]`, or read from `file \"...\"`");
      return;
    }
    list.file = string(child<P::StringContext>(tree));
  }
  document_.lists.push_back(std::move(list));
}

void Builder::macro_declaration(P::MacroDeclarationContext* tree) {
  WrittenMacro macro;
  macro.span = span(tree);
  macro.name = name(child<P::NameContext>(tree));
  if (auto* parameters = child<P::ParametersContext>(tree)) {
    for (P::NameContext* parameter : children<P::NameContext>(parameters)) macro.parameters.push_back(name(parameter));
  }
  macro.body = expression(child<P::ExpressionContext>(tree));
  document_.macros.push_back(std::move(macro));
}

void Builder::program_declaration(P::ProgramDeclarationContext* tree) {
  WrittenProgram program;
  program.span = span(tree);
  for (P::ProgramNameContext* n : children<P::ProgramNameContext>(tree)) {
    auto* quoted = child<P::StringContext>(n);
    program.names.push_back(quoted != nullptr ? string(quoted) : name(child<P::WordContext>(n)));
  }
  for (P::ProgramItemContext* item : children<P::ProgramItemContext>(tree)) {
    WrittenOptionItem& out = program.items.emplace_back();
    out.key = name(child<P::WordContext>(item));
    if (auto* quoted = child<P::StringContext>(item)) out.value = string_value(quoted);
    if (auto* values = child<P::ListContext>(item)) out.value = list(values, Place::kItem);
  }
  document_.programs.push_back(std::move(program));
}

void Builder::exception_declaration(P::ExceptionDeclarationContext* tree) {
  WrittenShared shared;
  shared.span = span(tree);
  shared.name = name(child<P::NameContext>(tree));
  if (auto* until = child<P::UntilContext>(tree)) shared.until = value(child<P::ValueContext>(until));
  shared.when = expression(child<P::ExpressionContext>(tree));
  document_.exceptions.push_back(std::move(shared));
}

WrittenTune Builder::tune_head(P::TuneHeadContext* tree) {
  WrittenTune tune;
  const std::vector<P::NameContext*> names = children<P::NameContext>(tree);
  auto* where = child<P::ExpressionContext>(tree);
  if (where == nullptr) {
    for (P::NameContext* each : names) tune.names.push_back(name(each));
    return tune;
  }
  const Span choice = span(where);
  tune.where = Word{text(choice), choice};
  if (names.size() > 1) {
    diagnostics_.add(Code::kSyntax, span(names[1]), "a tune names recipes or says `where`, not both", "is a recipe's name");
  } else {
    (void)is_word(names.front(), "where", "tune where category == execution { ... }");
  }
  return tune;
}

std::optional<ExpressionId> Builder::also_member(P::AlsoMemberContext* tree) {
  if (!is_word(child<P::NameContext>(tree), "also", "also when process.name == perl")) return std::nullopt;
  return expression(child<P::ExpressionContext>(tree));
}

// Members.

WrittenOn Builder::on_member(P::OnMemberContext* tree) {
  WrittenOn on;
  on.span = span(tree);
  on.any_group = has(tree, P::ANY);
  event_words(on, children<P::EventWordContext>(tree));
  counts_.clear();
  on.when = expression(child<P::ExpressionContext>(tree));
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
  sequence.by = by(child<P::ByContext>(tree));
  sequence.within = value(child<P::ValueContext>(tree));
  return sequence;
}

WrittenSequenceStep Builder::sequence_step(P::SequenceStepContext* tree) {
  WrittenSequenceStep step;
  step.name = name(child<P::NameContext>(tree));
  step.absent = has(tree, P::NOT);
  step.on.span = span(tree);
  step.on.any_group = has(tree, P::ANY);
  event_words(step.on, children<P::EventWordContext>(tree));
  step.on.when = expression(child<P::ExpressionContext>(tree));
  return step;
}

WrittenException Builder::except_member(P::ExceptMemberContext* tree) {
  WrittenException except;
  except.span = span(tree);
  if (auto* shared = child<P::NameContext>(tree)) {
    except.shared = name(shared);
    return except;
  }
  if (auto* title = child<P::StringContext>(tree)) except.title = string(title);
  if (auto* until = child<P::UntilContext>(tree)) except.until = value(child<P::ValueContext>(until));
  except.when = expression(child<P::ExpressionContext>(tree));
  return except;
}

std::vector<Word> Builder::by(P::ByContext* tree) {
  std::vector<Word> out;
  if (tree == nullptr) return out;
  for (P::NameContext* field : children<P::NameContext>(tree)) out.push_back(name(field));
  return out;
}

template <class Tree>
WrittenCount Builder::count_of(Tree* tree) {
  WrittenCount count;
  count.span = span(tree);
  count.op = operator_of(child<P::OperationContext>(tree));
  count.op_span = span(child<P::OperationContext>(tree));
  count.count = value(child<P::ValueContext>(tree, 0));
  count.period = value(child<P::ValueContext>(tree, 1));
  count.by = by(child<P::ByContext>(tree));
  return count;
}

WrittenCount Builder::count_member(P::CountMemberContext* tree) {
  return count_of(tree);
}
WrittenCount Builder::count_term(P::CountingContext* tree) {
  return count_of(tree);
}

WrittenSeen Builder::unless_member(P::UnlessMemberContext* tree) {
  WrittenSeen seen;
  seen.span = span(tree);
  (void)is_word(child<P::NameContext>(tree), "seen", "unless seen [process.exe] in 5d");
  for (const ValueId item : document_[list(child<P::ListContext>(tree), Place::kItem)].items) {
    const WrittenValue& field = document_[item];
    if (field.form != ValueForm::kWord) {
      diagnostics_.add(Code::kSyntax, field.span, "expected a field", "as in `unless seen [process.exe, dst.domain] in 5d`");
      continue;
    }
    seen.fields.push_back({field.text, field.span});
  }
  seen.period = value(child<P::ValueContext>(tree));
  return seen;
}

WrittenThrottle Builder::throttle_member(P::ThrottleMemberContext* tree) {
  WrittenThrottle throttle;
  throttle.span = span(tree);
  throttle.count = value(child<P::ValueContext>(tree, 0));
  throttle.period = value(child<P::ValueContext>(tree, 1));
  throttle.by = by(child<P::ByContext>(tree));
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
  mark.target = name(child<P::NameContext>(tree, 0));
  mark.name = name(child<P::NameContext>(tree, 1));
  (void)is_word(child<P::NameContext>(tree, 2), "for", "mark process.tree downloaded for 10m");
  mark.duration = value(child<P::ValueContext>(tree));
  return mark;
}

void Builder::step_word(WrittenStep& step, P::StepWordContext* word, ValueId given) {
  const std::string found = text(span(word));
  const std::pair<std::string_view, std::optional<ValueId>*> words[] = {
      {"after", &step.after}, {"times", &step.times},           {"every", &step.every},
      {"under", &step.under}, {"importance", &step.importance}, {"clause", &step.clause}};
  for (const auto& [known, into] : words) {
    if (known != found) continue;
    if (*into) diagnostics_.add(Code::kSyntax, span(word), fmt::format("`{}` is given twice", found), "given again here");
    *into = given;
    return;
  }
  diagnostics_.add(Code::kSyntax, span(word), fmt::format("`{}` is no word of a test's event", found),
                   "write `after`, `times`, `every`, `under`, `importance` or `clause`");
}

WrittenTest Builder::test_member(P::TestMemberContext* tree) {
  WrittenTest test;
  test.span = span(tree);
  test.title = string(child<P::StringContext>(tree, 0));
  test.expectation = has(tree, P::MATCH)  ? TestExpectation::kMatch
                     : has(tree, P::MARK) ? TestExpectation::kMark
                                          : TestExpectation::kNothing;
  if (const antlr4::Token* before = token(tree, P::WORD)) {
    const Span word = span(before);
    test.todo = text(word) == "todo";
    if (!test.todo)
      diagnostics_.add(Code::kSyntax, word, fmt::format("expected `match`, `nothing` or `mark`, found `{}`", text(word)),
                       "before it only `todo` may stand");
  }
  if (has(tree, P::IN)) {
    test.events = string(child<P::StringContext>(tree, 1));
    if (test.expectation != TestExpectation::kNothing)
      diagnostics_.add(Code::kSyntax, span(child<P::StringContext>(tree, 1)), "a file of events holds nothing that matches",
                       "write `nothing in \"events.jsonl\"`");
  }
  for (P::TestEachContext* each : children<P::TestEachContext>(tree)) {
    const Span word = span(token(each, P::WORD));
    if (text(word) != "each")
      diagnostics_.add(Code::kSyntax, word, fmt::format("expected `each` or an event, found `{}`", text(word)),
                       "as in `each name in [perl, ruby]`");
    test.each.push_back({name(child<P::NameContext>(each)), list(child<P::ListContext>(each), Place::kItem)});
  }
  for (P::TestStepContext* each : children<P::TestStepContext>(tree)) {
    WrittenStep& step = test.steps.emplace_back();
    step.event = name(child<P::EventWordContext>(each));
    if (auto* waited = child<P::ScalarContext>(each)) {
      (void)is_word(child<P::EventWordContext>(each), "wait", "then wait 30s");
      step.after = scalar(waited);
      continue;
    }
    const std::vector<P::StepWordContext*> words = children<P::StepWordContext>(each);
    const std::vector<P::ValueContext*> values = children<P::ValueContext>(each);
    for (size_t i = 0; i < words.size(); ++i) step_word(step, words[i], value(values[i]));
    step.values = object(child<P::ObjectContext>(each), Place::kTestItem);
  }
  return test;
}

Property Builder::property(P::PropertyContext* tree) {
  return {name(child<P::KeyContext>(tree)), value(child<P::ValueContext>(tree))};
}

}  // namespace recipe
