// SPDX-License-Identifier: Apache-2.0
// recipec compile: recipes → one artefact file, or one of the forms on the way to it.
#include "compiler/compile.h"

#include "runtime/artefact/encode.h"
#include "tools/recipec/emit.h"
#include "tools/recipec/inputs.h"
#include "tools/recipec/write_file.h"

namespace recipe::recipec {
namespace {

struct Options {
  Inputs inputs;
  std::string output;
  Form form = Form::kNone;
};

int run(const Options& options) {
  if (options.output.empty() && options.form == Form::kNone) {
    complain("say where to: `-o FILE` (or what to print: `--emit FORM`)");
    return kUsage;
  }
  Compilation compilation;
  if (const int code = options.inputs.read_whole(compilation); code != kClean) return code;
  if (options.form != Form::kNone) say(emit(compilation, options.form));
  if (options.output.empty()) return kClean;
  const Status written = write_file(options.output, encode(compilation.artefact));
  if (!written.ok()) {
    complain(written.error().message());
    return kFault;
  }
  return kClean;
}

}  // namespace

Run declare_compile(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("compile", "compile recipes into one artefact, for `reciped run`");
  options->inputs.declare(*command);
  command->add_option("-o,--output", options->output, "the artefact; it appears whole or not at all")->type_name("FILE");
  declare_emit(*command, options->form);
  command->footer("Example:\n  recipec compile rules/ -o rules.bin\n  recipec compile rules/ --emit=filter");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
