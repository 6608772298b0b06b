// SPDX-License-Identifier: Apache-2.0
// recipec fmt: lays recipes out as everybody does; --check and --diff only say what would change.
#include <unistd.h>

#include <iostream>
#include <iterator>

#include "compiler/compile.h"
#include "compiler/syntax/format.h"
#include "compiler/syntax/parse.h"
#include "tools/recipec/inputs.h"
#include "tools/recipec/line_diff.h"
#include "tools/recipec/words.h"
#include "tools/recipec/write_file.h"

namespace recipe::recipec {
namespace {

struct Options {
  std::vector<std::string> paths;
  bool check = false, diff = false;
};

struct Outcome {
  size_t files = 0, changed = 0;
  bool broken = false;  // some file has an error of syntax
};

// The text as it should be; nullopt: it has been said why not.
std::optional<std::string> formatted(const Sources& sources, SourceId id) {
  Diagnostics diagnostics;
  static_cast<void>(parse(sources, id, diagnostics));
  if (diagnostics.has_errors()) {
    print_aside(diagnostics, sources);
    return std::nullopt;
  }
  std::optional<std::string> text = format_recipe(sources[id].text);
  if (!text) complain("`" + sources[id].path + "`: a bracket does not fit");
  return text;
}

// 0, or the exit code of what has gone wrong.
int format_file(const Options& options, const std::string& path, Outcome& outcome) {
  if (const Status kind = check_kind(path); !kind.ok()) {
    complain(kind.error().message());
    return kUsage;
  }
  Sources sources;
  const Result<SourceId> source = sources.load(path);
  if (!source.ok()) {
    complain(source.error().message());
    return kUsage;
  }
  ++outcome.files;
  const std::optional<std::string> text = formatted(sources, *source);
  if (!text) {
    outcome.broken = true;
    return kClean;
  }
  if (*text == sources[*source].text) return kClean;
  ++outcome.changed;
  if (options.diff) {
    say(unified_diff(path, sources[*source].text, *text, wants_colour(STDOUT_FILENO)));
    return kClean;
  }
  say(path + "\n");
  if (options.check) return kClean;
  const Status written = write_file(path, *text);
  if (written.ok()) return kClean;
  complain(written.error().message());
  return kFault;
}

int format_stdin(const Options& options) {
  Sources sources;
  const SourceId id = sources.add("<stdin>", {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()});
  const std::optional<std::string> text = formatted(sources, id);
  if (!text) return kRecipeError;
  const bool changed = *text != sources[id].text;
  if (options.diff) {
    say(unified_diff("<stdin>", sources[id].text, *text, wants_colour(STDOUT_FILENO)));
  } else if (!options.check) {
    say(*text);
    return kClean;
  }
  return changed ? kFindings : kClean;
}

int run(const Options& options) {
  if (options.paths == std::vector<std::string>{"-"}) return format_stdin(options);
  const Result<std::vector<std::filesystem::path>> files = find_recipes({options.paths.begin(), options.paths.end()});
  if (!files.ok() || files->empty()) {
    complain(files.ok() ? "no recipes below `" + options.paths[0] + "`: their files are named *.recipe"
                        : files.error().message());
    return kUsage;
  }
  Outcome outcome;
  for (const std::filesystem::path& file : *files) {
    if (const int code = format_file(options, file.string(), outcome); code != kClean) return code;
  }
  const bool only_asked = options.check || options.diff;
  if (!options.diff) {
    complain(outcome.changed == 0 ? counted(outcome.files, "file") + ": nothing to change"
                                  : std::to_string(outcome.changed) + " of " + counted(outcome.files, "file") +
                                        (only_asked ? " would change" : " changed"));
  }
  if (outcome.broken) return kRecipeError;
  return only_asked && outcome.changed > 0 ? kFindings : kClean;
}

}  // namespace

Run declare_fmt(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("fmt", "lay recipes out as everybody does: indentation, spaces, empty lines");
  command->add_option("PATH", options->paths, "files, and folders whose *.recipe files are read; `-` is stdin, to stdout")
      ->required()
      ->type_name("");
  auto* check = command->add_flag("--check", options->check, "change nothing; name the files that would change");
  command->add_flag("--diff", options->diff, "change nothing; show what would change")->excludes(check);
  command->footer(
      "Line breaks, words and comments stay as they are. Exit code: with --check and --diff 1 where a file would change; 2 "
      "where a "
      "file has an error of syntax, which stays as it is.\n\n"
      "Example:\n  recipec fmt rules/ --check\n  recipec fmt - < draft.recipe");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
