// SPDX-License-Identifier: Apache-2.0
// A hand of comparisons needs no grammar: words, one at a time, each refusal saying what would be right.
#include "runtime/artefact/choice.h"

#include <algorithm>

#include "runtime/artefact/names.h"

namespace recipe {
namespace {

constexpr std::pair<std::string_view, Choice::Key> kKeys[] = {
    {"importance", Choice::Key::kImportance}, {"name", Choice::Key::kName},     {"category", Choice::Key::kCategory},
    {"method", Choice::Key::kMethod},         {"status", Choice::Key::kStatus}, {"tags", Choice::Key::kTags},
};
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

Result<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
      ++at;
      continue;
    }
    size_t end = at + 1;
    if (text[at] == '"') {
      end = text.find('"', at + 1);
      if (end == std::string_view::npos) return Error{"a string that does not end"};
      words.push_back("\"" + std::string(text.substr(at + 1, end - at - 1)));
      at = end + 1;
      continue;
    }
    if (is_word(text[at])) {
      while (end < text.size() && is_word(text[end])) ++end;
    } else if (std::string_view("=!<>").find(text[at]) != std::string_view::npos) {
      while (end < text.size() && text[end] == '=') ++end;
    } else if (std::string_view("[],").find(text[at]) == std::string_view::npos) {
      return Error{"`" + std::string(1, text[at]) + "` has no meaning here: write comparisons like `importance >= high`"};
    }
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace

class ChoiceParser {
 public:
  explicit ChoiceParser(std::vector<std::string> words) : words_(std::move(words)) {}

  Result<Choice> parse() {
    Choice choice;
    choice.alternatives_.emplace_back();
    while (true) {
      Choice::Comparison comparison;
      if (Status status = parse_comparison(comparison); !status.ok()) return status.error();
      choice.alternatives_.back().push_back(std::move(comparison));
      if (at_ == words_.size()) return choice;
      const std::string joint = next();
      if (joint == "or") {
        choice.alternatives_.emplace_back();
      } else if (joint != "and") {
        return Error{"`" + joint + "` where `and` or `or` should stand"};
      }
    }
  }

 private:
  std::string next() { return at_ < words_.size() ? words_[at_++] : std::string(); }
  // A value without the mark that split_words puts before quoted ones.
  static std::string value(const std::string& word) { return word.starts_with('"') ? word.substr(1) : word; }

