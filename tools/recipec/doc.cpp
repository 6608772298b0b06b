// SPDX-License-Identifier: Apache-2.0
// recipec doc: one Markdown page a recipe, in the five parts, and an index. Pages of one run appear whole, one by one.
#include <algorithm>
#include <filesystem>
#include <map>

#include "tools/recipec/inputs.h"
#include "tools/recipec/page.h"
#include "tools/recipec/write_file.h"

namespace recipe::recipec {
namespace {

struct Options {
  Inputs inputs;
  std::string output;
};

Status write_pages(const Options& options, const Compilation& compilation) {
  const std::filesystem::path folder = options.output;
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) return Error{"cannot make the folder `" + options.output + "`", code.value()};
  std::vector<const Recipe*> recipes;
  for (const Recipe& recipe : compilation.set.recipes) {
    if (options.inputs.is_given(compilation.sources[recipe.span.source].path)) recipes.push_back(&recipe);
  }
  for (const Recipe* recipe : recipes) {
    const Status written = write_file((folder / (recipe->info.name + ".md")).string(), page_of(*recipe, compilation.sources));
    if (!written.ok()) return written;
  }
  return write_file((folder / "README.md").string(), index_of(recipes));
}

int run(const Options& options) {
  Compilation compilation;
  if (const int code = options.inputs.read_whole(compilation); code != kClean) return code;
  const Status written = write_pages(options, compilation);
  if (!written.ok()) {
    complain(written.error().message());
    return kFault;
  }
  return kClean;
}

}  // namespace

Run declare_doc(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("doc", "one Markdown page per recipe, and an index");
  options->inputs.declare(*command);
  command->add_option("-o,--output", options->output, "the folder; it is made where it is missing")
      ->required()
      ->type_name("DIR");
  command->footer("Example:\n  recipec doc rules/ -o pages/");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
