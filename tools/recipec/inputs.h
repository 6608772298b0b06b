// SPDX-License-Identifier: Apache-2.0
// PATH... and -I DIR of the command line → a Compilation, for every subcommand that reads recipes.
#pragma once
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "tools/recipec/command.h"

namespace recipe::recipec {

enum class Depth { kCheck, kCompile };
enum class DiagnosticFormat { kText, kJson, kGithub, kSarif };

class Inputs {
 public:
  Inputs() = default;
  Inputs(std::vector<std::string> paths, std::vector<std::string> roots) : paths_(std::move(paths)), roots_(std::move(roots)) {}
  void declare(CLI::App& command);

  // Reads the files and runs the compiler. kClean: go on, compilation.diagnostics may hold errors; else the exit code, and
  // what is wrong with the command line has been said.
  [[nodiscard]] int read(Depth depth, Compilation& compilation) const;
  // The same, and errors are printed to stderr and end in kRecipeError.
  [[nodiscard]] int read_whole(Compilation& compilation) const;
  // Whether the source was named on the command line (itself or its folder), not imported.
  [[nodiscard]] bool is_given(const std::string& path) const;
  [[nodiscard]] bool from_stdin() const { return paths_.size() == 1 && paths_[0] == "-"; }

 private:
  std::vector<std::string> paths_;
  std::vector<std::string> roots_;
  mutable std::vector<std::string> given_;
};

// A file named by mistake, an artefact or another binary, is told so rather than parsed.
[[nodiscard]] Status check_kind(const std::string& path);

// PATH or PATH:NAME; a path that is there is all of it.
struct NamedRecipe {
  std::string path;
  std::string name;  // empty: none is named
};
[[nodiscard]] NamedRecipe split_name(const std::string& text);
// What is said where there is no such recipe.
[[nodiscard]] std::string not_found(const Compilation& compilation, const NamedRecipe& named);

void declare_format(CLI::App& command, DiagnosticFormat& format);
// In `format`, to stdout. `text` is coloured on a terminal.
void print(const Diagnostics& diagnostics, const Sources& sources, DiagnosticFormat format);
// Text, to stderr: of subcommands whose result is something else.
void print_aside(const Diagnostics& diagnostics, const Sources& sources);

}  // namespace recipe::recipec
