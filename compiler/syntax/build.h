// SPDX-License-Identifier: Apache-2.0
// ANTLR's trees → Document. One call an entry rule of the grammar; literals are read here. What the grammar allows and the
// language does not (a comma too many, a macro that is compared) is reported here;
// a value that is missing is thrown as the SyntaxFault that the parser would have thrown.
#pragma once
#include <optional>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "compiler/diagnostic/diagnostic.h"
#include "compiler/document.h"
#include "compiler/syntax/grammar_parser.h"

namespace recipe {

// Trees, without ANTLR's own accessors: those ask each child by dynamic_cast, which was a sixth of a compile. Here the
// addresses of the types are compared; a type has one, because the generated parser is linked into one program and never
// loaded.

// The tree, if it is a T and nothing derived from it; else nullptr.
template <class T>
[[nodiscard]] T* as(antlr4::tree::ParseTree* tree) {
  return &typeid(*tree) == &typeid(T) ? static_cast<T*>(tree) : nullptr;
}
// The symbol of a leaf; nullptr: the tree is a rule.
[[nodiscard]] inline antlr4::Token* symbol_of(antlr4::tree::ParseTree* tree) {
  const bool leaf = &typeid(*tree) == &typeid(antlr4::tree::TerminalNodeImpl);
  return leaf ? static_cast<antlr4::tree::TerminalNode*>(tree)->getSymbol() : nullptr;
}

// The child that is a T and has `index` such before it; nullptr: there is none.
template <class T>
[[nodiscard]] T* child(const antlr4::ParserRuleContext* tree, size_t index = 0) {
  for (antlr4::tree::ParseTree* each : tree->children) {
    if (T* found = as<T>(each); found != nullptr && index-- == 0) return found;
  }
  return nullptr;
}
template <class T>
[[nodiscard]] std::vector<T*> children(const antlr4::ParserRuleContext* tree) {
  std::vector<T*> found;
  for (antlr4::tree::ParseTree* each : tree->children) {
    if (T* one = as<T>(each)) found.push_back(one);
  }
  return found;
}
// The first token of this kind right below the tree; nullptr: there is none.
[[nodiscard]] inline antlr4::Token* token(const antlr4::ParserRuleContext* tree, size_t kind) {
  for (antlr4::tree::ParseTree* each : tree->children) {
    if (antlr4::Token* symbol = symbol_of(each); symbol != nullptr && symbol->getType() == kind) return symbol;
  }
  return nullptr;
}
[[nodiscard]] inline bool has(const antlr4::ParserRuleContext* tree, size_t kind) {
  return token(tree, kind) != nullptr;
}

class Builder {
 public:
  Builder(Document& document, std::string_view text, Diagnostics& diagnostics)
      : document_(document), text_(text), diagnostics_(diagnostics) {}

  void import_declaration(grammar::RecipeParser::ImportDeclarationContext* tree);
  void list_declaration(grammar::RecipeParser::ListDeclarationContext* tree);
  void macro_declaration(grammar::RecipeParser::MacroDeclarationContext* tree);
  void program_declaration(grammar::RecipeParser::ProgramDeclarationContext* tree);

  void exception_declaration(grammar::RecipeParser::ExceptionDeclarationContext* tree);
  WrittenTune tune_head(grammar::RecipeParser::TuneHeadContext* tree);
  std::optional<ExpressionId> also_member(grammar::RecipeParser::AlsoMemberContext* tree);  // nullopt: reported

  WrittenSequence sequence_head(grammar::RecipeParser::SequenceHeadContext* tree);
  WrittenSequenceStep sequence_step(grammar::RecipeParser::SequenceStepContext* tree);
  WrittenCount count_member(grammar::RecipeParser::CountMemberContext* tree);
  WrittenSeen unless_member(grammar::RecipeParser::UnlessMemberContext* tree);
  WrittenOn on_member(grammar::RecipeParser::OnMemberContext* tree);
  WrittenException except_member(grammar::RecipeParser::ExceptMemberContext* tree);
  WrittenThrottle throttle_member(grammar::RecipeParser::ThrottleMemberContext* tree);
  WrittenMark mark_member(grammar::RecipeParser::MarkMemberContext* tree);
  WrittenTest test_member(grammar::RecipeParser::TestMemberContext* tree);
  Property property(grammar::RecipeParser::PropertyContext* tree);
  Word name(antlr4::ParserRuleContext* tree);

  [[nodiscard]] Span span(const antlr4::ParserRuleContext* tree) const;
  [[nodiscard]] Span span(const antlr4::Token* token) const;

 private:
  using P = grammar::RecipeParser;

  ExpressionId expression(P::ExpressionContext* tree);
  ExpressionId conjunction(P::ConjunctionContext* tree);
  ExpressionId negation(P::NegationContext* tree);
  ExpressionId primary(P::PrimaryContext* tree);
  ExpressionId quantified(P::QuantifiedContext* tree);
  ExpressionId test(P::TestContext* tree);
  [[nodiscard]] static WrittenOperator operator_of(P::OperationContext* tree);
  void compare(Expression& into, P::ComparisonContext* tree);
  WrittenSubject subject(P::SubjectContext* tree);
  void event_words(WrittenOn& into, const std::vector<P::EventWordContext*>& words);
  template <class Tree>
  WrittenCount count_of(Tree* tree);
  WrittenCount count_term(P::CountingContext* tree);
  void take_count(WrittenOn& on);
  void step_word(WrittenStep& step, P::StepWordContext* word, ValueId given);
  std::vector<Word> by(P::ByContext* tree);
  bool is_word(antlr4::ParserRuleContext* tree, std::string_view wanted, std::string_view example);
  void index(WrittenSubject& into, P::IndexContext* tree);

  enum class Place : uint8_t { kOperand, kItem, kTestItem };
  ValueId value(P::ValueContext* tree);
  ValueId scalar(P::ScalarContext* tree);
  ValueId splice(P::SpliceContext* tree);
  ValueId list(P::ListContext* tree, Place place);
  ValueId item(P::ItemContext* tree, Place place);
  ValueId object(P::ObjectContext* tree, Place place);
  ValueId word(antlr4::ParserRuleContext* tree, Place place);
  ValueId string_value(P::StringContext* tree);
  Word string(P::StringContext* tree);

  ValueId add(WrittenValue value);
  ExpressionId add(Expression expression);
  [[nodiscard]] std::string text(Span span) const { return std::string(text_.substr(span.begin, span.end - span.begin)); }
  [[nodiscard]] bool begins_line(const antlr4::Token* token) const;

  Document& document_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<std::pair<ExpressionId, WrittenCount>> counts_;  // of the member that is built
};

}  // namespace recipe
