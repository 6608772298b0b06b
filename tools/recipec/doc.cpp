// SPDX-License-Identifier: Apache-2.0
// recipec doc: a static site, or one Markdown page a recipe, in the five parts, and an index. Files appear whole, one by one.
#include <filesystem>

#include "tools/recipec/inputs.h"
#include "tools/recipec/page.h"
#include "tools/recipec/site.h"
#include "tools/recipec/write_file.h"

namespace recipe::recipec {
namespace {

struct Options {
  Inputs inputs;
  std::string output, format = "html";
};

std::vector<SiteFile> pages_of(const std::vector<const Recipe*>& recipes, const Sources& sources) {
  std::vector<SiteFile> files;
  for (const Recipe* recipe : recipes) files.emplace_back(recipe->info.name + ".md", page_of(*recipe, sources));
  files.emplace_back("README.md", index_of(recipes));
  return files;
}

Status write_files(const Options& options, const Compilation& compilation) {
  const std::filesystem::path folder = options.output;
  std::vector<const Recipe*> recipes;
  for (const Recipe& recipe : compilation.set.recipes) {
    if (options.inputs.is_given(compilation.sources[recipe.span.source].path)) recipes.push_back(&recipe);
  }
  const bool markdown = options.format == "markdown";
  for (const auto& [name, content] : (markdown ? pages_of : site_of)(recipes, compilation.sources)) {
    const std::filesystem::path path = folder / name;
    std::error_code code;
    std::filesystem::create_directories(path.parent_path(), code);
    if (code) return Error{"cannot make the folder `" + path.parent_path().string() + "`", code.value()};
    const Status written = write_file(path.string(), content);
    if (!written.ok()) return written;
  }
  return Done{};
}

int run(const Options& options) {
  Compilation compilation;
  if (const int code = options.inputs.read_whole(compilation); code != kClean) return code;
  const Status written = write_files(options, compilation);
  if (!written.ok()) {
    complain(written.error().message());
    return kFault;
  }
  return kClean;
}

}  // namespace

Run declare_doc(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("doc", "a site of the recipes: an index with a search, a page per recipe");
  options->inputs.declare(*command);
  command->add_option("-o,--output", options->output, "the folder; it is made where it is missing")
      ->required()
      ->type_name("DIR");
  command->add_option("--format", options->format, "html: a site that needs no server; markdown: the pages alone")
      ->check(CLI::IsMember({"html", "markdown"}))
      ->type_name("html|markdown")
      ->capture_default_str();
  command->footer("Example:\n  recipec doc rules/ -o site/       then open site/index.html");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
