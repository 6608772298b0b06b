// SPDX-License-Identifier: Apache-2.0
// The compiler's front door: recipe files → artefact. compile.cpp is its table of contents.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/clauses.h"
#include "compiler/diagnostic/diagnostic.h"
#include "compiler/recipe.h"
#include "compiler/source.h"
#include "runtime/artefact/artefact.h"

namespace recipe {

struct CompileOptions {
  std::vector<std::filesystem::path> roots;  // -I: where imports are looked for after the importing file's folder
  std::filesystem::path folder;  // of an editor: the whole set's folder, of which the given files are a part; may be empty
  std::function<void(size_t done, size_t total)> progress;  // may be empty; files parsed
};

// Everything the steps made, for --emit, lints, tests and explain. Parts after the first step with errors are empty.
struct Compilation {
  Sources sources;
  Diagnostics diagnostics;
  RecipeSet set;
  std::vector<Predicate> simplified;  // by TriggerId
  std::vector<Clauses> clauses;       // by TriggerId
  Artefact artefact;
  bool ok = false;  // artefact is whole
};

// Files and folders (*.recipe below them, in byte order of their paths). Error: a path that does not exist or cannot be read.
[[nodiscard]] Result<std::vector<std::filesystem::path>> find_recipes(const std::vector<std::filesystem::path>& paths);

// Checks only: sources, diagnostics and set are filled.
void check(Compilation& compilation, const std::vector<std::filesystem::path>& files, const CompileOptions& options);

// check, then lower.
void compile(Compilation& compilation, const std::vector<std::filesystem::path>& files, const CompileOptions& options);

// For tests and editors: one text under a name.
void compile_text(Compilation& compilation, std::string name, std::string text, const CompileOptions& options);

}  // namespace recipe
