// SPDX-License-Identifier: Apache-2.0
// Source → Document. The file is cut into declarations (chunks.h), a recipe into its members here; ANTLR sees one of them at a
// time, so an error costs one member. After one, reading goes on where the next member can be told by its first words.
// Limits: kMaxRecipeBytes a declaration, kMaxExpressionDepth, kMaxFaults a file. No exception leaves.
#include "compiler/syntax/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/predicate.h"
#include "compiler/syntax/broken.h"
#include "compiler/syntax/build.h"
#include "compiler/syntax/chunks.h"
#include "compiler/syntax/grammar_parser.h"
#include "compiler/syntax/members.h"

namespace recipe {
namespace {

using P = grammar::RecipeParser;

// Past it a file is no recipe file, and each fault costs an exception.
constexpr size_t kMaxFaults = 100;

class FileParser {
 public:
  FileParser(std::string_view text, TokenWindow& window, BoundedParser& parser, Document& document, Diagnostics& diagnostics)
      : text_(text),
        document_(document),
        diagnostics_(diagnostics),
        window_(window),
        parser_(parser),
        builder_(document, text_, diagnostics) {}

  void run();

 private:
  void declaration();
  void recipe();
  void member(WrittenRecipe& recipe);
  void withdraw(WrittenRecipe& recipe, const Token& line);
  void tune();
  void tune_member(WrittenTune& tune);
  void sequence(WrittenRecipe& recipe);
  void block(std::vector<Property>& into, std::vector<WrittenMark>* marks = nullptr);
  void one_property(std::vector<Property>& into);

  // Runs `rule`; false after a fault, which is reported.
  template <class Rule>
  bool attempt(Rule rule);
  void report(const SyntaxFault& fault, size_t from);
  void unexpected(size_t token, std::string_view expected, size_t from);
  void skip_to_member(size_t from);
  void skip_unsupported();

  [[nodiscard]] const Token& at(size_t i) const { return chunk_.tokens[std::min(i, chunk_.tokens.size() - 1)]; }
  [[nodiscard]] size_t here() { return window_.index(); }
  [[nodiscard]] std::string_view words(const Token& token) const { return text_.substr(token.begin, token.end - token.begin); }
  [[nodiscard]] Span span(const Token& token) const { return {document_.source, token.begin, token.end}; }
  [[nodiscard]] bool spent() const { return faults_ >= kMaxFaults; }

