// SPDX-License-Identifier: Apache-2.0
// See walk.h.
#include "compiler/lint/walk.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_set>

#include "compiler/lower/test_key.h"

namespace recipe {

void for_each_trigger(const Compilation& compilation, const std::function<void(const TriggerView&)>& visit) {
  uint32_t next = 0;
  for (const Recipe& recipe : compilation.set.recipes) {
    for (const On& on : recipe.ons) {
      assert(next < compilation.simplified.size() && next < compilation.clauses.size());
      visit({recipe, on, TriggerId{next}, compilation.simplified[next], compilation.clauses[next]});
      ++next;
    }
  }
}

void for_each_predicate(const Compilation& compilation, const std::function<void(const Recipe&, const Predicate&)>& visit) {
  for (const Recipe& recipe : compilation.set.recipes) {
    for (const On& on : recipe.ons) visit(recipe, on.when);
    for (const Except& except : recipe.exceptions) visit(recipe, except.when);
  }
}

void for_each_leaf(const Compilation& compilation, const std::function<void(const LeafView&)>& visit) {
  // A macro's words stand for another test with each argument.
  std::unordered_set<std::string> seen;
  for_each_predicate(compilation, [&](const Recipe& recipe, const Predicate& predicate) {
    std::vector<uint32_t> negations;  // their ends, of those around the node
    for (uint32_t i = 0; i < predicate.nodes.size(); ++i) {
      const PredicateNode& node = predicate.nodes[i];
      while (!negations.empty() && negations.back() <= i) negations.pop_back();
      if (node.kind == PredicateKind::kNot) negations.push_back(node.end);
      if (node.kind != PredicateKind::kTest) continue;
      const Test& test = predicate.tests[node.test];
      const bool negated = negations.size() % 2 == 1;
      const std::string leaf = std::to_string(node.span.source.value) + ":" + std::to_string(node.span.begin) +
                               (negated ? "!" : ":") + test_key(test);
      if (seen.insert(leaf).second) visit({node, test, negated, recipe.span});
    }
  });
}

Span place(Span words, Span otherwise) {
  return words.source == otherwise.source && words.end > words.begin ? words : otherwise;
}

std::string words(const Compilation& compilation, const Predicate& predicate, const Clause& clause) {
  constexpr size_t kMost = 100;
  std::string out;
  for (const uint32_t term : clause.terms) {
    if (!out.empty()) out += " and ";
    const PredicateNode& node = predicate.nodes[term];
    bool blank = false;
    std::string text;
    for (const char c : compilation.sources.text(node.span)) {
      const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      if (!is_blank) {
        if (blank && !text.empty()) text += ' ';
        text += c;
      }
      blank = is_blank;
    }
    out += text;
    if (out.size() > kMost) return out.substr(0, kMost) + " ...";
  }
  return out;
}

bool same_question(const Predicate& predicate, uint32_t a, uint32_t b) {
  const uint32_t size = predicate.nodes[a].end - a;
  if (predicate.nodes[b].end - b != size) return false;
  for (uint32_t i = 0; i < size; ++i) {
    const PredicateNode& x = predicate.nodes[a + i];
    const PredicateNode& y = predicate.nodes[b + i];
    if (x.kind != y.kind || x.list != y.list || x.end - a != y.end - b || (i > 0 && x.negated != y.negated)) return false;
    if (x.kind == PredicateKind::kTest && !(predicate.tests[x.test] == predicate.tests[y.test])) return false;
  }
  return true;
}

void for_each_expression(const Compilation& compilation, const std::function<void(const Document&, const Expression&)>& visit) {
  for (const Document& document : compilation.set.documents) {
    for (const Expression& expression : document.expressions) visit(document, expression);
  }
}

std::optional<Span> with_parentheses(const Sources& sources, const Expression& expression) {
  Span span = expression.span;
  if (!expression.parenthesised) return span;
  const std::string& text = sources[span.source].text;
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (span.begin > 0 && is_blank(text[span.begin - 1])) --span.begin;
  while (span.end < text.size() && is_blank(text[span.end])) ++span.end;
  if (span.begin == 0 || span.end == text.size() || text[span.begin - 1] != '(' || text[span.end] != ')') return std::nullopt;
  return Span{span.source, span.begin - 1, span.end + 1};
}

std::string folded_words(const Sources& sources, Span span) {
  std::string out;
  char quote = 0;
  const std::string_view text = sources.text(span);
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && c == '#') return {};
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      if (!out.empty() && out.back() != ' ') out += ' ';
      continue;
    }
    if (c == '"') quote = quote == 0 ? c : 0;
    out += c;
    if (quote != 0 && c == '\\' && i + 1 < text.size()) out += text[++i];
  }
  return out;
}

