// SPDX-License-Identifier: Apache-2.0
// --emit=FORM: every form that the compiler makes on its way, in words.
#pragma once
#include <string>

#include "compiler/compile.h"
#include "tools/recipec/command.h"

namespace recipe::recipec {

enum class Form { kNone, kDocument, kRecipe, kPredicate, kClauses, kFilter, kProgram, kArtefact };

void declare_emit(CLI::App& command, Form& form);
[[nodiscard]] bool needs_lowering(Form form);
[[nodiscard]] std::string emit(const Compilation& compilation, Form form);

}  // namespace recipe::recipec
