// SPDX-License-Identifier: Apache-2.0
// recipec lint: what compiles and is still likely a mistake; --fix makes the changes that are sure.
#include "compiler/lint/lint.h"

#include <map>

#include "compiler/lint/fix.h"
#include "tools/recipec/inputs.h"
#include "tools/recipec/judge.h"
#include "tools/recipec/words.h"
#include "tools/recipec/write_file.h"

namespace recipe::recipec {
namespace {

struct Options {
  Inputs inputs;
  DiagnosticFormat format = DiagnosticFormat::kText;
  bool fix = false;
};

// One round of fixes over the files that have some, and how to take it back.
struct Round {
  std::map<std::string, std::string> before;  // path → text
  std::vector<std::string> said;              // what was changed, with its place
};

// Error: a file that cannot be written.
Result<Round> apply(const Diagnostics& findings, const Sources& sources) {
  std::map<SourceId, std::vector<Fix>> files;
  for (const Diagnostic& finding : findings.all()) {
    for (const Fix& fix : finding.fixes) files[fix.span.source].push_back(fix);
  }
  Round round;
  for (const auto& [source, fixes] : files) {
    const std::string& path = sources[source].path;
    std::vector<Fix> made;
    const std::string text = apply_fixes(sources[source].text, fixes, made);
    round.before.emplace(path, sources[source].text);
    for (const Fix& fix : made)
      round.said.push_back(path + ":" + std::to_string(sources.position(source, fix.span.begin).line) + ": " + fix.title +
                           "\n");
    if (const Status written = write_file(path, text); !written.ok()) return written.error();
  }
  return round;
}

Status take_back(const Round& round) {
  for (const auto& [path, text] : round.before) {
    if (const Status written = write_file(path, text); !written.ok()) return written.error();
  }
  return Done{};
}

int run(const Options& options) {
  if (options.fix && options.inputs.from_stdin()) {
    complain("`--fix` needs files, not stdin");
    return kUsage;
  }
  SettingsFinder finder;
  std::vector<std::string> said;
  Round last;
  bool fixing = options.fix;
  for (int round = 0;; ++round) {
    Compilation compilation;
    if (const int code = options.inputs.read(Depth::kCompile, compilation); code != kClean) return code;
    if (compilation.diagnostics.has_errors() && !last.said.empty()) {
      // No fix may break a recipe. Where one does, it is a fault of ours, and the files are as they were.
      if (const Status undone = take_back(last); !undone.ok()) {
        complain(undone.error().message());
        return kFault;
      }
      print_aside(compilation.diagnostics, compilation.sources);
      complain("a fix would have made this error: the last fixes were taken back");
      return kFault;
    }
    if (compilation.diagnostics.has_errors()) {
      print(compilation.diagnostics, compilation.sources, options.format);
      return kRecipeError;
    }
    const auto settings = find_settings(finder, compilation);
    if (!settings.ok()) {
      complain(settings.error().message());
      return kUsage;
    }
    Judge judge(compilation);
    const Diagnostics findings = run_lints(
        compilation, [&](const std::string& path) { return options.inputs.is_given(path); },
        [&](const std::string& path) -> const LintSettings& { return *settings->at(path); }, &judge);
    if (fixing) {
      Result<Round> made = apply(findings, compilation.sources);
      if (!made.ok()) {
        complain(made.error().message());
        return kFault;
      }
      last = std::move(made).value();
      said.insert(said.end(), last.said.begin(), last.said.end());
      fixing = round + 1 < kMostFixRounds;
      if (!last.said.empty()) continue;
    }
    if (options.format == DiagnosticFormat::kText) {
      for (const std::string& line : said) say("fixed " + line);
    }
    print(findings, compilation.sources, options.format);
    const size_t left = findings.all().size() + findings.suppressed();
    if (options.format == DiagnosticFormat::kText) {
      if (!said.empty()) say(std::to_string(said.size()) + (said.size() == 1 ? " fix made\n" : " fixes made\n"));
      if (left == 0) say(counted(compilation.set.recipes.size(), "recipe") + ": no findings\n");
    }
    return left == 0 ? kClean : kFindings;
  }
}

}  // namespace

Run declare_lint(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("lint", "find what compiles and is still likely a mistake");
  options->inputs.declare(*command);
  declare_format(*command, options->format);
  command->add_flag("--fix", options->fix, "make the changes that are sure");
  command->footer(
      "`# allow(NAME): reason` above a line silences one finding. `recipec explain NAME` says more about it.\n"
      "A recipes.toml beside the recipes, or in a folder above, sets levels, required metadata and patterns of names.\n\n"
      "Example:\n  recipec lint rules/ --fix");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
