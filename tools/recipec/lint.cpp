// SPDX-License-Identifier: Apache-2.0
// recipec lint: what compiles and is still likely a mistake; --fix makes the changes that are sure.
#include "compiler/lint/lint.h"

#include <algorithm>
#include <map>

#include "tools/recipec/inputs.h"
#include "tools/recipec/words.h"
#include "tools/recipec/write_file.h"

namespace recipe::recipec {
namespace {

constexpr int kMostRounds = 16;  // a fix may uncover another: nested conditions are parenthesised from outside in

struct Options {
  Inputs inputs;
  DiagnosticFormat format = DiagnosticFormat::kText;
  bool fix = false;
};

// Fixes of one file, none of which touches another: of two that overlap the outer is made, the inner in the next round.
std::string fixed(const std::string& text, std::vector<Fix> fixes, size_t& made) {
  std::sort(fixes.begin(), fixes.end(), [](const Fix& a, const Fix& b) {
    return a.span.begin != b.span.begin ? a.span.begin < b.span.begin : a.span.end > b.span.end;
  });
  std::string out;
  uint32_t at = 0;
  for (const Fix& fix : fixes) {
    if (fix.span.begin < at) continue;
    out.append(text, at, fix.span.begin - at);
    out += fix.text;
    at = fix.span.end;
    ++made;
  }
  out.append(text, at);
  return out;
}

// How many fixes were written; an error is the file's.
Result<size_t> apply_fixes(const Diagnostics& findings, const Sources& sources) {
  std::map<SourceId, std::vector<Fix>> files;
  for (const Diagnostic& finding : findings.all()) {
    for (const Fix& fix : finding.fixes) files[fix.span.source].push_back(fix);
  }
  size_t made = 0;
  for (const auto& [source, fixes] : files) {
    const Status written = write_file(sources[source].path, fixed(sources[source].text, fixes, made));
    if (!written.ok()) return written.error();
  }
  return made;
}

int run(const Options& options) {
  if (options.fix && options.inputs.from_stdin()) {
    complain("`--fix` needs files, not stdin");
    return kUsage;
  }
  size_t made = 0;
  for (int round = 0;; ++round) {
    Compilation compilation;
    if (const int code = options.inputs.read(Depth::kCompile, compilation); code != kClean) return code;
    if (compilation.diagnostics.has_errors()) {
      print(compilation.diagnostics, compilation.sources, options.format);
      return kRecipeError;
    }
    const Diagnostics findings = run_lints(compilation, [&](const std::string& path) { return options.inputs.is_given(path); });
    if (options.fix && round < kMostRounds) {
      const Result<size_t> now = apply_fixes(findings, compilation.sources);
      if (!now.ok()) {
        complain(now.error().message());
        return kFault;
      }
      made += *now;
      if (*now > 0) continue;
    }
    print(findings, compilation.sources, options.format);
    const size_t left = findings.all().size() + findings.suppressed();
    if (options.format == DiagnosticFormat::kText) {
      if (made > 0) say(std::to_string(made) + (made == 1 ? " fix made\n" : " fixes made\n"));
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
      "`# allow(NAME): reason` above a line silences one finding. `recipec explain NAME` says more about it.\n\n"
      "Example:\n  recipec lint rules/ --fix");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