  Status parse_comparison(Choice::Comparison& comparison) {
    const std::string key = next();
    const auto* row = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const auto& one) { return one.first == key; });
    if (row == std::end(kKeys)) {
      return Error{(key.empty() ? "a comparison is missing" : "`" + key + "` is nothing that recipes are chosen by") +
                   ": one of importance, name, category, method, status, tags"};
    }
    comparison.key = row->second;
    std::string relation = next();
    if (relation == "not") {
      comparison.negated = true;
      relation = next();
      if (relation != "in" && relation != "contains") return Error{"after `not` comes `in` or `contains`"};
    }
    if (Status status = set_relation(comparison, relation, key); !status.ok()) return status;
    if (Status status = parse_values(comparison, relation); !status.ok()) return status;
    return check_values(comparison);
  }

  static Status set_relation(Choice::Comparison& comparison, const std::string& relation, const std::string& key) {
    using Relation = Choice::Relation;
    constexpr std::pair<std::string_view, Relation> kRelations[] = {
        {"==", Relation::kEqual},  {"!=", Relation::kEqual},        {"in", Relation::kIn},
        {"<", Relation::kLess},    {"<=", Relation::kLessEqual},    {"contains", Relation::kContains},
        {">", Relation::kGreater}, {">=", Relation::kGreaterEqual},
    };
    const auto* row =
        std::find_if(std::begin(kRelations), std::end(kRelations), [&](const auto& one) { return one.first == relation; });
    const bool list = comparison.key == Choice::Key::kTags;
    const std::string right = list                                         ? "`contains`"
                              : comparison.key == Choice::Key::kImportance ? "`==`, `!=`, `<`, `<=`, `>`, `>=` or `in`"
                                                                           : "`==`, `!=` or `in`";
    if (row == std::end(kRelations)) return Error{"after `" + key + "` comes " + right};
    const bool ordered = row->second != Relation::kEqual && row->second != Relation::kIn && row->second != Relation::kContains;
    if ((row->second == Relation::kContains) != list || (ordered && comparison.key != Choice::Key::kImportance)) {
      return Error{"`" + key + "` is not compared by `" + relation + "`: use " + right};
    }
    comparison.relation = row->second;
    if (relation == "!=") comparison.negated = true;
    return Done{};
  }

  Status parse_values(Choice::Comparison& comparison, const std::string& relation) {
    if (comparison.relation != Choice::Relation::kIn) {
      const std::string word = next();
      if (word.empty() || (!word.starts_with('"') && !is_word(word[0])))
        return Error{"a value is missing after `" + relation + "`"};
      comparison.values.push_back(value(word));
      return Done{};
    }
    if (next() != "[") return Error{"after `in` comes a list: `[a, b]`"};
    while (true) {
      const std::string word = next();
      if (word.empty() || (!word.starts_with('"') && !is_word(word[0]))) return Error{"a list is written `[a, b]`"};
      comparison.values.push_back(value(word));
      const std::string after = next();
      if (after == "]") return Done{};
      if (after != ",") return Error{"a list is written `[a, b]`"};
    }
  }

  static Status check_values(Choice::Comparison& comparison) {
    for (const std::string& each : comparison.values) {
      if (comparison.key == Choice::Key::kImportance) {
        const auto importance = find_importance(each);
        if (!importance) return Error{"`" + each + "` is no importance: one of none, low, medium, high, critical"};
        comparison.importance = *importance;
      }
      if (comparison.key == Choice::Key::kStatus && !find_status(each)) {
        return Error{"`" + each + "` is no status: one of experimental, incubating, stable"};
      }
    }
    return Done{};
  }

  std::vector<std::string> words_;
  size_t at_ = 0;
};

Result<Choice> Choice::parse(std::string_view text) {
  Result<std::vector<std::string>> words = split_words(text);
  if (!words.ok()) return words.error();
  return ChoiceParser(std::move(*words)).parse();
}

bool Choice::holds(const Comparison& comparison, const RecipeInfo& recipe, Importance greatest) {
  const auto listed = [&](std::string_view value) {
    return std::find(comparison.values.begin(), comparison.values.end(), value) != comparison.values.end();
  };
  bool truth = false;
  switch (comparison.key) {
    case Key::kImportance:
      switch (comparison.relation) {
        case Relation::kEqual:
        case Relation::kIn:
        case Relation::kContains:
          truth = listed(importance_name(greatest));
          break;
        case Relation::kLess:
          truth = greatest < comparison.importance;
          break;
        case Relation::kLessEqual:
          truth = greatest <= comparison.importance;
          break;
        case Relation::kGreater:
          truth = greatest > comparison.importance;
          break;
        case Relation::kGreaterEqual:
          truth = greatest >= comparison.importance;
          break;
      }
      break;
    case Key::kName:
      truth = listed(recipe.name);
      break;
    case Key::kCategory:
      truth = listed(recipe.category);
      break;
    case Key::kMethod:
      truth = listed(recipe.method);
      break;
    case Key::kStatus:
      truth = listed(status_name(recipe.status));
      break;
    case Key::kTags:
      truth = std::any_of(recipe.tags.begin(), recipe.tags.end(), listed);
      break;
  }
  return truth != comparison.negated;
}

bool Choice::wants(const RecipeInfo& recipe, Importance greatest) const {
  return std::any_of(alternatives_.begin(), alternatives_.end(), [&](const std::vector<Comparison>& all) {
    return std::all_of(all.begin(), all.end(),
                       [&](const Comparison& comparison) { return holds(comparison, recipe, greatest); });
  });
}

}  // namespace recipe
