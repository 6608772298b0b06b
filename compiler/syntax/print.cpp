// SPDX-License-Identifier: Apache-2.0
// Document → text, for --emit=document and the goldens: an outline by indentation, names and words only, one line a node.
// Strings stand in quotes, so that a word and a string can be told apart.
#include <fmt/format.h>

#include <iterator>

#include "compiler/syntax/literals.h"
#include "compiler/syntax/parse.h"

namespace recipe {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    const size_t length = utf8_length(text.substr(at));
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (length == 0 || (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f))) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += text.substr(at, length);
    }
    at += std::max<size_t>(length, 1);
  }
  return out + '"';
}

std::string_view spelling(WrittenOperator op) {
  switch (op) {
    case WrittenOperator::kEqual:
      return "==";
    case WrittenOperator::kNotEqual:
      return "!=";
    case WrittenOperator::kIn:
      return "in";
    case WrittenOperator::kLess:
      return "<";
    case WrittenOperator::kLessEqual:
      return "<=";
    case WrittenOperator::kGreater:
      return ">";
    case WrittenOperator::kGreaterEqual:
      return ">=";
    case WrittenOperator::kContains:
      return "contains";
    case WrittenOperator::kStartsWith:
      return "startswith";
    case WrittenOperator::kEndsWith:
      return "endswith";
    case WrittenOperator::kLike:
      return "like";
    case WrittenOperator::kMatches:
      return "matches";
    case WrittenOperator::kUnder:
      return "under";
    case WrittenOperator::kWithin:
      return "within";
    case WrittenOperator::kHas:
      return "has";
    case WrittenOperator::kHasFlag:
      return "has flag";
    case WrittenOperator::kHasOption:
      return "has option";
  }
  return {};
}

class Printer {
 public:
  explicit Printer(const Document& document) : document_(document) {}

