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
      return has(tree, P::OPTION) ? WrittenOperator::kHasOption
             : has(tree, P::FLAG) ? WrittenOperator::kHasFlag
                                  : WrittenOperator::kHas;
    default:
      return WrittenOperator::kIn;
  }
}

// Conditions. A level of one child is that child.

ExpressionId Builder::expression(P::ExpressionContext* tree) {
  const std::vector<P::ConjunctionContext*> parts = children<P::ConjunctionContext>(tree);
  if (parts.size() == 1) return conjunction(parts.front());
  Expression out;
  out.form = ExpressionForm::kOr;
  out.span = span(tree);
  for (size_t i = 0; i < parts.size(); ++i) {
    const ExpressionId child = conjunction(parts[i]);
    // conjunction, `or`, conjunction, ...
    if (i > 0) document_.expressions[child.index()].begins_line = begins_line(symbol_of(tree->children[2 * i - 1]));
    out.children.push_back(child);
  }
  return add(std::move(out));
}

ExpressionId Builder::conjunction(P::ConjunctionContext* tree) {
  const std::vector<P::NegationContext*> parts = children<P::NegationContext>(tree);
  if (parts.size() == 1) return negation(parts.front());
  Expression out;
  out.form = ExpressionForm::kAnd;
  out.span = span(tree);
  for (P::NegationContext* part : parts) out.children.push_back(negation(part));
  return add(std::move(out));
}

ExpressionId Builder::negation(P::NegationContext* tree) {
  if (!has(tree, P::NOT)) return primary(static_cast<P::PrimaryContext*>(tree->children.front()));
  Expression out;
  out.form = ExpressionForm::kNot;
  out.span = span(tree);
  out.children.push_back(negation(child<P::NegationContext>(tree)));
  return add(std::move(out));
}

ExpressionId Builder::primary(P::PrimaryContext* tree) {
  if (auto* grouped = as<P::GroupedContext>(tree)) {
    const ExpressionId inside = expression(child<P::ExpressionContext>(grouped));
    document_.expressions[inside.index()].parenthesised = true;
    return inside;
  }
  if (auto* q = as<P::QuantifiedContext>(tree)) return quantified(q);
  if (auto* t = as<P::TestContext>(tree)) return test(t);

  Expression out;
  out.span = span(tree);
  if (auto* exists = as<P::ExistsContext>(tree)) {
    out.form = ExpressionForm::kExists;
    out.subject.path = name(child<P::NameContext>(exists));
    if (auto* at = child<P::IndexContext>(exists)) index(out.subject, at);
  } else if (auto* counted = as<P::CountedContext>(tree)) {
    out.form = ExpressionForm::kTest;
    out.subject = subject(child<P::SubjectContext>(counted));
    if (out.subject.form != SubjectForm::kPlain) {
      diagnostics_.add(Code::kSyntax, span(child<P::SubjectContext>(counted)), "`count` takes a list by its name alone",
                       "as in `count(argv)`");
    }
    out.subject.form = SubjectForm::kCount;
    compare(out, child<P::ComparisonContext>(counted));
  } else if (auto* counting = as<P::CountingContext>(tree)) {
    out.form = ExpressionForm::kCounting;
    const ExpressionId id = add(std::move(out));
    counts_.emplace_back(id, count_term(counting));
    return id;
  } else if (auto* marked = as<P::MarkedContext>(tree)) {
    out.form = ExpressionForm::kMarked;
    const Span field = span(token(marked, P::MARKED));
    out.subject.path = {text(field), field};
    out.name = name(child<P::WordContext>(marked));
  } else {
    out.subject.path = {text(out.span), out.span};  // true, false
  }
  return add(std::move(out));
}

// any p in process.ancestors: ...  or  any argv like "..."
ExpressionId Builder::quantified(P::QuantifiedContext* tree) {
  const bool any = has(tree, P::ANY);
  Expression out;
  out.span = span(tree);
  if (!has(tree, P::COLON)) {
    out.form = ExpressionForm::kTest;
    out.subject = subject(child<P::SubjectContext>(tree));
    out.subject.over = any ? WrittenSubject::Over::kAny : WrittenSubject::Over::kAll;
    compare(out, child<P::ComparisonContext>(tree));
    return add(std::move(out));
  }
  P::ComparisonContext* in = child<P::ComparisonContext>(tree);
  out.form = any ? ExpressionForm::kAny : ExpressionForm::kAll;
  P::SubjectContext* variable = child<P::SubjectContext>(tree);
  P::ValueContext* list = child<P::ValueContext>(in);
  out.name = name(child<P::NameContext>(variable));
  const bool plain = variable->children.size() == 1 && !has(in, P::NOT) && has(child<P::OperationContext>(in), P::IN) &&
                     !has(in, P::NOCASE) && !has(in, P::ANY) && !has(in, P::ALL) &&
                     child<P::OperandWordContext>(list) != nullptr && out.name.text.find('.') == std::string::npos;
  if (!plain) {
    diagnostics_
        .add(Code::kSyntax, {document_.source, out.span.begin, span(in).end},
             fmt::format("`:` stands behind `{} NAME in LIST` only", any ? "any" : "all"), "is not of this form")
        .hints.push_back("write `any p in process.ancestors: p.name == \"sh\"`, or leave the `:` out to test each element");
  }
  out.subject.path = name(list);
  out.children.push_back(expression(child<P::ExpressionContext>(tree)));
  return add(std::move(out));
}

