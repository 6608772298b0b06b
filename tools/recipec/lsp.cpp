// SPDX-License-Identifier: Apache-2.0
// recipec lsp: the language server on stdin and stdout. What it does is tools/recipec/lsp; here the tests' runner is tied to
// it.
#include <unistd.h>

#include "tools/recipec/command.h"
#include "tools/recipec/lsp/serve.h"
#include "tools/recipec/run_tests.h"

namespace recipe::recipec {
namespace {

std::string_view mark_of(Truth truth) {
  switch (truth) {
    case Truth::kTrue:
      return "holds";
    case Truth::kFalse:
      return "does not hold";
    case Truth::kUnknown:
      return "is open";
  }
  return "";
}

Result<std::vector<lsp::TestOutcome>> run_file(Compilation& compilation, const std::string& path) {
  const Result<std::vector<RecipeReport>> reports = run_tests(
      compilation, [&](const std::string& each) { return each == path; }, nullptr);
  if (!reports.ok()) return reports.error();
  std::vector<lsp::TestOutcome> outcomes;
  for (const RecipeReport& report : *reports) {
    for (const TestReport& test : report.tests) {
      lsp::TestOutcome& outcome = outcomes.emplace_back();
      outcome.recipe = report.name;
      outcome.title = test.title;
      outcome.line = test.line;
      outcome.passed = test.passed && !test.fault;
      outcome.reason = test.reason;
      for (const TermReport& term : test.terms)
        outcome.reason += "\n  `" + term.words + "` " + std::string(mark_of(term.truth)) + ": " + term.value;
    }
  }
  return outcomes;
}

int run() {
  lsp::ServerOptions options;
  options.run_tests = run_file;
  return lsp::serve(STDIN_FILENO, STDOUT_FILENO, std::move(options)) == 0 ? kClean : kFindings;
}

}  // namespace

Run declare_lsp(CLI::App& app) {
  CLI::App* command = app.add_subcommand("lsp", "a language server for editors, on stdin and stdout");
  // Editors add it to every server they start; it says what holds anyway.
  command->add_flag("--stdio")->description("speak over stdin and stdout, as it always does");
  command->footer(
      "Example:\n  recipec lsp --stdio\n  nvim --cmd 'autocmd FileType recipe lua vim.lsp.start({name=\"recipe\", "
      "cmd={\"recipec\", \"lsp\"}})'");
  return [] { return run(); };
}

}  // namespace recipe::recipec