  std::string run() {
    for (const WrittenImport& import : document_.imports) line("import {}", in_quotes(import.path.text));
    for (const WrittenList& list : document_.lists) {
      line("list {}{} = {}", list.name.text, list.type ? ": " + list.type->text : "",
           list.file ? "file " + in_quotes(list.file->text) : value(list.value));
    }
    for (const WrittenMacro& macro : document_.macros) print_macro(macro);
    for (const WrittenProgram& program : document_.programs) print_program(program);
    for (const WrittenShared& shared : document_.exceptions) print_shared(shared);
    for (const WrittenRecipe& recipe : document_.recipes) print_recipe(recipe);
    for (const WrittenTune& tune : document_.tunes) print_tune(tune);
    for (const WrittenAllow& allow : document_.allows) line("allow {}: {}", allow.lint.text, allow.reason);
    for (const Unsupported& u : document_.unsupported) line("unsupported {}", u.what);
    return std::move(out_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    out_.append(2 * depth_, ' ');
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }

  std::string value(ValueId id) const {
    if (!id.valid()) return "?";
    const WrittenValue& v = document_[id];
    switch (v.form) {
      case ValueForm::kString:
        return in_quotes(v.text);
      case ValueForm::kWord:
        return v.text;
      case ValueForm::kPath:
        return "field " + v.text;
      case ValueForm::kInt:
        return std::to_string(v.number);
      case ValueForm::kDuration:
        return v.text;
      case ValueForm::kAddress:
        return "address " + v.text;
      case ValueForm::kBool:
        return v.number != 0 ? "true" : "false";
      case ValueForm::kSplice:
        return "..." + v.text;
      case ValueForm::kList:
        return '[' + values(v.items) + ']';
      case ValueForm::kObject: {
        std::string out = "{";
        for (const ValueEntry& entry : v.entries) {
          if (out.size() > 1) out += ", ";
          out += entry.name.text + ": " + value(entry.value);
        }
        return out + '}';
      }
    }
    return {};
  }

  std::string values(const std::vector<ValueId>& ids) const {
    std::string out;
    for (const ValueId id : ids) {
      if (!out.empty()) out += ", ";
      out += value(id);
    }
    return out;
  }

  std::string subject(const WrittenSubject& s) const {
    std::string out;
    if (s.over == WrittenSubject::Over::kAny) out += "any ";
    if (s.over == WrittenSubject::Over::kAll) out += "all ";
    out += s.path.text;
    if (s.form == SubjectForm::kOption) out += " option";
    if (s.form == SubjectForm::kOperand) out += " operand";
    if (s.form == SubjectForm::kCount) return "count(" + out + ")";
    if (!s.argument) return out;
    return out + (s.form == SubjectForm::kIndex ? "[" + value(*s.argument) + "]" : ' ' + value(*s.argument));
  }

  void print_expression(ExpressionId id) {
    if (!id.valid()) return line("?");
    const Expression& e = document_[id];
    const std::string_view before = e.begins_line ? "or, on a new line: " : "";
    const std::string_view behind = e.parenthesised ? " (in parentheses)" : "";
    switch (e.form) {
      case ExpressionForm::kOr:
        line("{}or{}", before, behind);
        break;
      case ExpressionForm::kAnd:
        line("{}and{}", before, behind);
        break;
      case ExpressionForm::kNot:
        line("{}not{}", before, behind);
        break;
      case ExpressionForm::kTest:
        line("{}{}{} {}{}{} {}{}", before, subject(e.subject), e.negated ? " not" : "", spelling(e.op),
             e.nocase ? " nocase" : "",
             e.quantifier == WrittenQuantifier::kAny   ? " any"
             : e.quantifier == WrittenQuantifier::kAll ? " all"
                                                       : "",
             value(e.value), behind);
        break;
      case ExpressionForm::kAny:
        line("{}any {} in {}{}", before, e.name.text, e.subject.path.text, behind);
        break;
      case ExpressionForm::kAll:
        line("{}all {} in {}{}", before, e.name.text, e.subject.path.text, behind);
        break;
      case ExpressionForm::kExists:
        line("{}exists {}{}", before, e.subject.path.text, behind);
        break;
      case ExpressionForm::kBare:
        line("{}{}{}", before, subject(e.subject), behind);
        break;
      case ExpressionForm::kCall:
        line("{}call {}({}){}", before, e.name.text, values(e.arguments), behind);
        break;
      case ExpressionForm::kCounting:
        line("{}count{}", before, behind);
        break;
      case ExpressionForm::kMarked:
        line("{}{} {}{}", before, e.subject.path.text, e.name.text, behind);
        break;
    }
    ++depth_;
    for (const ExpressionId child : e.children) print_expression(child);
    --depth_;
  }

  void print_macro(const WrittenMacro& macro) {
    std::string parameters;
    for (const Word& parameter : macro.parameters) parameters += (parameters.empty() ? "" : ", ") + parameter.text;
    line("macro {}({})", macro.name.text, parameters);
    ++depth_;
    print_expression(macro.body);
    --depth_;
  }

  void print_program(const WrittenProgram& program) {
    std::string names;
    for (const Word& name : program.names) names += (names.empty() ? "" : ", ") + in_quotes(name.text);
    line("program {}", names);
    ++depth_;
    for (const WrittenOptionItem& item : program.items) {
      if (item.value) {
        line("{} {}", item.key.text, value(*item.value));
      } else {
        line("{}", item.key.text);
      }
    }
    --depth_;
  }

  void print_properties(const std::vector<Property>& properties) {
    for (const Property& property : properties) line("{} {}", property.key.text, value(property.value));
  }

  void print_marks(const std::vector<WrittenMark>& marks) {
    for (const WrittenMark& mark : marks) line("mark {} {} for {}", mark.target.text, mark.name.text, value(mark.duration));
  }

  static std::string words(std::string_view before, const std::vector<Word>& words) {
    std::string out;
    for (const Word& word : words) out += (out.empty() ? std::string(before) : ", ") + word.text;
    return out;
  }

  void print_count(const WrittenCount& count) {
    line("count {} {} within {}{}", spelling(count.op), value(count.count), value(count.period), words(" by ", count.by));
  }

  void print_exception(const WrittenException& exception) {
    if (exception.shared) return line("except the shared {}", exception.shared->text);
    line("except {}{}", exception.title ? in_quotes(exception.title->text) : "without a title",
         exception.until ? " until " + value(*exception.until) : "");
    ++depth_;
    print_expression(exception.when);
    --depth_;
  }

  void print_shared(const WrittenShared& shared) {
    line("exception {}{}", shared.name.text, shared.until ? " until " + value(*shared.until) : "");
    ++depth_;
    print_expression(shared.when);
    --depth_;
  }

  void print_tune(const WrittenTune& tune) {
    line("tune {}", tune.where ? "where " + tune.where->text : words("", tune.names));
    ++depth_;
    print_properties(tune.properties);
    for (const WrittenException& exception : tune.exceptions) print_exception(exception);
    for (const ExpressionId also : tune.also) {
      line("also");
      ++depth_;
      print_expression(also);
      --depth_;
    }
    --depth_;
  }

  void print_sequence(const WrittenSequence& sequence) {
    line("sequence within {}{}", value(sequence.within), words(" by ", sequence.by));
    ++depth_;
    for (const WrittenSequenceStep& step : sequence.steps) {
      line("{}{}: {}{}", step.absent ? "not " : "", step.name.text, step.on.any_group ? "any " : "", step.on.event.text);
      ++depth_;
      print_expression(step.on.when);
      --depth_;
    }
    --depth_;
  }

  void print_recipe(const WrittenRecipe& recipe) {
    line("recipe {}", recipe.name.text);
    ++depth_;
    print_properties(recipe.properties);
    for (const WrittenOn& on : recipe.ons) {
      line("on {}{}", on.any_group ? "any " : "", on.event.text);
      ++depth_;
      print_expression(on.when);
      if (on.count) print_count(*on.count);
      print_properties(on.properties);
      print_marks(on.marks);
      --depth_;
    }
    for (const WrittenSequence& sequence : recipe.sequences) print_sequence(sequence);
    for (const WrittenException& exception : recipe.exceptions) print_exception(exception);
    for (const WrittenCount& count : recipe.counts) print_count(count);
    for (const WrittenSeen& seen : recipe.seen) line("unless seen in {}{}", value(seen.period), words(": ", seen.fields));
    for (const WrittenThrottle& throttle : recipe.throttles)
      line("throttle {} per {}{}", value(throttle.count), value(throttle.period), words(" by ", throttle.by));
    print_marks(recipe.marks);
    if (recipe.doc_span) {
      line("doc");
      ++depth_;
      print_properties(recipe.doc);
      --depth_;
    }
    for (const WrittenTest& test : recipe.tests) {
      std::string steps;
      for (const WrittenEach& each : test.each) steps += fmt::format("each {} in {} ", each.name.text, value(each.values));
      if (test.events) steps += "in " + in_quotes(test.events->text);
      for (const WrittenStep& step : test.steps) {
        steps += (&step == test.steps.data() ? "" : " then ") + step.event.text;
        const std::pair<std::string_view, const std::optional<ValueId>*> words[] = {
            {"after", &step.after}, {"times", &step.times},           {"every", &step.every},
            {"under", &step.under}, {"importance", &step.importance}, {"clause", &step.clause}};
        for (const auto& [word, given] : words) {
          if (*given) steps += fmt::format(" {} {}", word, value(**given));
        }
        steps += " " + value(step.values);
      }
      static constexpr std::string_view kExpected[] = {"match", "nothing", "mark"};
      line("test {} {}{} {}", in_quotes(test.title.text), test.todo ? "todo " : "",
           kExpected[static_cast<size_t>(test.expectation)], steps);
    }
    --depth_;
  }

  const Document& document_;
  std::string out_;
  size_t depth_ = 0;
};

}  // namespace

std::string print(const Document& document, const Sources&) {
  return Printer(document).run();
}

}  // namespace recipe
