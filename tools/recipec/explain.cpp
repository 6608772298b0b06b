// SPDX-License-Identifier: Apache-2.0
// recipec explain: a recipe as the compiler understands it, what it costs on a capture, or the page of one diagnostic.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "compiler/diagnostic/render.h"
#include "compiler/lower/lower.h"
#include "tools/recipec/explain_capture.h"
#include "tools/recipec/inputs.h"

namespace recipe::recipec {
namespace {

struct Options {
  std::string what;
  std::vector<std::string> roots;
  CaptureRequest capture;  // without files: none is asked
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

// The whole set runs, also where one recipe of it is asked.
int explain_on_capture(const Compilation& compilation, const NamedRecipe& named, CaptureRequest request) {
  for (uint32_t i = 0; i < compilation.set.recipes.size(); ++i) {
    if (compilation.set.recipes[i].info.name == named.name) request.only = RecipeId{i};
  }
  if (named.name.empty() ? !compilation.set.recipes.empty() : request.only.valid())
    return explain_capture(compilation.artefact, request);
  complain(not_found(compilation, named));
  return kUsage;
}

int explain_recipes(const Options& options, const NamedRecipe& named) {
  Inputs inputs({named.path}, options.roots);
  Compilation compilation;
  if (const int code = inputs.read_whole(compilation); code != kClean) return code;
  if (!options.capture.files.empty()) return explain_on_capture(compilation, named, options.capture);
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
  if (what == "lints" && options.capture.files.empty()) {
    say(lints());
    return kClean;
  }
  std::error_code code;
  if (std::filesystem::exists(what, code)) return explain_recipes(options, {what, ""});
  if (NamedRecipe named = split_name(what); !named.name.empty() && std::filesystem::exists(named.path, code))
    return explain_recipes(options, named);
  if (!options.capture.files.empty()) {
    complain("`" + what + "` is no path of recipes, which --capture asks for");
    return kUsage;
  }
  if (const CodeInfo* row = find_code(what)) {
    const std::string_view page = find_page(row->code);
    say(wants_colour(STDOUT_FILENO) ? coloured(page) : std::string(page));
    return kClean;
  }
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
  CLI::Option* capture = command
                             ->add_option("--capture", options->capture.files,
                                          "what the recipes cost and detect on these events: JSON Lines or "
                                          "captures, as `reciped replay` reads them; `-` is stdin")
                             ->type_name("FILE");
  static const std::map<std::string, CaptureFormat> kFormats = {{"text", CaptureFormat::kText}, {"json", CaptureFormat::kJson}};
  command->add_option("--format", options->capture.format, "how the figures of --capture are printed")
      ->type_name("text|json")
      ->transform(CLI::CheckedTransformer(kFormats).description(""))
      ->needs(capture);
  command->footer(
      "With --capture: the share of the events that the kernel passes, for the set and for each recipe; what matched, what was "
      "held\nback, detections a day, and the time of each recipe in userspace, the costliest first. Exit code: 1 where lines "
      "or "
      "records are\nno events.\n\n"
      "Example:\n  recipec explain rules/execution/code_on_the_fly.recipe\n  recipec explain rules/:code_on_the_fly\n  recipec "
      "explain E0107\n  reciped record -o day.capture && recipec explain rules/ --capture day.capture");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
