// SPDX-License-Identifier: Apache-2.0
// recipec explain: a recipe as the compiler understands it, or the page of one diagnostic.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "compiler/diagnostic/render.h"
#include "compiler/lower/lower.h"
#include "tools/recipec/inputs.h"

namespace recipe::recipec {
namespace {

struct Options {
  std::string what;
  std::vector<std::string> roots;
};

// Headings and inline code of a Markdown page in bold; everything else as it stands.
std::string coloured(std::string_view page) {
  std::string out;
  for (size_t at = 0; at < page.size();) {
    const size_t end = std::min(page.find('\n', at), page.size());
    const std::string_view line = page.substr(at, end - at);
    const bool heading = line.starts_with('#');
    out += heading ? "\033[1m" + std::string(line) + "\033[0m\n" : std::string(line) + "\n";
    at = end + 1;
  }
  return out;
}

std::string lints() {
  std::string out;
  for (const Code code : all_codes()) {
    const CodeInfo& row = info(code);
    if (row.severity != Severity::kError) out += std::string(row.text) + "  " + std::string(row.title) + "\n";
  }
  return out;
}

bool looks_like_code(std::string_view text) {
  return text.size() == 5 && (text[0] == 'E' || text[0] == 'L') &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int explain_recipes(const Options& options, const NamedRecipe& named) {
  Inputs inputs({named.path}, options.roots);
  Compilation compilation;
  if (const int code = inputs.read_whole(compilation); code != kClean) return code;
  bool found = false;
  for (uint32_t i = 0; i < compilation.set.recipes.size(); ++i) {
    const Recipe& recipe = compilation.set.recipes[i];
    if (named.name.empty() ? !inputs.is_given(compilation.sources[recipe.span.source].path) : recipe.info.name != named.name)
      continue;
    if (found) say("\n");
    say(explain(compilation, RecipeId{i}, wants_colour(STDOUT_FILENO)));
    found = true;
  }
  if (found) return kClean;
  complain(not_found(compilation, named));
  return kUsage;
}

int run(const Options& options) {
  const std::string& what = options.what;
  if (what == "lints") {
    say(lints());
    return kClean;
  }
  std::error_code code;
  if (std::filesystem::exists(what, code)) return explain_recipes(options, {what, ""});
  if (const CodeInfo* row = find_code(what)) {
    const std::string_view page = find_page(row->code);
    say(wants_colour(STDOUT_FILENO) ? coloured(page) : std::string(page));
    return kClean;
  }
  if (const NamedRecipe named = split_name(what); !named.name.empty() && std::filesystem::exists(named.path, code))
    return explain_recipes(options, named);
  complain(looks_like_code(what)
               ? "there is no code `" + what + "`"
               : "`" + what + "` is no path, no code of a diagnostic and no lint; `recipec explain lints` lists the lints");
  return kUsage;
}

}  // namespace

Run declare_explain(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("explain", "a recipe in words: what the kernel decides and what it costs; or a diagnostic's page");
  command->add_option("WHAT", options->what, "PATH, PATH:RECIPE, a code such as E0107, a lint's name, or `lints`")
      ->required()
      ->type_name("");
  command->add_option("-I", options->roots, "where imports are looked for, after the importing file's own folder")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command->footer(
      "Example:\n  recipec explain rules/execution/code_on_the_fly.recipe\n  recipec explain rules/:code_on_the_fly\n  recipec "
      "explain E0107");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