void for_each_list(const Compilation& compilation, const std::function<void(const Document&, const WrittenValue&)>& visit) {
  for (const Document& document : compilation.set.documents) {
    for (const WrittenList& list : document.lists) {
      if (!list.file) visit(document, document[list.value]);
    }
    for (const Expression& expression : document.expressions) {
      if (expression.form == ExpressionForm::kTest && document[expression.value].form == ValueForm::kList)
        visit(document, document[expression.value]);
    }
  }
}

std::optional<Fix> remove_entry(const Sources& sources, const Document& document, const WrittenValue& list, size_t at) {
  if (at == 0) return std::nullopt;
  const Span removed{list.span.source, document[list.items[at - 1]].span.end, document[list.items[at]].span.end};
  if (folded_words(sources, removed).empty()) return std::nullopt;
  return Fix{removed, "", "remove the entry"};
}

void for_each_recipe(const Compilation& compilation, const std::function<void(const Document&, const WrittenRecipe&)>& visit) {
  for (const Document& document : compilation.set.documents) {
    for (const WrittenRecipe& recipe : document.recipes) visit(document, recipe);
  }
}

const Property* find_property(const std::vector<Property>& properties, std::string_view key) {
  const auto found =
      std::find_if(properties.begin(), properties.end(), [&](const Property& each) { return each.key.text == key; });
  return found == properties.end() ? nullptr : &*found;
}

bool gives(const Document& document, const WrittenRecipe& recipe, const std::string& key) {
  const bool doc = key.starts_with("doc.");
  const Property* property = find_property(doc ? recipe.doc : recipe.properties, doc ? key.substr(4) : key);
  if (key == "throttle") return !recipe.throttles.empty();
  if (property == nullptr) return false;
  const WrittenValue& value = document[property->value];
  return value.form != ValueForm::kList || !value.items.empty();
}

std::unordered_set<std::string> names_in(const Document& document) {
  std::unordered_set<std::string> names;
  for (const Expression& expression : document.expressions) {
    if (expression.form == ExpressionForm::kCall) names.insert(expression.name.text);
    if (expression.form == ExpressionForm::kBare) names.insert(expression.subject.path.text);
  }
  for (const WrittenValue& value : document.values) {
    if (value.form == ValueForm::kWord || value.form == ValueForm::kSplice || value.form == ValueForm::kPath)
      names.insert(value.text);
  }
  const auto add_shared = [&](const std::vector<WrittenException>& exceptions) {
    for (const WrittenException& exception : exceptions) {
      if (exception.shared) names.insert(exception.shared->text);
    }
  };
  for (const WrittenRecipe& recipe : document.recipes) add_shared(recipe.exceptions);
  for (const WrittenTune& tune : document.tunes) add_shared(tune.exceptions);
  return names;
}

void for_each_attack_id(const Compilation& compilation, const std::function<void(const WrittenValue&)>& visit) {
  for (const Document& document : compilation.set.documents) {
    for (const WrittenRecipe& recipe : document.recipes) {
      for (const Property& property : recipe.properties) {
        if (property.key.text != "attack") continue;
        const WrittenValue& value = document[property.value];
        if (value.form != ValueForm::kList) visit(value);
        for (const ValueId item : value.items) visit(document[item]);
      }
    }
  }
}

const WrittenValue* pattern_of(const Document& document, const Expression& test) {
  if (test.form != ExpressionForm::kTest || test.op != WrittenOperator::kMatches) return nullptr;
  const WrittenValue& value = document[test.value];
  return value.form == ValueForm::kString ? &value : nullptr;
}

bool is_plain(const Test& test) {
  return test.subject.variable == 0 && test.subject.selector == Selector::kNone && test.over == Over::kValue &&
         test.right.empty() && test.table == 0;
}

bool is_library(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return std::find(folder.begin(), folder.end(), "lib") != folder.end();
}

std::vector<const Document*> judged_declarations(const Compilation& compilation) {
  const std::vector<Document>& all = compilation.set.documents;
  const bool recipes = std::any_of(all.begin(), all.end(), [](const Document& each) { return !each.recipes.empty(); });
  std::vector<const Document*> out;
  for (const Document& document : all) {
    if (recipes || !is_library(compilation.sources[document.source].path)) out.push_back(&document);
  }
  return out;
}

}  // namespace recipe