ExpressionId Builder::test(P::TestContext* tree) {
  Expression out;
  out.span = span(tree);
  P::SubjectContext* left = child<P::SubjectContext>(tree);
  if (auto* call = child<P::CallContext>(tree)) {
    out.form = ExpressionForm::kCall;
    out.name = name(left);
    for (P::ValueContext* argument : children<P::ValueContext>(call)) out.arguments.push_back(value(argument));
    if (left->children.size() != 1) {
      diagnostics_.add(Code::kSyntax, span(left), "a macro is called by its name alone", "is not a macro's name");
    }
    return add(std::move(out));
  }
  out.subject = subject(left);
  if (auto* comparison = child<P::ComparisonContext>(tree)) {
    out.form = ExpressionForm::kTest;
    compare(out, comparison);
  }
  return add(std::move(out));
}

void Builder::compare(Expression& into, P::ComparisonContext* tree) {
  P::OperationContext* operation = child<P::OperationContext>(tree);
  into.negated = has(tree, P::NOT);
  into.nocase = has(tree, P::NOCASE);
  into.op = operator_of(operation);
  into.op_span = {document_.source, span(tree->start).begin, span(operation).end};
  if (has(tree, P::ANY)) into.quantifier = WrittenQuantifier::kAny;
  if (has(tree, P::ALL)) into.quantifier = WrittenQuantifier::kAll;
  P::ValueContext* operand = child<P::ValueContext>(tree);
  const antlr4::Token* right = operand->start;
  if (child<P::OperandWordContext>(operand) != nullptr && begins_line(right)) {
    // `process.name ==` and then the next member: its key is no value. A word that is meant stands on the operator's line.
    throw SyntaxFault{SyntaxFault::Kind::kUnexpected, right->getTokenIndex(), "a value"};
  }
  into.value = value(operand);
}

WrittenSubject Builder::subject(P::SubjectContext* tree) {
  WrittenSubject out;
  out.path = name(child<P::NameContext>(tree));
  if (has(tree, P::OPTION)) out.form = SubjectForm::kOption;
  if (has(tree, P::OPERAND)) out.form = SubjectForm::kOperand;
  if (auto* argument = child<P::ValueContext>(tree)) out.argument = value(argument);
  if (auto* at = child<P::IndexContext>(tree)) index(out, at);
  return out;
}

void Builder::index(WrittenSubject& into, P::IndexContext* tree) {
  into.form = SubjectForm::kIndex;
  into.argument = value(child<P::ValueContext>(tree));
}

// Values.

ValueId Builder::value(P::ValueContext* tree) {
  if (auto* each = child<P::StringContext>(tree)) return string_value(each);
  if (auto* each = child<P::ScalarContext>(tree)) return scalar(each);
  if (auto* each = child<P::SpliceContext>(tree)) return splice(each);
  if (auto* each = child<P::ListContext>(tree)) return list(each, Place::kItem);
  return word(child<P::OperandWordContext>(tree), Place::kOperand);
}

ValueId Builder::item(P::ItemContext* tree, Place place) {
  if (auto* each = child<P::StringContext>(tree)) return string_value(each);
  if (auto* each = child<P::ScalarContext>(tree)) return scalar(each);
  if (auto* each = child<P::SpliceContext>(tree)) return splice(each);
  if (auto* each = child<P::ListContext>(tree)) return list(each, place);
  if (auto* each = child<P::ObjectContext>(tree)) return object(each, place);
  return word(child<P::WordContext>(tree), place);
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
  if (has(tree, P::ADDRESS)) {
    out.form = ValueForm::kAddress;
    return add(std::move(out));
  }
  out.form = has(tree, P::DURATION) ? ValueForm::kDuration : ValueForm::kInt;
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
  out.text = text(span(child<P::NameContext>(tree)));
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
  for (antlr4::tree::ParseTree* each : tree->children) {
    if (auto* element = as<P::ItemContext>(each)) {
      out.items.push_back(item(element, place));
      comma = false;
    } else if (const antlr4::Token* leaf = symbol_of(each); leaf->getType() == P::COMMA) {
      if (comma) diagnostics_.add(Code::kSyntax, span(leaf), "expected a value, found `,`", "one comma too many");
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
  for (antlr4::tree::ParseTree* each : tree->children) {
    if (auto* entry = as<P::EntryContext>(each)) {
      auto* quoted = child<P::StringContext>(entry);
      Word key = quoted != nullptr ? string(quoted) : name(child<P::WordContext>(entry));
      const ValueId value = item(child<P::ItemContext>(entry), place);
      out.entries.push_back({std::move(key), value});
      comma = false;
    } else if (const antlr4::Token* leaf = symbol_of(each); leaf->getType() == P::COMMA) {
      if (comma) diagnostics_.add(Code::kSyntax, span(leaf), "expected a name, found `,`", "one comma too many");
      comma = true;
    }
  }
  return add(std::move(out));
}

}  // namespace recipe