  std::string_view text_;
  Document& document_;
  Diagnostics& diagnostics_;
  Chunk chunk_;
  TokenWindow& window_;
  BoundedParser& parser_;
  Builder builder_;
  size_t faults_ = 0;
  bool ended_ = false;  // the end of the declaration came too early, and that was reported
  bool at_except_ = false;
  bool joins_ = false;  // the member before ended with a condition, which `and` or `or` would carry on
};

template <class Rule>
bool FileParser::attempt(Rule rule) {
  const size_t from = here();
  const size_t before = diagnostics_.errors();
  try {
    rule();
    parser_.forget();
    faults_ += diagnostics_.errors() - before;
    return true;
  } catch (const SyntaxFault& fault) {
    report(fault, from);
  } catch (const std::exception& error) {
    // The runtime's own faults (a broken automaton, no memory): the text is still refused, not passed over.
    ++faults_;
    diagnostics_.add(Code::kSyntax, span(at(here())), fmt::format("cannot be parsed: {}", error.what()));
  }
  parser_.forget();
  parser_.setContext(nullptr);
  return false;
}

void FileParser::report(const SyntaxFault& fault, size_t from) {
  if (fault.kind == SyntaxFault::Kind::kTooDeep) {
    ++faults_;
    diagnostics_
        .add(Code::kTooDeep, span(at(fault.token)), fmt::format("nested more than {} levels deep", kMaxExpressionDepth),
             "this level is one too many")
        .hints.push_back("give a part of it a name with `macro`, or a list with `list`");
    window_.seek(fault.token);
    return;
  }
  unexpected(fault.token, fault.expected, from);
}

// "expected `,` or `]`, found `}`". `from`: the first token of what was being read.
void FileParser::unexpected(size_t token, std::string_view expected, size_t from) {
  ++faults_;
  window_.seek(token);
  const Token& found = at(token);
  if (is_broken(found.kind)) return;  // reported by report_broken, for the whole file
  std::string wanted(expected.empty() ? "something else" : expected);
  const bool condition =
      at(from).kind == P::ON || at(from).kind == P::EXCEPT || at(from).kind == P::MACRO || at(from).kind == P::EXCEPTION;
  if (condition && expected == "`)`") {
    // A condition may end before each operator, so the parser's own answer is the shortest one.
    const bool bare = at(token - 1).kind == P::WORD && !is_operator(at(token - 2).kind);
    wanted = bare ? "an operator, `and`, `or` or `)`" : "`and`, `or` or `)`";
  }
  if (found.kind == kEndOfText) {
    if (ended_) return;  // one bracket is missing, and each part around it would say so
    ended_ = true;
    const std::optional<size_t> open = innermost_open(chunk_.tokens);
    const Token& last = at(chunk_.tokens.size() < 2 ? 0 : chunk_.tokens.size() - 2);
    if (open) {
      Diagnostic& d = diagnostics_.add(Code::kUnclosed, span(at(*open)), fmt::format("`{}` is not closed", words(at(*open))),
                                       "opened here");
      d.secondary.push_back({{document_.source, last.end, last.end}, fmt::format("expected {}", wanted)});
    } else {
      diagnostics_.add(Code::kSyntax, span(last), fmt::format("expected {} behind `{}`", wanted, excerpt(words(last))),
                       "nothing follows");
    }
    return;
  }
  Diagnostic& d =
      diagnostics_.add(Code::kSyntax, span(found), fmt::format("expected {}, found `{}`", wanted, excerpt(words(found))),
                       fmt::format("expected {}", wanted));
  if (found.kind == P::ASSIGN && (condition || joins_)) {
    d.hints.push_back("equality is `==`");
    d.fixes.push_back({span(found), "==", "compare with `==`"});
  }
  if (const std::string_view close = nearest_keyword(words(at(from))); !close.empty() && at(from).kind == P::WORD) {
    d.hints.push_back(fmt::format("`{}` is no word of the language here: did you mean `{}`?", words(at(from)), close));
    d.fixes.push_back({span(at(from)), std::string(close), fmt::format("write `{}`", close)});
  }
}

// On to the next member of the recipe, or its closing brace. `from`: the member that went wrong.
void FileParser::skip_to_member(size_t from) {
  window_.seek(next_member(chunk_.tokens, from, here()));
}

void FileParser::skip_unsupported() {
  const size_t from = here();
  std::string what = fmt::format("`{}`", words(at(from)));
  window_.seek(next_member(chunk_.tokens, from, from + 1));
  const Token& last = at(std::max(here(), from + 1) - 1);
  document_.unsupported.push_back({{document_.source, at(from).begin, last.end}, std::move(what)});
}

void FileParser::run() {
  if (text_.size() > kMaxSourceBytes) {
    diagnostics_.add(Code::kTooLarge, {document_.source, 0, 0}, "the file is larger than 64 MiB");
    return;
  }
  Chunks chunks(text_);
  while (!spent() && chunks.next(chunk_)) declaration();
  if (spent()) {
    diagnostics_.add(Code::kSyntax, {document_.source, chunk_.end, chunk_.end},
                     fmt::format("{} errors in one file: what follows was not read", faults_), "not read from here");
  }
  report_broken(text_, document_.source, chunks.broken(), diagnostics_);
  collect_allows(text_, chunks.comments(), document_);
}

void FileParser::declaration() {
  const Token& first = at(0);
  if (!chunk_.declares) {
    ++faults_;
    if (is_broken(first.kind)) return;
    Diagnostic& d =
        diagnostics_.add(Code::kSyntax, span(first), fmt::format("expected a declaration, found `{}`", excerpt(words(first))),
                         "expected `recipe`, `list`, `macro`, `program` or `import`");
    if (const std::string_view close = nearest_declaration(words(first)); !close.empty()) {
      d.hints.push_back(fmt::format("did you mean `{}`?", close));
      d.fixes.push_back({span(first), std::string(close), fmt::format("write `{}`", close)});
    }
    return;
  }
  if (chunk_.too_large) {
    ++faults_;
    diagnostics_.add(Code::kTooLarge, span(first), fmt::format("this `{}` is larger than 1 MiB", words(first)), "begins here")
        .hints.push_back("split it, or move its lists into files of their own");
    return;
  }
  window_.assign(text_, chunk_.tokens);
  parser_.reset();
  joins_ = false;
  ended_ = false;
  if (first.kind == P::RECIPE) return recipe();
  if (first.kind == P::TUNE) return tune();

  const bool parsed = attempt([&] {
    switch (first.kind) {
      case P::IMPORT:
        return builder_.import_declaration(parser_.importDeclaration());
      case P::LIST:
        return builder_.list_declaration(parser_.listDeclaration());
      case P::MACRO:
        return builder_.macro_declaration(parser_.macroDeclaration());
      case P::EXCEPTION:
        return builder_.exception_declaration(parser_.exceptionDeclaration());
      default:
        return builder_.program_declaration(parser_.programDeclaration());
    }
  });
  if (parsed && at(here()).kind != kEndOfText) {
    const bool condition = first.kind == P::MACRO || first.kind == P::EXCEPTION;
    unexpected(here(), condition ? "`and`, `or` or a declaration" : "a declaration", here());
  }
}

void FileParser::recipe() {
  WrittenRecipe recipe;
  if (!attempt([&] { recipe.name = builder_.name(child<P::NameContext>(parser_.recipeHead())); })) return;
  while (!spent() && at(here()).kind != P::RBRACE && at(here()).kind != kEndOfText) {
    const size_t before = here();
    member(recipe);
    if (here() == before) window_.seek(before + 1);  // each turn takes a token, whatever went wrong
    if (here() == before) break;
  }
  if (!spent() && at(here()).kind == kEndOfText) unexpected(here(), "`}`", 0);
  recipe.span = {document_.source, at(0).begin, chunk_.end};
  document_.recipes.push_back(std::move(recipe));
}

void FileParser::member(WrittenRecipe& recipe) {
  const size_t from = here();
  const Token& first = at(from);
  if (is_unsupported(first.kind)) return skip_unsupported();
  // `argv contains "-e"` on a line of its own behind a condition is a forgotten `and`.
  const bool follows = from > 0 && !first.first_on_line && at(from - 1).kind != P::LBRACE;
  if ((joins_ && first.kind != P::COUNT && is_operator(at(from + 1).kind)) ||
      (follows && !is_member_start(chunk_.tokens, from))) {
    size_t line = from;
    while (line > 0 && !at(line).first_on_line) --line;
    unexpected(from, joins_ ? "`and`, `or` or a new line" : "a new line", line);
    withdraw(recipe, at(line));
    return skip_to_member(from);
  }
  at_except_ = first.kind == P::EXCEPT;
  joins_ = first.kind == P::ON || at_except_;
  bool parsed = false;
  switch (first.kind) {
    case P::ON:
      parsed = attempt([&] { recipe.ons.push_back(builder_.on_member(parser_.onMember())); });
      if (parsed && at(here()).kind == P::LBRACE) {
        joins_ = false;
        block(recipe.ons.back().properties, &recipe.ons.back().marks);
        recipe.ons.back().span.end = at(here() - 1).end;
      }
      break;
    case P::EXCEPT:
      parsed = attempt([&] { recipe.exceptions.push_back(builder_.except_member(parser_.exceptMember())); });
      break;
    case P::SEQUENCE:
      return sequence(recipe);
    case P::COUNT:
      parsed = attempt([&] { recipe.counts.push_back(builder_.count_member(parser_.countMember())); });
      break;
    case P::UNLESS:
      parsed = attempt([&] { recipe.seen.push_back(builder_.unless_member(parser_.unlessMember())); });
      break;
    case P::THROTTLE:
      parsed = attempt([&] { recipe.throttles.push_back(builder_.throttle_member(parser_.throttleMember())); });
      break;
    case P::MARK:
      parsed = attempt([&] { recipe.marks.push_back(builder_.mark_member(parser_.markMember())); });
      break;
    case P::TEST:
      parsed = attempt([&] { recipe.tests.push_back(builder_.test_member(parser_.testMember())); });
      break;
    case P::DOC:
      window_.consume();
      parsed = at(here()).kind == P::LBRACE;
      if (!parsed) {
        unexpected(here(), "`{`", from);
        break;
      }
      block(recipe.doc);
      recipe.doc_span = Span{document_.source, first.begin, at(here() - 1).end};
      break;
    default:
      one_property(recipe.properties);
      return;
  }
  if (!parsed) {
    joins_ = false;
    skip_to_member(from);
  }
}

// sequence ... { STEP ... }
void FileParser::sequence(WrittenRecipe& recipe) {
  const size_t from = here();
  WrittenSequence made;
  if (!attempt([&] { made = builder_.sequence_head(parser_.sequenceHead()); })) return skip_to_member(from);
  while (!spent() && at(here()).kind != P::RBRACE && at(here()).kind != kEndOfText) {
    const size_t before = here();
    if (!attempt([&] { made.steps.push_back(builder_.sequence_step(parser_.sequenceStep())); })) {
      // Which steps there are is not known any more: on behind the sequence.
      window_.seek(next_member(chunk_.tokens, before, here()));
      while (at(here()).kind != P::RBRACE && at(here()).kind != kEndOfText) window_.seek(here() + 1);
    }
  }
  if (at(here()).kind == P::RBRACE) window_.consume();
  made.span.end = at(here() - 1).end;
  recipe.sequences.push_back(std::move(made));
}

// tune a, b { ... }
void FileParser::tune() {
  WrittenTune made;
  if (!attempt([&] { made = builder_.tune_head(parser_.tuneHead()); })) return;
  while (!spent() && at(here()).kind != P::RBRACE && at(here()).kind != kEndOfText) {
    const size_t before = here();
    tune_member(made);
    if (here() == before) window_.seek(before + 1);
    if (here() == before) break;
  }
  if (!spent() && at(here()).kind == kEndOfText) unexpected(here(), "`}`", 0);
  made.span = {document_.source, at(0).begin, chunk_.end};
  document_.tunes.push_back(std::move(made));
}

void FileParser::tune_member(WrittenTune& tune) {
  const size_t from = here();
  bool parsed = true;
  if (at(from).kind == P::EXCEPT) {
    parsed = attempt([&] { tune.exceptions.push_back(builder_.except_member(parser_.exceptMember())); });
  } else if (at(from + 1).kind == P::WHEN) {
    parsed = attempt([&] {
      if (const auto also = builder_.also_member(parser_.alsoMember())) tune.also.push_back(*also);
    });
  } else {
    return one_property(tune.properties);
  }
  if (!parsed) skip_to_member(from);
}

// The member that `line` begins was read and goes on in a way that it cannot: it is not what was meant, so `check` must not
// judge it. A condition becomes `true`: a trigger that is gone would be missed.
void FileParser::withdraw(WrittenRecipe& recipe, const Token& line) {
  const auto begun_here = [&](Span s) { return s.begin == line.begin; };
  if (joins_) {
    if (at_except_ && recipe.exceptions.back().shared) return;
    ExpressionId& when = at_except_ ? recipe.exceptions.back().when : recipe.ons.back().when;
    Expression always;
    always.span = document_[when].span;
    always.subject.path = {"true", always.span};
    document_.expressions.push_back(std::move(always));
    when = ExpressionId{static_cast<uint32_t>(document_.expressions.size() - 1)};
  } else if (!recipe.properties.empty() && begun_here(recipe.properties.back().key.span)) {
    recipe.properties.pop_back();
  }
  joins_ = false;
}

// `{ key value ... }`; the present token is the `{`. marks: where they may stand among the keys.
void FileParser::block(std::vector<Property>& into, std::vector<WrittenMark>* marks) {
  window_.consume();
  while (!spent() && at(here()).kind != P::RBRACE && at(here()).kind != kEndOfText) {
    const size_t before = here();
    if (is_unsupported(at(before).kind)) {
      skip_unsupported();
    } else if (marks != nullptr && at(before).kind == P::MARK) {
      if (!attempt([&] { marks->push_back(builder_.mark_member(parser_.markMember())); })) skip_to_member(before);
    } else {
      one_property(into);
    }
    if (here() == before) window_.seek(before + 1);
    if (here() == before) break;
  }
  if (at(here()).kind == P::RBRACE) window_.consume();
}

void FileParser::one_property(std::vector<Property>& into) {
  const size_t from = here();
  const bool parsed = attempt([&] { into.push_back(builder_.property(parser_.property())); });
  if (!parsed) return skip_to_member(from);
  // `title` alone, and the next line's key taken for its value.
  const WrittenValue& value = document_[into.back().value];
  const bool is_word = value.form == ValueForm::kWord || value.form == ValueForm::kPath;
  if (!is_word || !at(from + 1).first_on_line) return;
  into.pop_back();
  ++faults_;
  diagnostics_.add(Code::kSyntax, span(at(from)), fmt::format("`{}` has no value", words(at(from))),
                   "expected a value behind it");
  window_.seek(from + 1);
}

}  // namespace

struct DocumentParser::State {
  TokenWindow window;
  BoundedParser parser{&window};
};

DocumentParser::DocumentParser() : state_(std::make_unique<State>()) {}
DocumentParser::~DocumentParser() = default;

Document DocumentParser::parse(const Sources& sources, SourceId id, Diagnostics& diagnostics) {
  Document document;
  document.source = id;
  FileParser(sources[id].text, state_->window, state_->parser, document, diagnostics).run();
  return document;
}

Document parse(const Sources& sources, SourceId id, Diagnostics& diagnostics) {
  return DocumentParser().parse(sources, id, diagnostics);
}

}  // namespace recipe
