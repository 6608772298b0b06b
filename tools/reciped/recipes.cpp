// SPDX-License-Identifier: Apache-2.0
// Which paths are artefacts is decided by their first bytes, not by their names.
#include "tools/reciped/recipes.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "compiler/compile.h"
#include "compiler/diagnostic/render.h"
#include "runtime/artefact/encode.h"
#include "runtime/artefact/merge.h"
#include "runtime/sink/write_all.h"
#include "tools/reciped/command.h"
#include "tools/reciped/narrow.h"

namespace recipe::reciped {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_whole(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{"cannot open `" + path.string() + "`", errno};
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad()) return Error{"cannot read `" + path.string() + "`", errno};
  return bytes;
}

bool is_artefact(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  std::ifstream in(path, std::ios::binary);
  char first[sizeof kArtefactMagic] = {};
  in.read(first, sizeof first);
  return looks_like_artefact({first, static_cast<size_t>(in.gcount())});
}

using Words = std::map<std::string, std::vector<Coverage::Source>>;

constexpr size_t kMostWords = 8192;  // of one condition; the longest of our own library has 4 KiB

// A block as it was written, less the indentation of the line that it begins on; the cut is said in a comment.
std::string words_as_written(const Sources& sources, Span span) {
  const size_t indentation = sources.position(span.source, span.begin).column - 1;
  std::string_view text = sources.text(span);
  std::string out;
  while (!text.empty()) {
    std::string_view line = text.substr(0, std::min(text.find('\n'), text.size()));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!out.empty()) line.remove_prefix(std::min({line.find_first_not_of(" \t"), indentation, line.size()}));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (out.size() + line.size() > kMostWords) return out + "# ...";
    out.append(line).push_back('\n');
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

void note_words(const Compilation& compilation, Words& words) {
  const Sources& sources = compilation.sources;
  for (const Recipe& recipe : compilation.set.recipes) {
    for (const On& on : recipe.ons) {
      words[recipe.info.name].push_back({sources[on.span.source].path, sources.position(on.span.source, on.span.begin).line,
                                         words_as_written(sources, on.span)});
    }
  }
}

int compile_sources(const std::vector<fs::path>& paths, const std::vector<std::string>& roots, Artefact& artefact,
                    Words& words) {
  const auto files = find_recipes(paths);
  if (!files.ok()) {
    complain(files.error().message());
    return kUsage;
  }
  if (files->empty()) {
    complain("no `.recipe` file below `" + paths.front().string() + "`");
    return kUsage;
  }
  CompileOptions options;
  options.roots.assign(roots.begin(), roots.end());
  Compilation compilation;
  compile(compilation, *files, options);
  if (!compilation.diagnostics.all().empty()) {
    (void)write_all(STDERR_FILENO, render_text(compilation.diagnostics, compilation.sources, wants_colour(STDERR_FILENO))).ok();
  }
  if (compilation.diagnostics.has_errors() || !compilation.ok) return kRecipeError;
  note_words(compilation, words);
  artefact = std::move(compilation.artefact);
  return kClean;
}

// An exception whose time is over holds nothing back: who relies on it must know.
void tell_expired(const Artefact& artefact) {
  const int64_t now = now_unix_ns();
  for (const RecipeInfo& recipe : artefact.recipes) {
    uint32_t told = 0;
    for (const ExceptionInfo& exception : recipe.exceptions) {
      if (!recipe.enabled || exception.until_unix_ns == 0 || exception.until_unix_ns > now || exception.passage == told)
        continue;
      told = exception.passage;  // the same one may be of several events
      const Passage& passage = artefact.passages[exception.passage];
      complain("`" + recipe.name + "`: the exception " +
               (exception.title.empty() ? std::string() : "\"" + exception.title + "\" ") + "of " +
               artefact.files[passage.file] + ":" + std::to_string(passage.line) +
               " has expired and holds nothing back any more");
    }
  }
}

}  // namespace

void Recipes::declare(CLI::App& command, bool required) {
  auto* recipes =
      command.add_option("--recipes", paths_, "recipes: folders, .recipe files, compiled artefacts")->type_name("PATH");
  if (required) recipes->required();
  command.add_option("-I", roots_, "where imports are looked for, after the importing file's folder")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command.add_option("--only", only_, "only these recipes, by their metadata: 'importance >= high and tags contains cicd'")
      ->type_name("CONDITION");
}

int Recipes::load(Artefact& artefact) const {
  Choice only;
  if (!only_.empty()) {
    Result<Choice> parsed = Choice::parse(only_);
    if (!parsed.ok()) {
      complain("--only: " + parsed.error().message());
      return kUsage;
    }
    only = std::move(*parsed);
  }
  std::vector<fs::path> sources;
  std::vector<Artefact> parts;
  for (const fs::path path : paths_) {
    std::error_code error;
    if (!fs::exists(path, error)) {
      complain("`" + path.string() + "`: " + (error ? error.message() : "no such file or folder"));
      return kUsage;
    }
    if (!is_artefact(path)) {
      sources.push_back(path);
      continue;
    }
    const Result<std::string> bytes = read_whole(path);
    Result<Artefact> part = bytes.ok() ? decode(*bytes) : bytes.error();
    if (!part.ok()) {
      complain("`" + path.string() + "`: " + part.error().message() + "; compile it again with `recipec compile`");
      return kRecipeError;
    }
    parts.push_back(std::move(*part));
  }
  if (!sources.empty()) {
    if (const int exit = compile_sources(sources, roots_, parts.emplace_back(), words_); exit != kClean) return exit;
  }
  Result<Artefact> merged = merge(std::move(parts));
  if (!merged.ok()) {
    complain(merged.error().message());
    return kRecipeError;
  }
  artefact = std::move(*merged);
  narrow(artefact, only_.empty() ? nullptr : &only);
  tell_expired(artefact);
  for (const RecipeInfo& recipe : artefact.recipes) {
    if (recipe.enabled) return kClean;
  }
  complain(only_.empty() ? "no recipe is enabled" : "no enabled recipe is left by --only '" + only_ + "'");
  return kUsage;
}

void Recipes::add_words(std::vector<Coverage::Recipe>& recipes) const {
  for (Coverage::Recipe& recipe : recipes) {
    const auto found = words_.find(recipe.name);
    if (found != words_.end()) recipe.sources = found->second;
  }
}

Artefact everything(std::vector<EventId> events, std::vector<std::string> variables) {
  Artefact artefact = let_through("everything", std::move(events));
  std::sort(variables.begin(), variables.end());
  variables.erase(std::unique(variables.begin(), variables.end()), variables.end());
  artefact.filter.environment = std::move(variables);
  artefact.filter.writers = artefact.filter.commands = true;
  return artefact;
}

}  // namespace recipe::reciped
