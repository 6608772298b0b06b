// SPDX-License-Identifier: Apache-2.0
// Findings about exceptions. A shared one (`exception NAME`), or one of a tune, is of several recipes: what is found of it in
// each of them is said once.
#pragma once
#include <functional>
#include <string>

#include "compiler/compile.h"

namespace recipe {

// Every exception once, with the first recipe that has it.
void for_each_exception(const Compilation& compilation, const std::function<void(const Recipe&, const Except&)>& visit);

// What depends on the recipe that has the exception.
enum class InRecipe : uint8_t { kNotAsked, kFine, kFound };
struct ExceptionWords {
  Code code;
  std::string message, label, hint;
};
// Where every recipe that is asked has it: at the exception, but for a single one that has it from another file. Else where
// each of those recipes names it, with the recipe's name.
void report_exceptions(const Compilation& compilation, const ExceptionWords& words,
                       const std::function<InRecipe(const Recipe&, const Except&)>& ask, Diagnostics& out);

}  // namespace recipe
