// SPDX-License-Identifier: Apache-2.0
// Builder's other half: conditions, and the values in them.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/syntax/build.h"
#include "compiler/syntax/literals.h"

namespace recipe {
namespace {

using P = grammar::RecipeParser;

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

WrittenOperator Builder::operator_of(P::OperationContext* tree) {
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
    counts_.emplace_back(id, count_term(counting));
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
