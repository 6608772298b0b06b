// SPDX-License-Identifier: Apache-2.0
// recipec check: all errors of all files; with --emit also a form that the compiler makes on its way.
#include "compiler/compile.h"
#include "tools/recipec/emit.h"
#include "tools/recipec/inputs.h"
#include "tools/recipec/words.h"

namespace recipe::recipec {
namespace {

struct Options {
  Inputs inputs;
  DiagnosticFormat format = DiagnosticFormat::kText;
  Form form = Form::kNone;
};

int run(const Options& options) {
  Compilation compilation;
  const bool only_check = !needs_lowering(options.form);
  if (const int code = options.inputs.read(only_check ? Depth::kCheck : Depth::kCompile, compilation); code != kClean)
    return code;
  const bool errors = compilation.diagnostics.has_errors();
  if (options.form != Form::kNone) {
    // The form has stdout for itself.
    print_aside(compilation.diagnostics, compilation.sources);
    if (!errors || options.form == Form::kDocument) say(emit(compilation, options.form));
    return errors ? kRecipeError : kClean;
  }
  print(compilation.diagnostics, compilation.sources, options.format);
  if (errors) return kRecipeError;
  if (options.format == DiagnosticFormat::kText) {
    say(counted(compilation.set.recipes.size(), "recipe") + " in " + counted(compilation.sources.size(), "file") +
        ": no errors\n");
  }
  return kClean;
}

}  // namespace

Run declare_check(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("check", "parse and type-check: all errors of all files");
  options->inputs.declare(*command);
  declare_format(*command, options->format);
  declare_emit(*command, options->form);
  command->footer(
      "Example:\n  recipec check rules/ --format github\n  echo 'recipe a { on exec when process.name == perl }' | recipec "
      "check -");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
