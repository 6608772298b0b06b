// SPDX-License-Identifier: Apache-2.0
// Choice: comparisons of a recipe's metadata, for `reciped --only` and `tune where`.
//
//   importance >= high          == != < <= > >=, the greatest importance of the recipe's blocks
//   category == execution       == !=
//   name in [a, b]              in; of name, category, method, status too
//   tags contains cicd          contains, not contains
//   ... and ... or ...          `and` binds tighter
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "runtime/artefact/artefact.h"
#include "runtime/base/result.h"

namespace recipe {

class Choice {
 public:
  // Error: what is wrong, and what would be right.
  [[nodiscard]] static Result<Choice> parse(std::string_view text);
  [[nodiscard]] bool wants(const RecipeInfo& recipe, Importance greatest) const;

  enum class Key : uint8_t { kImportance, kName, kCategory, kMethod, kStatus, kTags };
  enum class Relation : uint8_t { kEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kIn, kContains };

 private:
  struct Comparison {
    Key key{};
    Relation relation{};
    bool negated = false;
    std::vector<std::string> values;
    Importance importance{};
  };
  friend class ChoiceParser;
  [[nodiscard]] static bool holds(const Comparison& comparison, const RecipeInfo& recipe, Importance greatest);

  std::vector<std::vector<Comparison>> alternatives_;  // any of these, of which all hold
};

}  // namespace recipe
